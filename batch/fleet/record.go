package fleet

import (
	"bytes"
	"fmt"
)

// Bounds of a record that goes over several lines, so that a stray quote does not take in the file.
const (
	maxRecordLines = 1000
	maxRecord      = 256 << 10
)

// records makes records of lines: most are one line, and a cell may go over several, in quotes (RFC 4180, section 2) or with a
// backslash before each line's end.
type records struct {
	lines  *lineReader
	layout layout

	waiting []record // lines that were read ahead
	plain   record   // a line as most are, that next returned last
	one     record   // another record that it did
	gaveUp  int      // the line that opens a quote which is too long to be read to its end; 0: none
	cutOff  int      // the last line of many short rows; 0: the last row was none of many
}

// record is a row's text.
type record struct {
	text    []byte
	line    int
	isPlain bool   // none of the following is the case
	quoted  bool   // the line has a quote
	err     error  // errLongLine
	within  int    // the line that opens the quote in which this line may stand; 0: none
	open    bool   // a quote opens a cell, and is never closed as RFC 4180 has it
	doubt   string // another reason why it cannot be said whether the line is a row of its own
}

// next gives the next record. It and its text may be written into until the next call. Errors are io.EOF and those of the file.
func (r *records) next() (*record, error) {
	one := &r.one
	for r.lines.number < r.layout.heading { // a quote above the rows is not theirs
		if _, err := r.lines.next(); err != nil && err != errLongLine { //nolint:errorlint // it is never wrapped
			return one, err
		}
	}
	if len(r.waiting) == 0 { // as nearly always: a line without a quote is a record
		text, err := r.lines.next()
		if err == nil && !r.lines.quoted && r.gaveUp == 0 && !endsInBackslash(text) {
			plain := &r.plain
			plain.text, plain.line, plain.isPlain = text, r.lines.number, true
			return plain, nil
		}
		*one, err = r.lineOf(text, err)
		if err != nil {
			return one, err
		}
	} else {
		*one, r.waiting = r.waiting[0], r.waiting[1:]
	}
	r.stillWithin(one)
	readable := one.err == nil && one.within == 0 && one.doubt == ""
	switch {
	case readable && quoting(one.text, r.layout.delimiter) != closed:
		*one = r.join(*one)
	case readable && endsInBackslash(one.text):
		*one = r.joinEscaped(*one)
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
	one, err := r.lineOf(r.lines.next())
	one.text = bytes.Clone(one.text)
	return one, err
}

// lineOf makes a record of a line.
func (r *records) lineOf(text []byte, err error) (record, error) {
	if err == errLongLine { //nolint:errorlint // it is never wrapped
		return record{line: r.lines.number, err: err}, nil
	}
	return record{text: text, line: r.lines.number, quoted: r.lines.quoted}, err
}

// join adds lines to one whose quote is not closed, until it is. Where that takes in what may be a row of its own, both
// readings are possible: none of the lines is then a row. Where the quote is never closed, the line alone is none. Where it is
// too long to find that out, the lines behind it are none until one is a row beyond doubt.
func (r *records) join(first record) record {
	first.text = bytes.Clone(first.text) // else reading on overwrites it
	joined := bytes.Clone(first.text)
	var ahead []record
	lines := [][]byte{first.text}
	state := open
	for state == open && len(ahead) < maxRecordLines && len(joined) < maxRecord {
		one, err := r.nextLine()
		if err != nil {
			state = broken // the error comes again
			break
		}
		ahead = append(ahead, one)
		if one.err != nil || one.within > 0 || one.doubt != "" {
			state = broken
			break
		}
		lines = append(lines, one.text)
		joined = append(append(joined, '\n'), one.text...)
		if bytes.Count(one.text, []byte{'"'})%2 == 1 { // else what was open is not closed: that is a cheap question
			state = quoting(joined, r.layout.delimiter)
		}
	}
	if state == open {
		state = quoting(joined, r.layout.delimiter)
	}
	if state == closed {
		if !r.holdsOther(lines, joined) {
			return record{text: joined, line: first.line, quoted: first.quoted}
		}
		for i := range ahead {
			ahead[i].within = first.line
		}
	}
	if state == open {
		r.gaveUp = first.line
	}
	r.waiting = append(ahead, r.waiting...)
	first.open = true
	return first
}

// stillWithin marks a line behind a quote that was given up, up to the first line that is a row beyond doubt or has a quote.
func (r *records) stillWithin(one *record) {
	if r.gaveUp == 0 || one.err != nil || one.within > 0 {
		return
	}
	opened := r.gaveUp
	if bytes.IndexByte(one.text, '"') >= 0 {
		r.gaveUp = 0
	} else if cells := bytes.Split(one.text, []byte{r.layout.delimiter}); len(cells) >= r.layout.columns {
		if _, _, err := NormaliseICCID(string(cellAt(cells, r.layout.iccid)), true); err == nil {
			r.gaveUp = 0
			return
		}
	}
	one.within = opened
}

// joinEscaped adds the next line to one that ends in a backslash, as MySQL writes a line break in a cell. Where both lines may
// be rows, none is one. Where the two have too many cells for one row, the backslash is a part of the text.
func (r *records) joinEscaped(first record) record {
	first.text = bytes.Clone(first.text) // else reading on overwrites it
	joined := bytes.Clone(first.text)
	lines := [][]byte{first.text}
	var ahead []record
	for endsInBackslash(joined) && len(ahead) < maxRecordLines && len(joined) < maxRecord {
		one, err := r.nextLine()
		if err != nil {
			break // it comes again
		}
		ahead = append(ahead, one)
		if one.err != nil || one.within > 0 || one.doubt != "" {
			break
		}
		lines = append(lines, one.text)
		joined = append(append(joined, '\n'), one.text...)
		if bytes.Count(joined, []byte{r.layout.delimiter}) >= r.layout.columns {
			r.waiting = append(ahead, r.waiting...)
			return first
		}
	}
	if !r.holdsOther(lines, joined) {
		return record{text: joined, line: first.line, quoted: first.quoted}
	}
	for i := range ahead {
		ahead[i].doubt = fmt.Sprintf("line %d ends in a backslash, so this line may be a part of its last cell, or a row: put that cell on one line", first.line)
	}
	r.waiting = append(ahead, r.waiting...)
	first.doubt = "the line ends in a backslash, so the next one may be a part of its last cell, or a row: put the cell on one line"
	return first
}

// maxBroken is how many short rows one after the other may be rows that are broken in two. A spreadsheet that leaves off empty
// cells at the end writes more. It is chosen.
const maxBroken = 8

// short tells that the row of a line has fewer cells than the header. A program that does not quote writes a cell with a
// line break as two such lines: where the next line completes this one, none of them is a row. It overwrites what next returned.
func (r *records) short(line, cells int) (doubt string) {
	if line == r.cutOff+1 {
		r.cutOff = line
		return ""
	}
	var ahead []record
	several := 1
	for several < maxBroken {
		next, err := r.nextLine()
		if err != nil {
			break // it comes again
		}
		ahead = append(ahead, next)
		if r.cellsIfShort(&next) == 0 {
			break
		}
		several++
	}
	switch {
	case several == maxBroken:
		r.cutOff = line
	case several > 1 && cells+r.cellsIfShort(&ahead[0])-1 == r.layout.columns && (!r.layout.leavesOff || !r.hasICCID(&ahead[0])):
		doubt = fmt.Sprintf("lines %d and %d have the cells of one row together: put a row on one line, with all its cells", line, ahead[0].line)
		ahead[0].doubt = doubt
	}
	r.waiting = append(ahead, r.waiting...)
	return doubt
}

// cellsIfShort is how many cells a line has, if these are fewer than the header's and none is quoted; else 0.
func (r *records) cellsIfShort(one *record) int {
	cells := bytes.Count(one.text, []byte{r.layout.delimiter}) + 1
	if one.err != nil || one.within > 0 || one.doubt != "" || one.quoted || isBlank(one.text) || cells >= r.layout.columns {
		return 0
	}
	return cells
}

// hasICCID reports whether a line has an ICCID in its place.
func (r *records) hasICCID(one *record) bool {
	return mayBeICCID(cellAt(bytes.Split(one.text, []byte{r.layout.delimiter}), r.layout.iccid))
}

func endsInBackslash(text []byte) bool { return len(text) > 0 && text[len(text)-1] == '\\' }

// holdsOther reports whether one of several lines, which make one record, may be a row with another ICCID than the record's.
func (r *records) holdsOther(lines [][]byte, joined []byte) bool {
	splitter := cellSplitter{delimiter: r.layout.delimiter}
	cells, _ := splitter.split(bytes.Clone(joined))
	own, _ := leadingICCID(cellAt(cells, r.layout.iccid))
	for _, line := range lines {
		cells := bytes.Split(line, []byte{r.layout.delimiter})
		for _, cell := range [][]byte{cells[0], cellAt(cells, r.layout.iccid)} {
			if iccid, ok := leadingICCID(cell); ok && iccid != own {
				return true
			}
		}
	}
	return false
}

// leadingICCID is the ICCID with which a cell begins, whatever its check digit. A quote right behind the digits closes a cell
// that began on an earlier line: a row of its own would have opened it.
func leadingICCID(cell []byte) (iccid string, ok bool) {
	cell = bytes.TrimLeft(cell, " \t\"'=")
	if digits, _, quoted := bytes.Cut(cell, []byte{'"'}); quoted && mayBeICCID(digits) {
		return "", false
	}
	if iccid, _, err := NormaliseICCID(string(cell[:min(len(cell), maxCell)]), true); err == nil {
		return iccid, true
	}
	for _, inside := range []string{"0123456789", "0123456789 -"} {
		digits := len(cell) - len(bytes.TrimLeft(cell, inside))
		if iccid, _, err := NormaliseICCID(string(cell[:digits]), true); err == nil {
			return iccid, true
		}
	}
	return "", false
}

// quotes says how far the quotes of a record are.
type quotes int

const (
	closed quotes = iota // all that open a cell are closed
	open                 // the last one may be closed by a later line
	broken               // one stands where none can, whatever comes later
)

// quoting reports whether all quotes that open a cell are closed. Within a cell of several lines, quotes must be doubled; in
// one line they need not be.
func quoting(text []byte, delimiter byte) quotes {
	if bytes.IndexByte(text, '"') < 0 {
		return closed
	}
	if bytes.IndexByte(text, '\n') < 0 {
		splitter := cellSplitter{delimiter: delimiter}
		if _, unclosed := splitter.split(bytes.Clone(text)); unclosed {
			return open
		}
		return closed
	}
	for {
		cell := bytes.TrimLeft(text, " ")
		if len(cell) == 0 || cell[0] != '"' {
			end := bytes.IndexByte(text, delimiter)
			switch {
			case end < 0 && bytes.IndexByte(text, '\n') >= 0:
				return broken
			case end < 0:
				return closed
			case bytes.IndexByte(text[:end], '\n') >= 0:
				return broken
			}
			text = text[end+1:]
			continue
		}
		rest, ended := skipQuoted(cell[1:])
		rest = bytes.TrimLeft(rest, " ")
		switch {
		case !ended:
			return open
		case len(rest) == 0:
			return closed
		case rest[0] != delimiter:
			return broken
		}
		text = rest[1:]
	}
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
