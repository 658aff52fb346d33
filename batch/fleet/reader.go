package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"simhook/report"
	"simhook/report/simset"
)

// reader makes rows of the lines of a file. It cuts the lines itself and does not use encoding/csv, because
// that takes everything behind a stray quote into one cell. Here a broken line costs one row.
type reader struct {
	file   *file
	layout layout
	all    records
	cells  cellSplitter
	rows   rowMaker
	iccids strings.Builder // the ICCIDs of many rows, so that each does not take memory of its own
	url    string          // the webhook URL found last, for the same reason
	damage damage
	met    pass
	err    error // why the file is of no use as a whole
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
	r := reader{
		file: f, layout: f.layout, all: records{lines: lines, layout: f.layout},
		cells: cellSplitter{delimiter: f.layout.delimiter}, rows: newRowMaker(f.options, &f.layout),
	}
	var row Row
	for {
		one, err := r.all.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return f.failure(lines.number+1, err)
		}
		row = Row{Line: one.line}
		isRow := r.fill(&row, one)
		if r.err != nil {
			return f.failure(row.Line, r.err)
		}
		if !isRow {
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
	f.last.Store(&r.met)
	return nil
}

// fill makes a row of a record. It reports false for one that is passed over.
func (r *reader) fill(row *Row, one *record) bool {
	if !one.isPlain && r.inDoubt(row, one) {
		return true
	}
	cells, _ := r.cells.split(one.text)
	if r.layout.isPruned(cells) {
		r.met.pruned++
		return false
	}
	own := cellAt(cells, r.layout.webhookURL)
	hasOwn := len(own) > 0 && len(bytes.TrimSpace(own)) > 0
	r.rows.fill(row, r.iccid(cellAt(cells, r.layout.iccid)), r.webhookURL(own))
	if r.rows.digits != "" {
		r.damage.add(r.rows.digits, r.rows.wrong)
	}
	if row.Problem == "" {
		r.checkWidth(row, cells)
	} else if r.passOver(row, cells) {
		return false
	}
	if row.Problem == "" && len(r.layout.called) > 0 {
		r.checkCalled(row, cells)
	}
	if row.Problem == "" && len(cells) > 1 && !r.rows.options.IgnoreURLs {
		r.checkURLs(row, cells, hasOwn)
	}
	if r.rows.options.Labels && row.Kind != KindWidth { // else the cells may not be those of their columns
		row.Labels = r.layout.labels.of(cells)
	}
	if n := len(cells); n < r.layout.columns && r.layout.columns > 2 && !one.quoted {
		if doubt := r.all.short(row.Line, n); doubt != "" && row.Problem == "" {
			row.refuse(KindWidth, doubt)
		}
	}
	if row.Problem == "" && !hasOwn {
		r.met.fallbacks++
	}
	return true
}

// inDoubt refuses a record of which it cannot be said whether it is a row.
func (r *reader) inDoubt(row *Row, one *record) bool {
	switch {
	case one.err != nil:
		row.refuse(KindLongLine, one.err.Error()+": put one SIM on each line")
		return true
	case one.open:
		row.refuse(KindOpenQuote, "a quote opens a cell on this line and is not closed: close it, or take it out")
	case one.within > 0:
		row.refuse(KindOpenQuote, fmt.Sprintf("this line may stand inside the quote that line %d opens, or be a row: close that quote, or take it out", one.within))
	case one.doubt != "":
		row.refuse(KindOpenQuote, one.doubt)
	default:
		return false
	}
	row.Cell = shown(string(one.text), maxCell)
	return true
}

// passOver reports whether the line of a bad row is no row: it is blank, the header again, or what databases write around
// rows. Another header ends the reading, because the columns below it may be others.
func (r *reader) passOver(row *Row, cells [][]byte) bool {
	switch {
	case isBlank(bytes.Join(cells, nil)):
		return true
	case row.Kind != KindNotDigits && row.Kind != KindEmpty && row.Kind != KindTooShort && row.Kind != KindDecimal:
	case r.layout.isHeader(cells):
		r.met.headers = note(r.met.headers, row.Line)
		return true
	case r.layout.isOtherHeader(cells):
		r.err = errors.New("this looks like the header of another table, whose columns may be others: put one table into a file, and its header once")
	case isRule(cells) || isFooter(cells):
		r.met.rules = note(r.met.rules, row.Line)
		return true
	case isNumbered(cellAt(cells, r.layout.iccid)):
		row.refuse(KindNotDigits, "a number stands before the ICCID, as in a list: take it away")
	}
	return false
}

// note keeps the first of the lines that are to be named, and one more.
func note(lines []int, line int) []int {
	if len(lines) <= maxListed {
		lines = append(lines, line)
	}
	return lines
}

// checkWidth refuses a row that has more or fewer cells than the header, where that puts in doubt which SIM or which URL is
// meant.
func (r *reader) checkWidth(row *Row, cells [][]byte) {
	l := &r.layout
	switch {
	case len(cells) > l.columns && l.name != "" && !isBlank(bytes.Join(cells[l.columns:], nil)), l.cut > 0 && !isBlank(cellAt(cells, l.cut)):
		row.refuse(KindWidth, fmt.Sprintf("the line has %d cells, and the header %d with a name: put one SIM on each line, and a cell that holds %s in quotes",
			len(cells), l.columns, delimiterName(l.delimiter)))
	case l.webhookURL >= 0 && len(cells) <= l.webhookURL:
		row.refuse(KindWidth, fmt.Sprintf("the line has %d cells, and the header %d: its webhook_url is missing; leave the cell empty for the URL of --webhook-url",
			len(cells), l.columns))
	case !l.chosen && len(cells) > 1 && hasOtherICCID(cells, l.iccid, row.ICCID):
		row.refuse(KindWidth, "another cell of the line holds an ICCID too: put one SIM on each line, or name the column with --column")
	}
}

// checkCalled refuses a row of simhook's own files whose ICCID was changed since.
func (r *reader) checkCalled(row *Row, cells [][]byte) {
	for _, column := range r.layout.called {
		call := report.Call{CorrelationID: string(cellAt(cells, column))}
		corrected := r.layout.line < 0 && !simset.LooksRounded(row.ICCID) // the file of --failed is there to be corrected
		if called := call.SIM(); called != "" && called != row.ICCID && !corrected {
			row.refuse(KindCalled, "the call was for "+called+", as the correlation ID says: a spreadsheet may have rounded the ICCID; "+
				"if you have corrected it, empty the cells of correlation IDs")
			return
		}
	}
}

// hasOtherICCID reports whether a cell beside that of the row's ICCID holds another one, whatever its check digit.
func hasOtherICCID(cells [][]byte, own int, iccid string) bool {
	for i, cell := range cells {
		if i == own || len(cell) < 18 {
			continue
		}
		cell = bytes.TrimSpace(cell)
		if len(cell) < 18 || len(cell) > 60 || !bytes.Contains(cell[:8], []byte("89")) {
			continue
		}
		if other, _, err := NormaliseICCID(string(cell), true); err == nil && other != iccid {
			return true
		}
	}
	for i, cell := range cells {
		if i != own && len(cell) > 18 && hasStuckICCID(cell, iccid) {
			return true
		}
	}
	return false
}

// hasStuckICCID reports whether a letter or a control character stands right before an ICCID in a cell, as where two lines have
// become one.
func hasStuckICCID(cell []byte, own string) bool {
	for at := 1; at+18 <= len(cell); at++ {
		next := bytes.Index(cell[at:], []byte("89"))
		if next < 0 {
			return false
		}
		at += next
		before, _ := utf8.DecodeLastRune(cell[:at])
		digits := cell[at : at+len(cell[at:])-len(bytes.TrimLeft(cell[at:], "0123456789"))]
		if isICCID(string(digits)) && string(digits) != own && (unicode.IsLetter(before) || before != '\n' && unicode.IsControl(before) || before == '\u2028') {
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
