package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// layout says where the ICCIDs and webhook URLs stand in a fleet file.
type layout struct {
	delimiter  byte
	iccid      int // column, from 0
	webhookURL int // column; -1: there is none
	heading    int // the last line before the rows; 0: the file begins with a row

	columns   int      // up to the last that has a name in the header; without a header: those of the first row
	name      string   // columnName of the column of ICCIDs; "": there is no header
	names     []string // of all columns, as they stand in the header
	cleaned   []string // their columnNames
	labels    labels
	chosen    bool // --column has named the column
	title     int  // the first line above the header or the first row that is no part of the table
	titles    int  // how many lines such are; 0: none
	usual     usualLengths
	leavesOff bool  // rows leave off cells at the end that are empty
	groups    int   // in which ICCIDs are written, where the last has one or two digits; 0: they are not
	line      int   // column of results: 0 in it is a SIM that has left the fleet; -1: these are no results
	own       int   // how many columns are those of simhook's own files, from the first on
	cut       int   // the column without a name behind that of webhook URLs, where a URL with a delimiter ends; 0: none
	called    []int // columns of correlation IDs in simhook's own files, which hold the ICCID that was called for
	ofURLs    []int // columns whose names say that they hold URLs
	rivals    []int // other columns that may be those of webhook URLs
}

// isHeader reports whether a line is the header again, written with other spaces or capitals perhaps.
func (l *layout) isHeader(cells [][]byte) bool {
	if l.name == "" {
		return false
	}
	for i := range max(len(cells), len(l.cleaned)) {
		name := ""
		if i < len(l.cleaned) {
			name = l.cleaned[i]
		}
		if columnName(string(cellAt(cells, i))) != name {
			return false
		}
	}
	return true
}

// isOtherHeader reports whether a line whose ICCID is none is the header of another table: it has the name of a column where the
// ICCID should stand, or elsewhere that of a column that is read, or of the very column it stands in.
func (l *layout) isOtherHeader(cells [][]byte) bool {
	name := plainName(string(cellAt(cells, l.iccid)))
	if name == "" {
		return false
	}
	if slices.Contains(iccidColumns(), name) || slices.Contains(webhookURLColumns(), name) || slices.Contains(l.cleaned, name) {
		return true
	}
	for i, cell := range cells {
		switch name := plainName(string(cell)); name {
		case "":
		case "iccid", "simiccid", "webhookurl", "callbackurl", "notificationurl":
			return true
		default:
			if i < len(l.cleaned) && l.cleaned[i] == name {
				return true
			}
		}
	}
	return false
}

// isPruned reports whether a row of results is that of a SIM that has left the fleet.
func (l *layout) isPruned(cells [][]byte) bool {
	return l.line > 0 && string(cellAt(cells, l.line)) == "0"
}

const delimiters = ",;\t|"

// Limits of the search for the header. They are chosen.
const (
	maxTitles      = 20 // lines that may stand above the header: titles, comments, a first line of names
	maxHeaderLines = 20 // over which quoted names may go
)

// findLayout finds the columns in the first line that is not blank and no sep= line, or in one below titles. If delimiter is 0
// it finds that too. An empty column means one of iccidColumns.
func findLayout(lines *lineReader, delimiter byte, column string) (layout, error) {
	first, err := firstLine(lines)
	if err != nil {
		return layout{}, err
	}
	above := 0
	if announced, ok := separatorLine(first); ok {
		if delimiter == 0 {
			delimiter = announced
		}
		above = lines.number
		if first, err = firstLine(lines); err != nil {
			return layout{}, err
		}
	}
	first = bytes.Clone(first) // else reading on overwrites it
	b := newBeginning(lines, first, delimiter, column)
	h, last := b.headerAt(0)
	switch {
	case h.err == nil && h.isRow:
		h.layout.heading = above
		return h.layout, nil
	case h.err == nil:
		h.layout.heading = last
		return h.layout, nil
	case b.dividedByBlanks():
		return layout{}, errors.New("its columns are divided by blanks, as a database shows a table to people: export the SIMs as CSV")
	}
	if below, found, err := b.headerBelow(); found || err != nil {
		return below, err
	}
	if list, ok := b.listBelow(); ok {
		return list, nil
	}
	if column == "" && isTitle(first) && isBadRow(first) { // what is wrong with it is said there
		h.layout.iccid, h.layout.heading = 0, above
		return h.layout, nil
	}
	return h.layout, h.err
}

// beginning is the first lines of a file, in which the header is looked for.
type beginning struct {
	lines     []record
	delimiter byte // 0: not known
	column    string
}

func newBeginning(lines *lineReader, first []byte, delimiter byte, column string) beginning {
	b := beginning{delimiter: delimiter, column: column}
	for len(b.lines) <= maxTitles+maxHeaderLines {
		b.lines = append(b.lines, record{text: bytes.Clone(first), line: lines.number})
		var err error
		if first, err = lines.next(); err != nil {
			break // it comes again
		}
	}
	return b
}

// headerAt reads the header that begins on a line. A quoted name may go on on the next ones. last is the line on which it ends.
func (b *beginning) headerAt(at int) (found header, last int) {
	text := b.lines[at].text
	for end := at; ; end++ {
		h := chooseHeader(text, b.below(end), b.delimiter, b.column)
		if end == at {
			found, last = h, b.lines[at].line
		}
		if h.err == nil && (!h.isRow || h.isGood && !h.isOpen) {
			return h, b.lines[end].line
		}
		if end == len(b.lines)-1 || end-at == maxHeaderLines || bytes.IndexByte(text, '"') < 0 {
			return found, last
		}
		next := b.lines[end+1].text
		if holdsICCID(next) && !found.isOpen {
			return found, last
		}
		text = slices.Concat(text, []byte{'\n'}, next)
	}
}

// below is the first line of rows behind a line.
func (b *beginning) below(at int) []byte {
	for _, line := range b.lines[at+1:] {
		if !isBlank(line.text) && !isRule([][]byte{line.text}) {
			return line.text
		}
	}
	return nil
}

// headerBelow looks for the header below titles. A line that holds an ICCID is none: it would be lost.
func (b *beginning) headerBelow() (found layout, ok bool, err error) {
	for i := 1; i < len(b.lines) && i <= maxTitles; i++ {
		h, last := b.headerAt(i)
		if h.err != nil || h.isRow {
			continue
		}
		first := b.lines[0].line
		for _, line := range b.lines[:i] {
			if holdsICCID(line.text) {
				return layout{}, false, fmt.Errorf("line %d holds an ICCID above the header on line %d: put the rows below their header, and a table with other columns into a file of its own",
					line.line, b.lines[i].line)
			}
		}
		h.layout.title, h.layout.titles, h.layout.heading = first, b.lines[i].line-first, last
		return h.layout, true, nil
	}
	return layout{}, false, nil
}

// listBelow looks for rows without a header below titles. A line of several names above rows of several cells is no title.
func (b *beginning) listBelow() (found layout, ok bool) {
	if b.column != "" {
		return layout{}, false
	}
	for i := 1; i < len(b.lines) && i <= maxTitles; i++ {
		if above := b.lines[i-1].text; !isTitle(above) || isBadRow(above) {
			break
		}
		if h, _ := b.headerAt(i); h.err == nil && h.isGood {
			first, row := b.lines[0].line, b.lines[i].line
			h.layout.title, h.layout.titles, h.layout.heading = first, row-first, row-1
			return h.layout, true
		}
	}
	return layout{}, false
}

// isTitle reports whether a line is a comment, or has no more than one cell.
func isTitle(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, comment := range []string{"#", "//", "--"} {
		if bytes.HasPrefix(line, []byte(comment)) {
			return true
		}
	}
	return !bytes.ContainsAny(bytes.Trim(line, delimiters), delimiters)
}

// isBadRow reports whether a line above or without a header is meant for a row: it holds an ICCID, or is a number of some length.
// A date with a time has colons.
func isBadRow(line []byte) bool {
	digits := bytes.ContainsFunc(line, unicode.IsDigit) && !bytes.ContainsFunc(line, func(r rune) bool { return unicode.IsLetter(r) || r == ':' })
	return holdsICCID(line) || digits && len(line) >= 6
}

// dividedByBlanks reports whether a rule below the first line shows that blanks divide the columns.
func (b *beginning) dividedByBlanks() bool {
	if len(b.lines) < 2 {
		return false
	}
	rule := b.lines[1].text
	return isRule([][]byte{rule}) && bytes.Contains(rule, []byte("- -"))
}

// parseDelimiter gives 0 for "auto".
func parseDelimiter(option string) (byte, error) {
	switch option {
	case "", "auto":
		return 0, nil
	case `\t`, "tab":
		return '\t', nil
	}
	if len(option) == 1 && strings.Contains(delimiters, option) {
		return option[0], nil
	}
	return 0, fmt.Errorf("delimiter %q is not known: use auto, a comma, a semicolon, tab or |", option)
}

// firstLine is the next line that is not blank.
func firstLine(lines *lineReader) ([]byte, error) {
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil, errors.New("is empty: a header and one line for each SIM are needed")
		case errors.Is(err, errLongLine):
			return nil, fmt.Errorf("line %d: %w: is this a CSV file?", lines.number, err)
		case err != nil || !isBlank(line):
			return line, err
		}
	}
}

// separatorLine recognises the line by which spreadsheets announce the delimiter.
func separatorLine(line []byte) (delimiter byte, ok bool) {
	const announcement = "sep="
	line = bytes.Trim(line, `"`)
	if len(line) <= len(announcement) || !strings.EqualFold(string(line[:len(announcement)]), announcement) {
		return 0, false
	}
	return line[len(announcement)], true
}

// chooseHeader reads a line with the given delimiter. If that is 0 it takes the delimiter with which the columns are found.
// Among several of them the first row decides, which is then divided into cells too, and then the number of columns.
func chooseHeader(line, below []byte, delimiter byte, column string) header {
	candidates := []byte(delimiters)
	if delimiter != 0 {
		candidates = []byte{delimiter}
	}
	var best header
	for i, candidate := range candidates {
		h := readHeader(bytes.Clone(line), candidate, column)
		splitter := cellSplitter{delimiter: candidate}
		row, _ := splitter.split(bytes.Clone(below))
		h.fits = mayBeICCID(cellAt(row, h.layout.iccid))
		if i == 0 || h.isBetter(&best) {
			best = h
		}
	}
	return best
}
