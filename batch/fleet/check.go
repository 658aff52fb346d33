package fleet

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"simhook/report/simset"
)

// CheckReport is what an examination of a fleet file found. Rows is the sum of Valid, Invalid,
// Duplicates.Count and Conflicts.Count.
type Report struct {
	Rows       int     `json:"rows"`       // lines of the file that are not blank, without its header
	Valid      int     `json:"valid"`      // different SIMs
	Invalid    int     `json:"invalid"`    // rows with a problem of their own
	Problems   []Group `json:"problems"`   // the invalid rows by kind, the most frequent first
	Duplicates Group   `json:"duplicates"` // rows whose SIM stood on an earlier line with the same webhook URL
	Conflicts  Group   `json:"conflicts"`  // rows whose SIM stood on an earlier line with another webhook URL
	Normalised []Group `json:"normalised"` // the ICCIDs that lost decorations, by Change; a row may be in several
}

// CheckGroup is how often one thing was found, with the first cases of it.
type Group struct {
	Kind    string        `json:"kind"`
	Count   int           `json:"count"`
	Samples []CheckSample `json:"samples"` // at most 10
}

// CheckSample is one case: the line of the file, the cell as found (one line, at most 80 bytes) and
// what is to be said about it.
type CheckSample struct {
	Line int    `json:"line"`
	Cell string `json:"cell"`
	What string `json:"what"`
}

// maxSamples is how many cases a CheckGroup keeps.
const maxSamples = 10

// Check reads the whole fleet in a new pass of table and says what it found. Its errors are those of
// FleetReader.Read, the end of ctx, and report.ErrTooManyURLs.
func Check(ctx context.Context, f *Fleet, table *simset.Set) (Report, error) {
	rows, err := f.Rows()
	if err != nil {
		return Report{}, err
	}
	table.Expect(f.rowsAbout())
	table.Begin()
	c := Report{Duplicates: Group{Kind: "duplicate"}, Conflicts: Group{Kind: "conflicting webhook_url"}}
	var row Row
	for {
		if c.Rows%1024 == 0 && ctx.Err() != nil {
			return Report{}, fmt.Errorf("checking %s: %w", f.name, context.Cause(ctx))
		}
		err := rows.Read(&row)
		if err == io.EOF {
			break
		}
		if err != nil {
			return Report{}, err
		}
		c.add(&row, table)
	}
	if err := table.Err(); err != nil {
		return Report{}, f.failure(0, err)
	}
	slices.SortStableFunc(c.Problems, func(a, b Group) int { return cmp.Compare(b.Count, a.Count) })
	return c, nil
}

func (c *Report) add(row *Row, table *simset.Set) {
	c.Rows++
	if row.Problem != "" {
		c.Invalid++
		group(&c.Problems, row.Kind).add(row, row.Problem)
		return
	}
	if row.Changes != 0 {
		c.noteChanges(row)
	}
	switch sight, _ := table.See(row.ICCID, row.WebhookURL); sight {
	case simset.Repeated:
		c.Duplicates.add(row, "an earlier line has this SIM with the same webhook_url")
	case simset.Conflicting:
		c.Conflicts.add(row, "an earlier line has this SIM with another webhook_url: keep one of them")
	default:
		c.Valid++
	}
}

func (c *Report) noteChanges(row *Row) {
	for _, change := range AllChanges() {
		if row.Changes&change != 0 {
			group(&c.Normalised, change.String()).add(row, "read as "+row.ICCID)
		}
	}
}

// group finds the group of a kind, making one if there is none.
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
		cell := row.Cell
		if cell == "" {
			cell = row.ICCID
		}
		g.Samples = append(g.Samples, CheckSample{Line: row.Line, Cell: cell, What: what})
	}
}
