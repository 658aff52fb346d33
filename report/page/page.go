package page

import (
	"time"

	"simhook/report"
)

// Page is the report of one or several results files as one page of HTML that needs nothing else: no
// network, no other file. Rows that are ok are only counted, so that its size depends on the others alone.
type Page struct {
	files  []string
	mask   func(string) string
	tally  report.Tally
	kinds  map[pageKind]bool
	course course
	spans  spans

	listed     []listedRow // rows that are not ok, in their order
	duplicates int         // of them
	unlisted   int         // rows that are not ok, and too many
	attempts   int
}

// pageKind is what was done, and with which API.
type pageKind struct{ Action, BaseURL string }

// The most rows that a page lists, so that it stays below 2 MB. Duplicates, which nobody has to mend, do not
// push others out.
const (
	maxListed           = 2000
	maxListedDuplicates = 200
)

// NewPage returns the page of results files with these names. mask hides secrets in URLs.
func New(files []string, mask func(string) string) *Page {
	return &Page{files: files, mask: mask, kinds: map[pageKind]bool{}, course: course{}, spans: spans{}}
}

// Add takes in a row: of each SIM, the newest.
func (p *Page) Add(row *report.Row) {
	p.tally.Add(row)
	p.kinds[pageKind{row.Action, row.BaseURL}] = true
	attempts := row.SubscriptionEnd.Attempts + row.UsageThreshold.Attempts
	p.attempts += attempts
	switch row.Status {
	case report.StatusOK, report.StatusFailed, report.StatusRefused:
		p.course.add(row, attempts)
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
}

// listedCall is one type of such a row.
type listedCall struct {
	Type          string
	Outcome       report.Outcome
	HTTPStatus    int
	CorrelationID string
}

func (p *Page) listing(row *report.Row) listedRow {
	listed := listedRow{ICCID: row.ICCID, Line: row.Line, Status: row.Status, Error: p.mask(row.Error), Finished: stamp(row.FinishedAt)}
	for _, t := range []struct {
		name string
		call report.Call
	}{{"SUBSCRIPTION_END", row.SubscriptionEnd}, {"USAGE_THRESHOLD", row.UsageThreshold}} {
		if t.call.Outcome != "" {
			listed.Calls = append(listed.Calls, listedCall{t.name, t.call.Outcome, t.call.HTTPStatus, t.call.CorrelationID})
		}
	}
	return listed
}

// stamp is a time as people read it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
