package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// layout says where the ICCIDs and webhook URLs stand in a fleet file.
type layout struct {
	delimiter  byte
	iccid      int // column, from 0
	webhookURL int // column; -1: there is none
	heading    int // the last line before the rows; 0: the file begins with a row

	columns int      // of the header, or of the first row
	name    string   // columnName of the column of ICCIDs; "": there is no header
	names   []string // of all columns, as they stand in the header
	labels  labels
	chosen  bool // --column has named the column
	titles  int  // lines above the header that are none
	usual   usualLengths
	grouped bool // the ICCIDs are written in groups, the last of which has one or two digits
	line    int  // column of results: 0 in it is a SIM that has left the fleet; -1: these are no results
}

// repeatsHeader reports whether the cell in the column of ICCIDs is that column's name.
func (l *layout) repeatsHeader(cell []byte) bool {
	startsWithDigit := len(cell) > 0 && cell[0] >= '0' && cell[0] <= '9' // as nearly all do
	return l.name != "" && !startsWithDigit && columnName(string(cell)) == l.name
}

// isPruned reports whether a row of results is that of a SIM that has left the fleet.
func (l *layout) isPruned(cells [][]byte) bool {
	return l.line > 0 && string(cellAt(cells, l.line)) == "0"
}

const delimiters = ",;\t|"

// findLayout finds the columns in the first line that is not blank and no sep= line. If delimiter is 0 it finds
// that too. An empty column means one of iccidColumns.
func findLayout(lines *lineReader, delimiter byte, column string) (layout, error) {
	first, err := firstLine(lines)
	if err != nil {
		return layout{}, err
	}
	heading := 0
	if announced, ok := separatorLine(first); ok {
		if delimiter == 0 {
			delimiter = announced
		}
		heading = lines.number
		if first, err = firstLine(lines); err != nil {
			return layout{}, err
		}
	}
	h := chooseHeader(first, delimiter, column)
	if h.err == nil && h.isRow {
		h.layout.heading = heading
		return h.layout, nil
	}
	at := lines.number
	if h.err != nil {
		if below, ok := headerBelow(lines, delimiter, column); ok {
			below.layout.heading, below.layout.titles = lines.number, lines.number-at
			return below.layout, nil
		}
	}
	h.layout.heading = at
	return h.layout, h.err
}

// maxTitles is how many lines may stand above the header: titles, comments, a first line of names.
const maxTitles = 20

// headerBelow looks for the header in the next lines.
func headerBelow(lines *lineReader, delimiter byte, column string) (header, bool) {
	for range maxTitles {
		line, err := lines.next()
		if err != nil {
			return header{}, false
		}
		if h := chooseHeader(line, delimiter, column); h.err == nil && !h.isRow {
			return h, true
		}
	}
	return header{}, false
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

// chooseHeader reads the first line with the given delimiter. If that is 0 it takes the delimiter with which the
// columns are found; among several of them the one that makes the most columns.
func chooseHeader(first []byte, delimiter byte, column string) header {
	candidates := []byte(delimiters)
	if delimiter != 0 {
		candidates = []byte{delimiter}
	}
	var best header
	for i, candidate := range candidates {
		h := readHeader(bytes.Clone(first), candidate, column)
		found, bestFound := h.err == nil, best.err == nil
		if i == 0 || found && !bestFound || found == bestFound && h.columns > best.columns {
			best = h
		}
	}
	return best
}
