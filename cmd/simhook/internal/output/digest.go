package output

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"simhook/report"
)

// Digest is the sum of results files, as report --json prints it.
type Digest struct {
	Files      []string              `json:"files"`
	Unfinished []string              `json:"unfinished"` // those of Files that do not hold the whole fleet yet
	Rows       int                   `json:"rows"`
	Statuses   map[report.Status]int `json:"statuses"`
	Outcomes   report.Outcomes       `json:"-"` // in JSON one member for each type
	Causes     []report.Cause        `json:"causes"`
}

// NewDigest sums up the results files of these names.
func NewDigest(files []string, tally *report.Tally) Digest {
	d := Digest{
		Files: files, Unfinished: []string{}, Rows: tally.Rows(), Statuses: tally.Statuses, Causes: tally.Causes(),
		Outcomes: tally.Outcomes,
	}
	for _, path := range files {
		if strings.HasSuffix(path, report.PartialSuffix) {
			d.Unfinished = append(d.Unfinished, path)
		}
	}
	return d
}

// MarshalJSON writes the outcomes of each type as a member of its own.
func (d Digest) MarshalJSON() ([]byte, error) {
	type plain Digest
	return d.Outcomes.JSONWith(plain(d))
}

// Text is the sum for people.
func (d Digest) Text() string {
	var text strings.Builder
	for _, path := range d.Unfinished {
		fmt.Fprintf(&text, "%s is unfinished: the run that writes it has not ended\n", path)
	}
	fmt.Fprintf(&text, "%s: %s\n", Counted(d.Rows, "row"), Listed(d.Statuses,
		report.StatusOK, report.StatusFailed, report.StatusRefused, report.StatusInvalid, report.StatusDuplicate))
	for _, one := range d.Outcomes {
		fmt.Fprintf(&text, "%s: %s\n", one.Type, Listed(one.Counts, slices.Sorted(maps.Keys(one.Counts))...))
	}
	PrintCauses(&text, d.Causes)
	return text.String()
}
