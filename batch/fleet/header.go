package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// header is the first line of a fleet file as one delimiter divides it.
type header struct {
	columns int
	layout  layout
	isRow   bool // the line is no header but the first row
	isGood  bool // its ICCID may be one
	isOpen  bool // it has a quote that is not closed
	twice   bool // a name that is looked for stands there twice
	fits    bool // the row below has an ICCID in its place
	err     error
}

// isBetter reports whether a delimiter divides a line better than another one does.
func (h *header) isBetter(other *header) bool {
	for _, sign := range [...][2]bool{{h.err == nil, other.err == nil}, {h.isGood, other.isGood}, {h.twice, other.twice}} {
		if sign[0] != sign[1] {
			return sign[0]
		}
	}
	if h.err == nil && h.fits != other.fits {
		return h.fits
	}
	return h.columns > other.columns
}

// webhookURLColumns are the columnNames of the column of webhook URLs, the most telling first.
func webhookURLColumns() []string {
	return []string{"webhookurl", "webhook", "callbackurl", "callback", "notificationurl"}
}

// iccidColumns are the columnNames of the column of ICCIDs, the most telling first.
func iccidColumns() []string { return []string{"iccid", "simiccid", "sim"} }

// readHeader finds the columns in a line, which is overwritten.
func readHeader(line []byte, delimiter byte, column string) header {
	splitter := cellSplitter{delimiter: delimiter}
	unclosed := quoting(line, delimiter) != closed
	h := header{layout: layout{delimiter: delimiter, webhookURL: -1, line: -1, chosen: column != ""}}
	if unclosed {
		h.columns = bytes.Count(line, []byte{delimiter}) + 1
		if first, _, _ := bytes.Cut(line, []byte{delimiter}); mayBeICCID(first) && column == "" {
			h.isRow, h.isGood, h.isOpen = true, true, true
			h.layout.columns = h.columns
			return h
		}
		h.err = errors.New("a quote in the header is never closed: close it, or take it out")
		return h
	}
	cells, _ := splitter.split(line)
	h.columns, h.layout.columns = len(cells), len(cells)
	wanted := iccidColumns()
	if column != "" && columnName(column) != wanted[0] {
		wanted = []string{columnName(column)}
	}
	if meansICCID(string(cells[0])) {
		h.isRow, h.isGood = true, mayBeICCID(cells[0])
		if column != "" && len(wanted) == 1 {
			h.err = fmt.Errorf("has no header, so it has no column %q", column)
		}
		return h
	}
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = columnName(string(cell))
	}
	if h.layout.iccid, h.err = findColumn(names, wanted...); h.err != nil {
		h.twice = true
		return h
	}
	if strings.Contains(column, "(") { // the brackets tell it from others
		h.layout.iccid = slices.IndexFunc(cells, func(cell []byte) bool { return plainName(string(cell)) == plainName(column) })
	}
	if h.layout.iccid < 0 {
		h.err = noColumn(cells, column)
		return h
	}
	if slices.ContainsFunc(cells, mayBeICCID) {
		h.err = errors.New("the header holds an ICCID: a line with the names of the columns is needed, and below it one line for each SIM")
		return h
	}
	h.layout.webhookURL, h.err = findColumn(names, webhookURLColumns()...)
	h.twice = h.err != nil
	h.layout.describe(cells, names)
	return h
}

// describe keeps what the header says about the columns.
func (l *layout) describe(cells [][]byte, names []string) {
	l.name, l.cleaned, l.own = names[l.iccid], names, ownColumns(cells)
	for i, cell := range cells {
		l.names = append(l.names, strings.TrimSpace(shown(string(cell), 40)))
		if names[i] != "" {
			l.columns = i + 1
		}
		if i < l.own && strings.HasSuffix(names[i], "correlationid") {
			l.called = append(l.called, i)
		}
		if i == l.webhookURL || i == l.iccid || i < l.own {
			continue
		}
		if isRival(string(cell)) {
			l.rivals = append(l.rivals, i)
		}
		if slices.Contains([]string{"url", "uri", "endpoint", "hook", "target", "targeturl", "webhookuri", "callbackuri"}, names[i]) {
			l.ofURLs = append(l.ofURLs, i)
		}
	}
	if isResults(cells) {
		l.line = slices.Index(names, "line")
	}
	if behind := l.webhookURL + 1; behind > 0 && behind < len(names) && names[behind] == "" {
		l.cut = behind
	}
	l.labels = findLabels(cells, l.iccid, l.webhookURL)
}

// meansICCID reports whether a first cell is an ICCID, perhaps a bad one, and not the name of a column.
func meansICCID(cell string) bool {
	if i := strings.IndexAny(cell, delimiters); i >= 0 && mayBeICCID([]byte(cell[i+1:])) {
		return false // these are two cells, and the second is one
	}
	_, _, err := NormaliseICCID(cell, true)
	if bad, ok := errors.AsType[*ICCIDError](err); ok && bad.Kind != KindScientific && bad.Kind != KindDecimal && bad.Kind != KindNot89 {
		_, leads := leadingICCID([]byte(cell))
		return leads || isMostlyDigits(cell)
	}
	return true
}

// isMostlyDigits reports whether a text has as many digits as an ICCID nearly has, of any script, and hardly a letter. A date
// with a time has colons, and several cells with letters are not one.
func isMostlyDigits(text string) bool {
	digits, letters := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		case r == ':':
			return false
		}
	}
	return digits >= 15 && (letters == 0 || letters <= 3 && !strings.ContainsAny(text, delimiters))
}

// mayBeICCID reports whether a cell is an ICCID, whatever its check digit.
func mayBeICCID(cell []byte) bool {
	_, _, err := NormaliseICCID(string(cell), true)
	return err == nil
}

// holdsICCID reports whether a line has an ICCID anywhere, whatever its check digit: as digits one after the other, or as a cell.
func holdsICCID(line []byte) bool {
	run := 0
	for i := 0; i <= len(line); i++ {
		if i < len(line) && line[i] >= '0' && line[i] <= '9' {
			run++
			continue
		}
		if run >= 18 && run <= 20 && string(line[i-run:i-run+2]) == "89" {
			return true
		}
		run = 0
	}
	return slices.ContainsFunc(bytes.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(delimiters, r) }), mayBeICCID)
}

// columnName is a column's name in lower case without spaces, dashes, quotes and underscores, and without what stands in
// brackets behind it. So "SIM ICCID", "sim_iccid", "webhook_url (optional)" and a name behind a byte order mark are found. A
// column that the brackets call an old one keeps them, so that it is not.
func columnName(cell string) string {
	name, bracket, found := strings.Cut(cell, "(")
	if found && strings.Contains(bracket, ")") && strings.TrimSpace(name) != "" && !isOld(cell) {
		cell = name
	}
	return plainName(cell)
}

// plainName is columnName with the brackets.
func plainName(cell string) string {
	return strings.Map(func(r rune) rune {
		if isSpace(r) || isDash(r) || isQuote(r) || r == '_' {
			return -1
		}
		return unicode.ToLower(r)
	}, cell)
}

// isRival reports whether a column's name says that it may be the one of webhook URLs, too.
func isRival(cell string) bool {
	name := plainName(cell)
	if saysOld(cell) {
		return false
	}
	if slices.Contains(webhookURLColumns(), columnName(cell)) {
		return true
	}
	ofURLs := strings.Contains(name, "url") || strings.Contains(name, "uri")
	return ofURLs && slices.ContainsFunc([]string{"hook", "callback", "notification", "new", "neu", "v2", "current"}, func(part string) bool { return strings.Contains(name, part) })
}

// isOld reports whether brackets behind a column's name say that it is not the one in use.
func isOld(cell string) bool {
	_, bracket, _ := strings.Cut(cell, "(")
	return saysOld(bracket)
}

// saysOld reports whether a word says that what is named is not in use.
func saysOld(text string) bool {
	words := strings.FieldsFunc(strings.NewReplacer("'", "", "’", "").Replace(strings.ToLower(text)), func(r rune) bool { return !unicode.IsLetter(r) })
	said := " " + strings.Join(words, " ") + " "
	return slices.ContainsFunc([]string{
		"bisher", "bisherige", "alte", "prev", "wrong", "ancien", "ancienne", "antiguo", "vecchio",
		"old", "previous", "previously", "former", "formerly", "before", "deprecated", "obsolete", "outdated", "legacy", "unused", "retired",
		"ignore", "ignored", "replaced", "not use", "dont use", "not used", "not in use", "no longer", "alt", "veraltet",
	}, func(old string) bool { return strings.Contains(said, " "+old+" ") })
}

// findColumn gives the column with the first wanted name that is among the names; -1 if none is.
func findColumn(names []string, wanted ...string) (int, error) {
	for _, want := range wanted {
		found := -1
		for i, name := range names {
			switch {
			case name != want:
			case found >= 0:
				return -1, fmt.Errorf("columns %d and %d of the header are both %q: rename or remove one", found+1, i+1, want)
			default:
				found = i
			}
		}
		if found >= 0 {
			return found, nil
		}
	}
	return -1, nil
}

// noColumn is the error of a header without a column of ICCIDs. It lists the columns.
func noColumn(cells [][]byte, column string) error {
	if slices.ContainsFunc(cells, mayBeICCID) {
		return errors.New("has no header, and its ICCIDs do not stand in the first column: " +
			"write a line with the names of the columns above the rows, with iccid for that of the ICCIDs")
	}
	const listed = 20
	names := make([]string, 0, listed)
	for i, cell := range cells {
		if i == listed {
			names = append(names, fmt.Sprintf("and %d more", len(cells)-listed))
			break
		}
		names = append(names, fmt.Sprintf("%q", shown(string(cell), 40)))
	}
	has := strings.Join(names, ", ")
	if column != "" {
		return fmt.Errorf("has no column %q: its columns are %s", column, has)
	}
	return fmt.Errorf("has no column iccid, sim_iccid or sim: its columns are %s; "+
		"--column names the one with the ICCIDs", has)
}
