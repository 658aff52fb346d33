package batch

import "fmt"

// MaxDelete is of how many SIMs pruning may remove the webhooks: a number, or a
// percentage of those that the last results hold. The zero value allows none.
type MaxDelete struct {
	Number  int
	Percent float64
}

// ParseMaxDelete understands N and N%.
func ParseMaxDelete(text string) (MaxDelete, error) {
	number, percent, err := parseNumberOrPercent(text)
	if err != nil {
		return MaxDelete{}, fmt.Errorf("max delete %q: use a number of SIMs such as 100, or a percentage such as 10%%", text)
	}
	return MaxDelete{Number: number, Percent: percent}, nil
}

func (m MaxDelete) exceeded(gone, recorded int) bool {
	if m.Percent > 0 {
		return float64(gone) > m.Percent/100*float64(recorded)
	}
	return gone > m.Number
}

func (m MaxDelete) String() string {
	if m.Percent > 0 {
		return fmt.Sprintf("%g%%", m.Percent)
	}
	return fmt.Sprint(m.Number)
}
