package batch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MaxFailures is how many SIMs may fail or be refused before a run stops: a
// number, or a percentage of the SIMs handled. The zero value never stops.
type MaxFailures struct {
	Number  int
	Percent float64
}

// percentFrom is from how many SIMs on a percentage counts: of fewer, a few
// unlucky ones would be many percent.
const percentFrom = 100

// ParseMaxFailures understands N and N%; 0 never stops.
func ParseMaxFailures(text string) (MaxFailures, error) {
	number, percent, err := parseNumberOrPercent(text)
	if err != nil {
		return MaxFailures{}, fmt.Errorf("max failures %q: use a number of SIMs such as 100, a percentage such as 50%%, or 0 for no limit", text)
	}
	return MaxFailures{Number: number, Percent: percent}, nil
}

func parseNumberOrPercent(text string) (number int, percent float64, err error) {
	if number, found := strings.CutSuffix(strings.TrimSpace(text), "%"); found {
		percent, err = ParsePercent(number)
		return 0, percent, err
	}
	number, err = strconv.Atoi(strings.TrimSpace(text))
	if err == nil && number < 0 {
		err = errors.New("negative")
	}
	return number, 0, err
}

// ParsePercent understands a number from 0 to 100, with or without a percent
// sign.
func ParsePercent(text string) (float64, error) {
	number := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || !(percent >= 0 && percent <= 100) {
		return 0, fmt.Errorf("%q: use a percentage from 0%% to 100%%", text)
	}
	return percent, nil
}

// Exceeded reports whether that many of the handled SIMs are too many.
func (m MaxFailures) Exceeded(failed, handled int) bool {
	if m.Percent > 0 {
		return handled >= percentFrom && float64(failed) > m.Percent/100*float64(handled)
	}
	return m.Number > 0 && failed > m.Number
}

func (m MaxFailures) String() string {
	if m.Percent > 0 {
		return fmt.Sprintf("%g%%", m.Percent)
	}
	return strconv.Itoa(m.Number)
}

// TooManyFailures says that a run stopped because of MaxFailures.
type TooManyFailures struct {
	Failed, Of int
	Limit      MaxFailures
}

func (e *TooManyFailures) Error() string {
	return fmt.Sprintf("%d of %d SIMs failed or were refused, more than --max-failures %s allows: look at the reasons before running again", e.Failed, e.Of, e.Limit)
}
