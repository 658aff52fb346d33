package page

import (
	"slices"
	"time"

	"simhook/report"
)

// Page is the report of one or several results files. Rows that are ok are only counted, so that the size of the page
// depends on the other rows alone.
type Page struct {
	files  []string
	mask   func(string) string
	tally  report.Tally
	kinds  map[pageKind]bool
	course course
	spans  spans

	labels     []string    // of the rows that are listed
	listed     []listedRow // rows that are not ok, in the order they were added
	duplicates int         // among listed
	unlisted   int         // rows that are not ok and did not fit
	writes     int
	runs       []string // of the rows' calls, up to one more than are named
}

// pageKind is what was done, and with which API.
type pageKind struct{ Action, BaseURL string }

// A page lists at most so many rows, which keeps it below 2 MB. Duplicates have a limit of their own, so that they
// take no room from rows that need work.
const (
	maxListed           = 2000
	maxListedDuplicates = 200
)

// New returns the page of results files with these names. mask hides secrets in URLs.
func New(files []string, mask func(string) string) *Page {
	return &Page{files: files, mask: mask, kinds: map[pageKind]bool{}, course: course{}, spans: spans{}}
}

// Add takes in the newest row of a SIM.
func (p *Page) Add(row *report.Row) {
	p.tally.Add(row)
	p.kinds[pageKind{row.Action, row.BaseURL}] = true
	made := writes(row)
	p.writes += made
	p.noteRuns(row)
	switch row.Status {
	case report.StatusOK, report.StatusFailed, report.StatusRefused:
		p.course.add(row, made)
		p.spans.add(row.FinishedAt.Sub(row.StartedAt))
	}
	if row.Status != report.StatusOK {
		p.list(row)
	}
}

func (p *Page) list(row *report.Row) {
	duplicate := row.Status == report.StatusDuplicate
	if duplicate && p.duplicates >= maxListedDuplicates || !duplicate && len(p.listed)-p.duplicates >= maxListed {
		p.unlisted++
		return
	}
	if duplicate {
		p.duplicates++
	}
	p.listed = append(p.listed, p.listing(row))
}

// listedRow is a row that is not ok as the page shows it.
type listedRow struct {
	ICCID    string
	Line     int
	Status   report.Status
	Error    string
	Calls    []listedCall
	Finished string
	labels   []report.Label
}

// Label is the row's value of a label.
func (l listedRow) Label(name string) string { return (&report.Row{Labels: l.labels}).Label(name) }

// listedCall is one type of such a row.
type listedCall struct {
	Type          string
	Outcome       report.Outcome
	HTTPStatus    int
	CorrelationID string
}

func (p *Page) listing(row *report.Row) listedRow {
	listed := listedRow{
		ICCID: row.ICCID, Line: row.Line, Status: row.Status, Error: p.mask(row.Error), Finished: stamp(row.FinishedAt),
	}
	for _, label := range row.Labels {
		listed.labels = append(listed.labels, report.Label{Name: label.Name, Value: p.mask(label.Value)})
		if !slices.Contains(p.labels, label.Name) {
			p.labels = append(p.labels, label.Name)
		}
	}
	for _, call := range row.Calls {
		if call.Outcome != "" {
			listed.Calls = append(listed.Calls, listedCall{call.Type, call.Outcome, call.HTTPStatus, call.CorrelationID})
		}
	}
	return listed
}

// stamp is a time for people, in UTC; empty for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
