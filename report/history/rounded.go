package history

import (
	"fmt"

	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/simset"
)

// rounding counts the changes of SIMs that look rounded.
type rounding struct{ changes, rounded, firstLine int }

func (r *rounding) add(l *line) {
	r.changes++
	if simset.LooksRounded(string(l.cells[columnICCID])) {
		if r.rounded++; r.rounded == 1 {
			r.firstLine = l.number
		}
	}
}

// err refuses a history of which many lines look rounded. A few may by chance, of few SIMs all.
func (r *rounding) err(path string) error {
	const few = 8
	if r.rounded <= few || r.rounded*4 <= r.changes {
		return nil
	}
	return &file.MismatchError{Path: path, Reason: fmt.Sprintf("line %d: the iccid looks rounded, as %d of %d do: a spreadsheet has probably rounded the column. %s",
		r.firstLine, r.rounded, r.changes, cell.AsWritten)}
}
