package history

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/simset"
)

// Run is a run that changed a fleet, or tried to.
type Run struct {
	ID        string    // its part of the correlation IDs
	Action    string    // the command
	Operation string    // ID of the run that it continues; its own, if it continues none
	Results   string    // base name of its results file
	BaseURL   string    // of the API
	Began     time.Time // to the millisecond
	Changes   int       // of notification types of SIMs
	Finished  bool      // every SIM of the run got its result
}

// Change is a change of one notification type of one SIM. URLs: "" is no webhook.
type Change struct {
	ICCID         string
	Type          string
	Before, After string
}

// Positions of the columns.
const (
	columnRecordedAt = iota
	columnRun
	columnICCID
	columnType
	columnBefore
	columnAfter
	columnAction
	columnOperation
	columnResults
	columnBaseURL
	columnCount
)

func columnNames() []string {
	return []string{"recorded_at", "run", "iccid", "type", "before_url", "after_url", "action", "operation", "results", "base_url"}
}

func header() []byte { return []byte(strings.Join(columnNames(), ",") + "\n") }

// checkHeader refuses a first line, or the beginning of one, that is not that of a history. Line ends of Windows do no harm.
func checkHeader(path string, first []byte) error {
	if bytes.Equal(bytes.Replace(first, []byte("\r\n"), []byte("\n"), 1), header()) {
		return nil
	}
	names := columnNames()
	why := cmp.Or(cell.Resaved(first, names[0], names[1]), errors.New("its first line is another header"))
	return &file.MismatchError{Path: path, Reason: "is no history of simhook: " + why.Error()}
}

// appendRun appends the line of a run's beginning.
func appendRun(buf []byte, run *Run) []byte {
	buf = cell.AppendTime(buf, run.Began)
	for _, text := range []string{run.ID, "", "", "", "", run.Action, run.Operation, run.Results} {
		buf = cell.Append(buf, cell.Text(text))
	}
	buf = cell.Append(buf, cell.URL(run.BaseURL))
	buf[len(buf)-1] = '\n'
	return buf
}

// appendFinished appends the line that says that a run has finished.
func appendFinished(buf []byte, at time.Time, run string) []byte {
	buf = cell.AppendTime(buf, at)
	for _, text := range []string{run, "", "", "", "", finished, "", "", ""} {
		buf = cell.Append(buf, cell.Text(text))
	}
	buf[len(buf)-1] = '\n'
	return buf
}

// ErrURLTooLong says that a webhook cannot be recorded, and so must not be changed.
var ErrURLTooLong = errors.New("its URL is longer than 16,384 bytes, which the history cannot keep: it was left as it is")

// lineOf is room for the line of a change without its URLs, in bytes.
const lineOf = 120

// appendChange appends the line of a change.
func appendChange(buf []byte, at time.Time, run string, c *Change) ([]byte, error) {
	if len(c.Before) > cell.URLLimit || len(c.After) > cell.URLLimit {
		return buf, ErrURLTooLong
	}
	buf = cell.AppendTime(slices.Grow(buf, lineOf+len(c.Before)+len(c.After)), at)
	for _, text := range []string{run, c.ICCID, c.Type} {
		buf = cell.Append(buf, cell.Text(text))
	}
	for _, url := range []string{c.Before, c.After, "", "", "", ""} {
		buf = cell.Append(buf, cell.URL(url))
	}
	buf[len(buf)-1] = '\n'
	return buf, nil
}

// line is a line of the file, split into its cells.
type line struct {
	cell.Cutter
	cells  [columnCount][]byte
	number int // in the file, from 1
}

// parse reports whether text, without its line end, is a line that this package wrote.
func (l *line) parse(text []byte) bool { return l.split(text) && l.fault() < 0 }

// split reports whether text has all cells of a line.
func (l *line) split(text []byte) bool {
	l.Reset()
	if bytes.IndexByte(text, 0) >= 0 { // a power cut leaves zeros where nothing was written yet
		return false
	}
	for i := range l.cells {
		one, rest, more, ok := l.Cut(text)
		if !ok || more != (i < len(l.cells)-1) {
			return false
		}
		l.cells[i], text = one, rest
	}
	return true
}

// fault is the column of the first cell that this package does not write so; -1: there is none.
func (l *line) fault() int {
	_, namesSIM := simset.Key(string(l.cells[columnICCID]))
	switch {
	case !isTime(l.cells[columnRecordedAt]):
		return columnRecordedAt
	case len(l.cells[columnRun]) == 0:
		return columnRun
	case l.changes() != namesSIM:
		return columnICCID
	}
	return -1
}

func isTime(cell []byte) bool {
	_, err := time.Parse(time.RFC3339, string(cell))
	return err == nil
}

// changed says which cell of a line that is none of ours another program has changed: the line has all its cells, and one of
// them holds what simhook does not write. nil: simhook may have left the line so, where it was killed or the power was cut.
func (l *line) changed(text []byte) error {
	if !l.split(text) {
		return nil
	}
	column := l.fault()
	found := l.cells[column]
	if before := len(found) - len(cell.TimeFormat); column == columnRecordedAt && before > 0 && isTime(found[before:]) {
		return nil // a line that was cut off in its first cell stands before it
	}
	return cell.Changed(columnNames()[column], string(found))
}

// finished stands in the action's column of the line that says that a run has finished.
const finished = "finished"

// begins reports whether the line is the beginning of a run.
func (l *line) begins() bool { return len(l.cells[columnAction]) > 0 && !l.finishes() }

// finishes reports whether the line says that a run has finished.
func (l *line) finishes() bool { return string(l.cells[columnAction]) == finished }

// changes reports whether the line is a change.
func (l *line) changes() bool { return len(l.cells[columnAction]) == 0 }

func (l *line) run() Run {
	began, _ := time.Parse(time.RFC3339, l.text(columnRecordedAt)) // parse has checked it
	return Run{
		ID: l.text(columnRun), Action: l.text(columnAction), Operation: l.text(columnOperation),
		Results: l.text(columnResults), BaseURL: l.text(columnBaseURL), Began: began,
	}
}

func (l *line) change() Change {
	return Change{ICCID: l.text(columnICCID), Type: l.text(columnType), Before: l.text(columnBefore), After: l.text(columnAfter)}
}

// text is a cell without the apostrophe that keeps spreadsheets from running it as a formula.
func (l *line) text(column int) string {
	text := string(l.cells[column])
	if rest, found := strings.CutPrefix(text, "'"); found && cell.Disarm(rest) == text {
		return rest
	}
	return text
}
