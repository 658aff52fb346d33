package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"simhook/report/simset"
)

// Report is what Check found in a fleet. Rows is the sum of Valid, Invalid, Duplicates.Count and
// Conflicts.Count.
type Report struct {
	Rows       int     `json:"rows"`       // all rows; blank lines and the header are none
	Valid      int     `json:"valid"`      // different SIMs
	Invalid    int     `json:"invalid"`    // rows with a Problem
	Problems   []Group `json:"problems"`   // the invalid rows by kind, the most frequent first
	Duplicates Group   `json:"duplicates"` // rows whose SIM stood on an earlier line with the same webhook URL
	Conflicts  Group   `json:"conflicts"`  // rows whose SIM stood on an earlier line with another webhook URL
	Normalised []Group `json:"normalised"` // the ICCIDs that lost decorations, by Change; a row may be in several
}

// Group is how often one thing was found, with the first cases of it.
type Group struct {
	Kind    string   `json:"kind"`
	Count   int      `json:"count"`
	Samples []Sample `json:"samples"` // at most 10
}

// Sample is one case: where it stands, the ICCID as found (on one line, at most 80 bytes) and a remark.
type Sample struct {
	Line int    `json:"line"`
	Cell string `json:"cell"`
	What string `json:"what"`
}

// maxSamples is how many cases a Group keeps.
const maxSamples = 10

// Check reads the whole fleet and says what it found. Errors are the *Error that ended the reading, which may
// wrap simset.ErrTooManyURLs, and the cause of ctx if that has ended.
func Check(ctx context.Context, f *Fleet) (Report, error) {
	seen := simset.New()
	seen.Expect(f.rows.about())
	found := Report{Duplicates: Group{Kind: "duplicate"}, Conflicts: Group{Kind: "conflicting webhook_url"}}
	stopped := false
	err := f.rows.each(func(row *Row) bool {
		if stopped = found.Rows%1024 == 0 && ctx.Err() != nil; stopped {
			return false
		}
		found.add(row, seen)
		return true
	})
	switch {
	case err != nil:
		return Report{}, err
	case stopped:
		return Report{}, fmt.Errorf("checking %s: %w", f.name, context.Cause(ctx))
	case seen.Err() != nil:
		return Report{}, &Error{Name: f.name, Err: seen.Err()}
	}
	slices.SortStableFunc(found.Problems, func(a, b Group) int { return cmp.Compare(b.Count, a.Count) })
	return found, nil
}

func (r *Report) add(row *Row, seen *simset.Set) {
	r.Rows++
	if row.Problem != "" {
		r.Invalid++
		group(&r.Problems, row.Kind).add(row, row.Problem)
		return
	}
	if row.Changes != 0 {
		r.addChanges(row)
	}
	switch sight, _ := seen.See(row.ICCID, row.WebhookURL); sight {
	case simset.Repeated:
		r.Duplicates.add(row, "an earlier line has this SIM with the same webhook_url")
	case simset.Conflicting:
		r.Conflicts.add(row, "an earlier line has this SIM with another webhook_url: keep one of them")
	default:
		r.Valid++
	}
}

func (r *Report) addChanges(row *Row) {
	for _, change := range singleChanges() {
		if row.Changes&change != 0 {
			group(&r.Normalised, change.String()).add(row, "read as "+row.ICCID)
		}
	}
}

// group finds the group of a kind. It adds an empty one if there is none.
func group(groups *[]Group, kind string) *Group {
	i := slices.IndexFunc(*groups, func(g Group) bool { return g.Kind == kind })
	if i < 0 {
		i = len(*groups)
		*groups = append(*groups, Group{Kind: kind})
	}
	return &(*groups)[i]
}

func (g *Group) add(row *Row, what string) {
	g.Count++
	if len(g.Samples) < maxSamples {
		g.Samples = append(g.Samples, Sample{Line: row.Line, Cell: cmp.Or(row.Cell, row.ICCID), What: what})
	}
}
