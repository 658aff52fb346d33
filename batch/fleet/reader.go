package fleet

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// reader makes rows of the lines of a file. It cuts the lines itself and does not use encoding/csv, because
// that takes everything behind a stray quote into one cell. Here a broken line costs one row.
type reader struct {
	layout layout
	cells  cellSplitter
	rows   rowMaker
	iccids strings.Builder // the ICCIDs of many rows, so that each does not take memory of its own
	url    string          // the webhook URL found last, for the same reason
}

// each implements source. It checks the file before the first row and after the last.
func (f *file) each(show func(*Row) bool) error {
	if err := f.unchanged(); err != nil {
		return f.failure(0, err)
	}
	lines, err := f.lines()
	if err != nil {
		return f.failure(0, err)
	}
	r := reader{layout: f.layout, cells: cellSplitter{delimiter: f.layout.delimiter}, rows: newRowMaker(f.options)}
	var row Row
	for {
		text, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return f.failure(lines.number+1, err)
		}
		if lines.number <= f.layout.heading {
			continue
		}
		row = Row{Line: lines.number}
		if errors.Is(err, errLongLine) {
			row.Kind, row.Problem = KindLongLine, err.Error()+": put one SIM on each line"
		} else if !r.fill(&row, text) {
			continue
		}
		if !show(&row) {
			return nil
		}
	}
	if err := f.unchanged(); err != nil {
		return f.failure(0, err)
	}
	return nil
}

// fill makes a row of a line. It reports false for a line without content.
func (r *reader) fill(row *Row, line []byte) bool {
	cells, open := r.cells.split(line)
	if open {
		row.Cell = shown(string(line), maxCell)
		row.Kind = KindOpenQuote
		row.Problem = "a quote opens a cell on this line and is not closed on it: " +
			"close it, or take the line break out of the cell"
		return true
	}
	r.rows.fill(row, r.iccid(cellAt(cells, r.layout.iccid)), r.webhookURL(cellAt(cells, r.layout.webhookURL)))
	return row.Kind != KindEmpty || !isBlank(bytes.Join(cells, nil))
}

// textChunk is how much memory the ICCIDs of about 200 rows share, in bytes.
const textChunk = 4 << 10

// iccid is a cell as a string, which shares its memory with those before.
func (r *reader) iccid(text []byte) string {
	if len(text) > maxCell {
		return string(text)
	}
	if r.iccids.Cap()-r.iccids.Len() < len(text) {
		r.iccids = strings.Builder{}
		r.iccids.Grow(textChunk)
	}
	start := r.iccids.Len()
	r.iccids.Write(text)
	return r.iccids.String()[start:]
}

// webhookURL is a cell as a string, which is the one before if it has the same text.
func (r *reader) webhookURL(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if string(text) != r.url {
		r.url = string(text)
	}
	return r.url
}

// cellAt is the cell in a column; a line may be too short to have it.
func cellAt(cells [][]byte, column int) []byte {
	if column < 0 || column >= len(cells) {
		return nil
	}
	return cells[column]
}

func isBlank(text []byte) bool {
	return bytes.IndexFunc(text, func(r rune) bool { return !isSpace(r) }) < 0
}
