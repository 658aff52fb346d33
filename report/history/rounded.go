package history

import (
	"fmt"
	"strconv"
	"strings"

	"simhook/report/cell"
	"simhook/report/file"
)

// LooksRounded reports whether an ICCID can be what a program makes of another one that it takes for a number: 15 digits and
// zeros, or a floating-point number in all of its digits, or in as many as tell it. By chance one ICCID of 19 digits in 500
// looks so, and one of 18 digits in 60.
func LooksRounded(iccid string) bool {
	const kept = 15
	if end := iccid[max(len(iccid)-1, 0):]; !strings.Contains("02468", end) { // most are done with here
		return false
	}
	number, err := strconv.ParseFloat(iccid, 64)
	return err == nil && (len(strings.TrimRight(iccid, "0")) <= kept ||
		iccid == strconv.FormatFloat(number, 'f', 0, 64) || iccid == strconv.FormatFloat(number, 'f', -1, 64))
}

// rounding counts the changes of SIMs that look rounded.
type rounding struct{ changes, rounded, firstLine int }

func (r *rounding) add(l *line) {
	r.changes++
	if LooksRounded(string(l.cells[columnICCID])) {
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
