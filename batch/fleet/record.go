package fleet

import (
	"bytes"
	"slices"
)

// Bounds of a record that goes over several lines, so that a stray quote does not take in the file.
const (
	maxRecordLines = 50
	maxRecord      = 64 << 10
)

// records makes records of lines: most are one line, and a quoted cell may go over several (RFC 4180, section 2).
type records struct {
	lines  *lineReader
	layout layout

	waiting []record // lines that were read ahead
	one     record   // that next returned last
}

// record is a row's text.
type record struct {
	text   []byte
	line   int
	err    error // errLongLine
	within int   // the line that opens the quote in which this line may stand; 0: none
	open   bool  // a quote opens a cell, and is never closed as RFC 4180 has it
}

// next gives the next record. It and its text may be written into until the next call. Errors are io.EOF and those of the file.
func (r *records) next() (*record, error) {
	one := &r.one
	if len(r.waiting) == 0 { // as nearly always: a line without a quote is a record
		text, err := r.lines.next()
		if err == nil && !r.lines.quoted {
			one.text, one.line, one.err, one.within, one.open = text, r.lines.number, nil, 0, false
			return one, nil
		}
		*one, err = r.lineOf(text, err)
		if err != nil {
			return one, err
		}
	} else {
		*one, r.waiting = r.waiting[0], r.waiting[1:]
	}
	if one.err == nil && one.within == 0 && !closes(one.text, r.layout.delimiter) {
		*one = r.join(*one)
	}
	return one, nil
}

// nextLine gives the next line, one that was read ahead first.
func (r *records) nextLine() (record, error) {
	if len(r.waiting) > 0 {
		one := r.waiting[0]
		r.waiting = r.waiting[1:]
		return one, nil
	}
	return r.lineOf(r.lines.next())
}

// lineOf makes a record of a line.
func (r *records) lineOf(text []byte, err error) (record, error) {
	if err == errLongLine { //nolint:errorlint // it is never wrapped
		return record{line: r.lines.number, err: err}, nil
	}
	return record{text: text, line: r.lines.number}, err
}

// join adds lines to one whose quote is not closed, until it is. Where that takes in what may be a row of its own, both
// readings are possible: none of the lines is then a row. Where the quote is never closed, the line alone is none.
func (r *records) join(first record) record {
	joined := bytes.Clone(first.text)
	var ahead []record
	var inside []string // ICCIDs of lines that may be rows
	for len(ahead) < maxRecordLines && len(joined) < maxRecord {
		one, err := r.nextLine()
		if err != nil {
			break // it comes again
		}
		one.text = bytes.Clone(one.text)
		ahead = append(ahead, one)
		if one.err != nil || one.within > 0 {
			break
		}
		if iccid, ok := r.mayBeRow(one.text); ok {
			inside = append(inside, iccid)
		}
		joined = append(append(joined, '\n'), one.text...)
		if !closes(joined, r.layout.delimiter) {
			continue
		}
		if own, _ := r.mayBeRow(joined); !slices.ContainsFunc(inside, func(iccid string) bool { return iccid != own }) {
			return record{text: joined, line: first.line}
		}
		for i := range ahead {
			ahead[i].within = first.line
		}
		break
	}
	r.waiting = append(ahead, r.waiting...)
	first.open = true
	return first
}

// mayBeRow reports whether a line alone has the cells of a row, with an ICCID in its place.
func (r *records) mayBeRow(line []byte) (iccid string, ok bool) {
	splitter := cellSplitter{delimiter: r.layout.delimiter}
	cells, open := splitter.split(bytes.Clone(line))
	if open || len(cells) < r.layout.columns || r.layout.columns < 2 {
		return "", false
	}
	iccid, _, err := NormaliseICCID(string(cellAt(cells, r.layout.iccid)), false)
	return iccid, err == nil
}

// closes reports whether all quotes that open a cell are closed. Within a cell of several lines, quotes must be doubled; in
// one line they need not be.
func closes(text []byte, delimiter byte) bool {
	if bytes.IndexByte(text, '"') < 0 {
		return true
	}
	if bytes.IndexByte(text, '\n') < 0 {
		splitter := cellSplitter{delimiter: delimiter}
		_, open := splitter.split(bytes.Clone(text))
		return !open
	}
	for len(text) > 0 {
		cell := bytes.TrimLeft(text, " ")
		if len(cell) == 0 || cell[0] != '"' {
			end := bytes.IndexByte(text, delimiter)
			if end < 0 {
				return bytes.IndexByte(text, '\n') < 0
			}
			text = text[end+1:]
			continue
		}
		rest, closed := skipQuoted(cell[1:])
		rest = bytes.TrimLeft(rest, " ")
		switch {
		case !closed || len(rest) > 0 && rest[0] != delimiter:
			return false
		case len(rest) == 0:
			return true
		}
		text = rest[1:]
	}
	return true
}

// skipQuoted gives what comes after the closing quote of a cell.
func skipQuoted(text []byte) (rest []byte, closed bool) {
	for {
		end := bytes.IndexByte(text, '"')
		switch {
		case end < 0:
			return nil, false
		case end+1 < len(text) && text[end+1] == '"':
			text = text[end+2:]
		default:
			return text[end+1:], true
		}
	}
}
