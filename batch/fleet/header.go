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
	err     error
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
	cells, open := splitter.split(line)
	h := header{columns: len(cells), layout: layout{delimiter: delimiter, webhookURL: -1, line: -1, columns: len(cells), chosen: column != ""}}
	if open {
		h.columns = bytes.Count(line, []byte{delimiter}) + 1
		h.err = errors.New("a quote in the header is never closed: put the header on one line")
		return h
	}
	wanted := iccidColumns()
	if column != "" && columnName(column) != wanted[0] {
		wanted = []string{columnName(column)}
	}
	if meansICCID(string(cells[0])) {
		h.isRow = true
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
		return h
	}
	if h.layout.iccid < 0 {
		h.err = noColumn(cells, column)
		return h
	}
	h.layout.name = names[h.layout.iccid]
	for _, cell := range cells {
		h.layout.names = append(h.layout.names, shown(string(cell), 40))
	}
	if slices.Contains(names, "subscriptionend") && slices.Contains(names, "action") { // simhook's own results
		h.layout.line = slices.Index(names, "line")
	}
	h.layout.webhookURL, h.err = findColumn(names, webhookURLColumns()...)
	h.layout.labels = findLabels(cells, h.layout.iccid, h.layout.webhookURL)
	return h
}

// meansICCID reports whether a first cell is an ICCID, perhaps a bad one, and not the name of a column.
func meansICCID(cell string) bool {
	_, _, err := NormaliseICCID(cell, true)
	if bad, ok := errors.AsType[*ICCIDError](err); ok {
		return bad.Kind == KindScientific || bad.Kind == KindDecimal || bad.Kind == KindNot89
	}
	return true
}

// columnName is a column's name in lower case without spaces, dashes, quotes and underscores, and without what stands in
// brackets behind it. So "SIM ICCID", "sim_iccid", "webhook_url (optional)" and a name behind a byte order mark are found.
func columnName(cell string) string {
	if name, _, found := strings.Cut(cell, "("); found && strings.TrimSpace(name) != "" {
		cell = name
	}
	return strings.Map(func(r rune) rune {
		if isSpace(r) || isDash(r) || isQuote(r) || r == '_' {
			return -1
		}
		return unicode.ToLower(r)
	}, cell)
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
