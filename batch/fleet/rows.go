package fleet

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"

	"simhook/api"
	"simhook/report/cell"
)

// The kinds of FleetRow.Kind that are not an ICCIDError's.
const (
	KindOpenQuote  = "quote not closed"
	KindLongLine   = "line too long"
	KindWebhookURL = "bad webhook_url"
)

// FleetRow is one line of a fleet file.
type Row struct {
	Line       int    // of the file, from 1; the header, blank lines and sep= count
	ICCID      string // normalised; empty if it is none
	Cell       string // the ICCID as found, but on one line, cut at 80 bytes and without passwords of URLs; only if changed or bad
	WebhookURL string // the row's own, else FleetOptions.WebhookURL, which may be empty; empty if bad
	Changes    Change // what normalising took off
	Problem    string // why the row cannot be used, in a sentence; empty for a good row
	Kind       string // of the problem, for grouping: one of the Kind constants
}

// maxCell is how much of a cell a FleetRow shows, in bytes.
const maxCell = 80

// FleetReader reads the rows of a fleet in their order. A broken line becomes a row with a Problem
// and never ends the reading. Lines are cut here and not by gocsv, since the encoding/csv below it
// takes everything behind a stray quote into one cell. Not safe for concurrent use.
type Reader struct {
	fleet    *Fleet
	lines    *fleetLines
	cells    cellSplitter
	iccids   strings.Builder // holds those of many rows, so that not each takes memory of its own
	lastURL  string          // the last webhook URL found to be valid
	finished error
}

// Rows reads the fleet from its beginning. Several readers may be in use at once.
func (f *Fleet) Rows() (*Reader, error) {
	if err := f.unchanged(); err != nil {
		return nil, f.failure(0, err)
	}
	lines, err := f.lines()
	if err != nil {
		return nil, f.failure(0, err)
	}
	return &Reader{fleet: f, lines: lines, cells: cellSplitter{delimiter: f.layout.delimiter}}, nil
}

// Read fills in the next row; its error is io.EOF after the last one. Any other error is a *FleetError:
// the file cannot be read further, or was changed since it was opened.
func (r *Reader) Read(row *Row) error {
	for r.finished == nil {
		text, err := r.lines.next()
		if err != nil && err != errLongLine {
			r.finished = r.end(err)
			break
		}
		if r.lines.number <= r.fleet.layout.heading {
			continue
		}
		*row = Row{Line: r.lines.number}
		if err == errLongLine {
			row.Kind = KindLongLine
			row.Problem = err.Error() + ": put one SIM on each line"
			return nil
		}
		if r.fill(row, text) {
			return nil
		}
	}
	return r.finished
}

// end makes of the error that ended the lines the one that ends the rows.
func (r *Reader) end(err error) error {
	if err != io.EOF {
		return r.fleet.failure(r.lines.number+1, err)
	}
	if err := r.fleet.unchanged(); err != nil {
		return r.fleet.failure(0, err)
	}
	return io.EOF
}

// fill reads a line into row; it reports false for a line without content.
func (r *Reader) fill(row *Row, line []byte) bool {
	cells, open := r.cells.split(line)
	if open {
		row.Cell = shown(string(line), maxCell)
		row.Kind = KindOpenQuote
		row.Problem = "a quote opens a cell on this line and is not closed on it: close it, or take the line break out of the cell"
		return true
	}
	cell := cellAt(cells, r.fleet.layout.iccid)
	if !row.setICCID(r.text(cell), r.fleet.options.AllowBadLuhn) {
		return row.Kind != KindEmpty || !isBlank(bytes.Join(cells, nil))
	}
	var err error
	if row.WebhookURL, err = r.webhookURL(cells); err != nil {
		row.Cell = shown(string(cell), maxCell)
		row.Kind, row.Problem = KindWebhookURL, err.Error()
	}
	return true
}

// textChunk is how much memory the ICCIDs of about 200 rows share.
const textChunk = 4 << 10

// text is a cell as a string, which is kept together with its neighbours.
func (r *Reader) text(cell []byte) string {
	if len(cell) > maxCell {
		return string(cell)
	}
	if r.iccids.Cap()-r.iccids.Len() < len(cell) {
		r.iccids = strings.Builder{}
		r.iccids.Grow(textChunk)
	}
	start := r.iccids.Len()
	r.iccids.Write(cell)
	return r.iccids.String()[start:]
}

// shown is text from a fleet file as people may see it. In the wrong column there may be a webhook URL
// with a password in it.
func shown(text string, limit int) string {
	return cell.Clean(api.MaskURLs(text), limit)
}

// RowOf is the row of a SIM that stands in another file than a fleet's, such as results. Its check digit may
// be wrong: it was accepted before.
func RowOf(line int, iccid string) Row {
	row := Row{Line: line}
	row.setICCID(iccid, true)
	return row
}

// setICCID fills in the row's ICCID, or why the cell holds none.
func (row *Row) setICCID(cell string, allowBadLuhn bool) (ok bool) {
	var err error
	row.ICCID, row.Changes, err = NormaliseICCID(cell, allowBadLuhn)
	if err != nil || row.Changes != 0 {
		row.Cell = shown(cell, maxCell)
	}
	if err == nil {
		return true
	}
	if bad, ok := errors.AsType[*ICCIDError](err); ok {
		row.Kind = bad.Kind
	}
	row.Problem = err.Error()
	return false
}

// webhookURL is the row's own webhook URL, or the one for rows without.
func (r *Reader) webhookURL(cells [][]byte) (string, error) {
	cell := bytes.TrimSpace(cellAt(cells, r.fleet.layout.webhookURL))
	if len(cell) == 0 {
		return r.fleet.options.WebhookURL, nil
	}
	if string(cell) != r.lastURL {
		own := string(cell)
		if err := ValidateWebhookURL(own); err != nil {
			return "", err
		}
		r.lastURL = own
	}
	return r.lastURL, nil
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

// All yields the fleet's rows from the first on, up to the end or the first error, a *FleetError.
func (f *Fleet) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		rows, err := f.Rows()
		if err != nil {
			yield(Row{}, err)
			return
		}
		var row Row
		for {
			err := rows.Read(&row)
			if errors.Is(err, io.EOF) || !yield(row, err) || err != nil {
				return
			}
		}
	}
}
