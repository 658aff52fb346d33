package results

import (
	"bytes"
	"strings"

	"simhook/report/cell"
)

// line is one line of a results file, split into its cells. A row is always one line, because cells hold no
// line breaks. This makes a torn file readable: encoding/csv would take what follows an open quote, to the
// end of the file, for one cell.
type line struct {
	cell.Cutter
	layout *layout
	cells  [][]byte // one for each column, labels included
}

func newLine(l *layout) line { return line{layout: l, cells: make([][]byte, l.width())} }

// parse splits text, a line without its line end, and decodes it into e. It reports whether text is a row of
// results: one that Read accepts, and that a later run recognises.
func (l *line) parse(text []byte, e *entry) bool {
	if !l.split(text) {
		return false
	}
	for i, kind := range l.layout.kinds {
		if kind != textKind && kind != urlKind && !kind.accepts(l.cells[i]) {
			return false
		}
	}
	return e.decode(l)
}

// changed says which cell of a line that is no row another program has changed: the line has all its cells, and one of them
// holds what simhook does not write. nil: simhook may have left the line so, where it was killed or the power was cut.
func (l *line) changed(text []byte) error {
	if bytes.IndexByte(text, 0) >= 0 || !l.split(text) {
		return nil
	}
	for i, kind := range l.layout.kinds {
		if !kind.accepts(l.cells[i]) {
			return cell.Changed(l.layout.names[i], string(l.cells[i]))
		}
	}
	if status := string(l.cells[columnStatus]); statusOf(l.cells[columnStatus]) == "" {
		return cell.Changed(firstColumns[columnStatus].name, status)
	}
	iccid := string(l.cells[columnICCID])
	const longest = 20
	if len(iccid) > longest && strings.Trim(iccid, "0123456789") == "" {
		return nil // a line that was cut off in its first cell stands before it
	}
	return cell.Changed(firstColumns[columnICCID].name, iccid)
}

// split reports whether text holds the right number of cells, correctly quoted. It refuses what encoding/csv
// refuses.
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
