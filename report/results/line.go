package results

import (
	"bytes"
	"strconv"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/simset"
)

// columnCount is the number of columns of the results file.
const columnCount = 21

// Positions of the columns that resuming looks at.
const (
	columnICCID           = 0
	columnLine            = 1
	columnAction          = 2
	columnStatus          = 3
	columnWebhookURL      = 4
	columnSubscriptionEnd = 5
	columnUsageThreshold  = 11
	columnStartedAt       = 18
	columnFinishedAt      = 19
	columnBaseURL         = 20
)

// Positions of a type's further columns, from that of its outcome.
const (
	columnHTTPStatus  = 1
	columnAttempts    = 3
	columnPreviousURL = 5
)

// line is one line of a results file, split into its cells. A row is always one
// line (cells hold no line breaks), which is what makes a torn file readable:
// encoding/csv would take what follows an open quote for one enormous cell.
type line struct {
	cell.Cutter
	cells [columnCount][]byte
}

// parse takes text apart, without its line end. It reports whether text is a row
// of results: one that Read reads, and that resuming can recognise.
func (l *line) parse(text []byte) bool {
	if !l.split(text) {
		return false
	}
	var p cellParser
	for _, column := range [...]int{
		columnSubscriptionEnd + columnHTTPStatus, columnSubscriptionEnd + columnAttempts,
		columnUsageThreshold + columnHTTPStatus, columnUsageThreshold + columnAttempts,
	} {
		p.number(string(l.cells[column]))
	}
	p.time(string(l.cells[columnStartedAt]))
	p.time(string(l.cells[columnFinishedAt]))
	_, err := strconv.Atoi(string(l.cells[columnLine]))
	_, known := l.identity()
	return p.err == nil && err == nil && known
}

// split reports whether text holds the right number of cells, correctly quoted:
// what encoding/csv would refuse, it refuses.
func (l *line) split(text []byte) bool {
	l.Reset()
	if bytes.IndexByte(text, '"') < 0 {
		return l.splitPlain(text)
	}
	for i := range l.cells {
		cell, rest, more, ok := l.Cut(text)
		if !ok || more != (i < len(l.cells)-1) {
			return false
		}
		l.cells[i], text = cell, rest
	}
	return true
}

// splitPlain is split for a line without quotes, as nearly all are.
func (l *line) splitPlain(text []byte) bool {
	last := len(l.cells) - 1
	for i := range last {
		end := bytes.IndexByte(text, ',')
		if end < 0 {
			return false
		}
		l.cells[i], text = text[:end], text[end+1:]
	}
	l.cells[last] = text
	return bytes.IndexByte(text, ',') < 0
}

func (l *line) status() report.Status { return report.Status(l.cells[columnStatus]) }

// identity is what a row is recognised by: the ICCID, or for a row that names
// no SIM its line and what stood there.
func (l *line) identity() (key uint64, ok bool) {
	switch status := l.status(); status {
	case report.StatusInvalid, report.StatusDuplicate:
		number, err := strconv.Atoi(string(l.cells[columnLine]))
		return simset.BadRowKey(number, string(l.cells[columnICCID]), string(status)), err == nil
	case report.StatusOK, report.StatusFailed, report.StatusRefused:
		return simset.Key(string(l.cells[columnICCID]))
	}
	return 0, false
}

// satisfies reports whether the row is done for the types that are wanted.
func (l *line) satisfies(o Options) bool {
	return l.status() == report.StatusOK &&
		(!o.Want.SubscriptionEnd || l.meets(columnSubscriptionEnd, o.Plan)) &&
		(!o.Want.UsageThreshold || l.meets(columnUsageThreshold, o.Plan))
}

// meets reports whether a type's outcome is what a run, or a plan, comes to.
func (l *line) meets(column int, plan bool) bool {
	return l.good(column) || plan && report.Outcome(l.cells[column]).Planned()
}

// planned reports whether the row is a plan's.
func (l *line) planned() bool {
	return report.Outcome(l.cells[columnSubscriptionEnd]).Planned() || report.Outcome(l.cells[columnUsageThreshold]).Planned()
}

// changed reports whether the row tells of a change that was made.
func (l *line) changed() bool {
	for _, column := range []int{columnSubscriptionEnd, columnUsageThreshold} {
		switch report.Outcome(l.cells[column]) {
		case report.Registered, report.Replaced, report.Unregistered:
			return true
		}
	}
	return false
}

// settled reports whether the row holds what is known nowhere else: a good
// outcome, or a webhook that was there before and may be gone since.
func (l *line) settled() bool {
	return l.good(columnSubscriptionEnd) || l.good(columnUsageThreshold) ||
		len(l.cells[columnSubscriptionEnd+columnPreviousURL]) > 0 ||
		len(l.cells[columnUsageThreshold+columnPreviousURL]) > 0
}

func (l *line) good(column int) bool { return report.Outcome(l.cells[column]).Good() }
