package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
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
	damage damage
	met    pass
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
	r := reader{layout: f.layout, cells: cellSplitter{delimiter: f.layout.delimiter}, rows: newRowMaker(f.options, &f.layout)}
	all := records{lines: lines, layout: f.layout}
	var row Row
	for {
		one, err := all.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return f.failure(lines.number+1, err)
		}
		if one.line <= f.layout.heading {
			continue
		}
		row = Row{Line: one.line}
		if !r.fill(&row, one) {
			continue
		}
		r.met.rows++
		if !show(&row) {
			return nil
		}
	}
	if err := f.unchanged(); err != nil {
		return f.failure(0, err)
	}
	if err := r.damage.err(); err != nil {
		return f.failure(0, err)
	}
	r.met.fallbacks = r.rows.fallbacks
	f.last.Store(&r.met)
	return nil
}

// fill makes a row of a record. It reports false for one without content, and for one that is the header again.
func (r *reader) fill(row *Row, one *record) bool {
	switch {
	case one.err != nil:
		row.refuse(KindLongLine, one.err.Error()+": put one SIM on each line")
		return true
	case one.open:
		row.Cell = shown(string(one.text), maxCell)
		row.refuse(KindOpenQuote, "a quote opens a cell on this line and is not closed: close it, or take it out")
		return true
	case one.within > 0:
		row.Cell = shown(string(one.text), maxCell)
		row.refuse(KindOpenQuote, fmt.Sprintf("this line may stand inside the quote that line %d opens, or be a row: close that quote, or take it out", one.within))
		return true
	}
	cells, _ := r.cells.split(one.text)
	found := cellAt(cells, r.layout.iccid)
	if r.layout.repeatsHeader(found) {
		if len(r.met.headers) <= maxListed {
			r.met.headers = append(r.met.headers, row.Line)
		}
		return false
	}
	if r.layout.isPruned(cells) {
		return false
	}
	r.rows.fill(row, r.iccid(found), r.webhookURL(cellAt(cells, r.layout.webhookURL)))
	if r.rows.digits != "" {
		r.damage.add(r.rows.digits, r.rows.wrong)
	}
	if row.Problem == "" {
		r.checkWidth(row, cells)
	}
	if r.rows.options.Labels && row.Kind != KindWidth { // else the cells may not be those of their columns
		row.Labels = r.layout.labels.of(cells)
	}
	return row.Kind != KindEmpty || !isBlank(bytes.Join(cells, nil))
}

// checkWidth refuses a row that has more or fewer cells than the header, where that puts in doubt which SIM or which URL is
// meant.
func (r *reader) checkWidth(row *Row, cells [][]byte) {
	l := &r.layout
	switch {
	case len(cells) > l.columns && !isBlank(bytes.Join(cells[l.columns:], nil)):
		row.refuse(KindWidth, fmt.Sprintf("the line has %d cells, and the header %d: put one SIM on each line, and a cell that holds %s in quotes",
			len(cells), l.columns, delimiterName(l.delimiter)))
	case l.webhookURL >= 0 && len(cells) <= l.webhookURL:
		row.refuse(KindWidth, fmt.Sprintf("the line has %d cells, and the header %d: its webhook_url is missing; leave the cell empty for the URL of --webhook-url",
			len(cells), l.columns))
	case !l.chosen && hasOtherICCID(cells, l.iccid, row.ICCID):
		row.refuse(KindWidth, "another cell of the line holds an ICCID too: put one SIM on each line, or name the column with --column")
	}
}

// hasOtherICCID reports whether a cell beside that of the row's ICCID holds another one.
func hasOtherICCID(cells [][]byte, own int, iccid string) bool {
	for i, cell := range cells {
		if i == own || len(cell) < 18 || len(cell) > 60 || !bytes.Contains(cell[:8], []byte("89")) {
			continue
		}
		if other, _, err := NormaliseICCID(string(cell), false); err == nil && other != iccid {
			return true
		}
	}
	return false
}

func delimiterName(delimiter byte) string {
	if delimiter == '\t' {
		return "a tab"
	}
	return strconv.QuoteRune(rune(delimiter))
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
	const endOfFile = 0x1a // of old systems
	return bytes.IndexFunc(text, func(r rune) bool { return !isSpace(r) && r != endOfFile && r != 0 }) < 0
}
