package report

import (
	"encoding/json"
	"slices"
	"strings"
)

// Outcomes count the outcomes of each notification type, in the order in which the types were met first.
type Outcomes []TypeOutcomes

// TypeOutcomes are those of one type.
type TypeOutcomes struct {
	Type   string // the API's name of it
	Counts map[Outcome]int
}

// Of counts the outcomes of a type; nil: there are none.
func (o Outcomes) Of(t string) map[Outcome]int {
	for _, one := range o {
		if one.Type == t {
			return one.Counts
		}
	}
	return nil
}

// All counts the outcomes of all types together.
func (o Outcomes) All() map[Outcome]int {
	all := map[Outcome]int{}
	for _, one := range o {
		for outcome, n := range one.Counts {
			all[outcome] += n
		}
	}
	return all
}

func (o *Outcomes) add(t string, outcome Outcome, n int) {
	i := slices.IndexFunc(*o, func(one TypeOutcomes) bool { return one.Type == t })
	if i < 0 {
		i = len(*o)
		*o = append(*o, TypeOutcomes{t, map[Outcome]int{}})
	}
	if (*o)[i].Counts[outcome] += n; (*o)[i].Counts[outcome] == 0 {
		delete((*o)[i].Counts, outcome)
	}
}

// JSONWith is a JSON object with the members of v and one for each type, such as "subscription_end".
func (o Outcomes) JSONWith(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	text = text[:len(text)-1] // its closing brace
	for _, one := range o {
		counts, err := json.Marshal(one.Counts)
		if err != nil {
			return nil, err
		}
		text = append(text, `,"`+strings.ToLower(one.Type)+`":`...)
		text = append(text, counts...)
	}
	return append(text, '}'), nil
}
