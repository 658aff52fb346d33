package batch

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"simhook/report"
)

// CheckReport is what an examination of a fleet file found. Rows is the sum of Valid, Invalid,
// Duplicates.Count and Conflicts.Count.
type CheckReport struct {
	Rows       int          `json:"rows"`       // lines of the file that are not blank, without its header
	Valid      int          `json:"valid"`      // different SIMs
	Invalid    int          `json:"invalid"`    // rows with a problem of their own
	Problems   []CheckGroup `json:"problems"`   // the invalid rows by kind, the most frequent first
	Duplicates CheckGroup   `json:"duplicates"` // rows whose SIM stood on an earlier line with the same webhook URL
	Conflicts  CheckGroup   `json:"conflicts"`  // rows whose SIM stood on an earlier line with another webhook URL
	Normalised []CheckGroup `json:"normalised"` // the ICCIDs that lost decorations, by Change; a row may be in several
}

// CheckGroup is how often one thing was found, with the first cases of it.
type CheckGroup struct {
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
func Check(ctx context.Context, f *Fleet, table *report.Table) (CheckReport, error) {
	rows, err := f.Rows()
	if err != nil {
		return CheckReport{}, err
	}
	table.Expect(f.rowsAbout())
	table.Begin()
	c := CheckReport{Duplicates: CheckGroup{Kind: "duplicate"}, Conflicts: CheckGroup{Kind: "conflicting webhook_url"}}
	var row FleetRow
	for {
		if c.Rows%1024 == 0 && ctx.Err() != nil {
			return CheckReport{}, fmt.Errorf("checking %s: %w", f.name, context.Cause(ctx))
		}
		err := rows.Read(&row)
		if err == io.EOF {
			break
		}
		if err != nil {
			return CheckReport{}, err
		}
		c.add(&row, table)
	}
	if err := table.Err(); err != nil {
		return CheckReport{}, f.failure(0, err)
	}
	slices.SortStableFunc(c.Problems, func(a, b CheckGroup) int { return cmp.Compare(b.Count, a.Count) })
	return c, nil
}

func (c *CheckReport) add(row *FleetRow, table *report.Table) {
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
	case report.Repeated:
		c.Duplicates.add(row, "an earlier line has this SIM with the same webhook_url")
	case report.Conflicting:
		c.Conflicts.add(row, "an earlier line has this SIM with another webhook_url: keep one of them")
	default:
		c.Valid++
	}
}

func (c *CheckReport) noteChanges(row *FleetRow) {
	for _, change := range AllChanges() {
		if row.Changes&change != 0 {
			group(&c.Normalised, change.String()).add(row, "read as "+row.ICCID)
		}
	}
}

// group finds the group of a kind, making one if there is none.
func group(groups *[]CheckGroup, kind string) *CheckGroup {
	i := slices.IndexFunc(*groups, func(g CheckGroup) bool { return g.Kind == kind })
	if i < 0 {
		i = len(*groups)
		*groups = append(*groups, CheckGroup{Kind: kind})
	}
	return &(*groups)[i]
}

func (g *CheckGroup) add(row *FleetRow, what string) {
	g.Count++
	if len(g.Samples) < maxSamples {
		cell := row.Cell
		if cell == "" {
			cell = row.ICCID
		}
		g.Samples = append(g.Samples, CheckSample{Line: row.Line, Cell: cell, What: what})
	}
}
