package report

import (
	"bytes"
	"strconv"
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
	columnBaseURL         = 20
)

// line is one line of a results file, split into its cells. A row is always one
// line (cells hold no line breaks), which is what makes a torn file readable,
// and splitting it by hand several times faster than by encoding/csv.
type line struct {
	cells [columnCount][]byte
	spare []byte // holds unquoted cells
}

// split takes text apart, without its line end. It reports whether text is
// a whole row: the right number of cells, quotes closed.
func (l *line) split(text []byte) bool {
	l.spare = l.spare[:0]
	for i := range l.cells {
		var rest []byte
		var more bool
		if len(text) > 0 && text[0] == '"' {
			var closed bool
			l.cells[i], rest, closed = l.unquote(text[1:])
			if !closed {
				return false
			}
			more = len(rest) > 0
			if more && rest[0] != ',' {
				return false
			}
			if more {
				rest = rest[1:]
			}
		} else {
			l.cells[i], rest, more = bytes.Cut(text, []byte{','})
		}
		if more != (i < len(l.cells)-1) {
			return false
		}
		text = rest
	}
	return true
}

// unquote reads a quoted cell whose opening quote is gone, up to the closing
// one.
func (l *line) unquote(text []byte) (cell, rest []byte, closed bool) {
	end := bytes.IndexByte(text, '"')
	if end < 0 {
		return nil, nil, false
	}
	if end+1 == len(text) || text[end+1] != '"' {
		return text[:end], text[end+1:], true
	}
	start := len(l.spare)
	for {
		l.spare = append(l.spare, text[:end]...)
		text = text[end+1:]
		if len(text) == 0 || text[0] != '"' {
			return l.spare[start:], text, true
		}
		l.spare = append(l.spare, '"')
		text = text[1:]
		if end = bytes.IndexByte(text, '"'); end < 0 {
			return nil, nil, false
		}
	}
}

func (l *line) status() Status { return Status(l.cells[columnStatus]) }

// identity is what a row is recognised by: the ICCID, or for a row that names
// no SIM its line and what stood there.
func (l *line) identity() (key uint64, ok bool) {
	switch status := l.status(); status {
	case StatusInvalid, StatusDuplicate:
		number, err := strconv.Atoi(string(l.cells[columnLine]))
		return BadRowKey(number, string(l.cells[columnICCID]), string(status)), err == nil
	case StatusOK, StatusFailed, StatusRefused:
		return Key(string(l.cells[columnICCID]))
	}
	return 0, false
}

// satisfies reports whether the row is done for the types that are wanted.
func (l *line) satisfies(want Types) bool {
	return l.status() == StatusOK &&
		(!want.SubscriptionEnd || l.good(columnSubscriptionEnd)) &&
		(!want.UsageThreshold || l.good(columnUsageThreshold))
}

// settled reports whether something was achieved for the SIM.
func (l *line) settled() bool {
	return l.good(columnSubscriptionEnd) || l.good(columnUsageThreshold)
}

func (l *line) good(column int) bool { return Outcome(l.cells[column]).Good() }
