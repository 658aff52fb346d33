package fleet

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// pass is what one whole pass over a file has met.
type pass struct {
	rows      int
	fallbacks int   // good rows without a webhook URL of their own
	headers   []int // lines that were the header again; the first of them, see note
	rules     []int // lines that were rules and footers of tables; likewise
	pruned    int   // rows of results whose SIM has left the fleet
}

// maxListed is how many lines, and how many columns, are named. It is chosen: the sentence should stay short.
const maxListed = 8

// Found says in a sentence how the file was read, and in further ones what the last whole pass over it found, for people:
// the header, the columns, which rows get the URL of --webhook-url, and which lines were passed over. A Fleet made from
// memory has none.
func (f *Fleet) Found() []string { return f.rows.found() }

func (m *memory) found() []string { return nil }

func (f *file) found() []string {
	l := &f.layout
	text := "read " + filepath.Base(f.name) + ": "
	if l.name == "" {
		text += "no header, ICCIDs in the first column"
	} else {
		text += fmt.Sprintf("header on line %d, ", l.heading)
		if l.columns > 1 {
			text += "columns divided by " + delimiterName(l.delimiter) + ", "
		}
		text += "ICCIDs in " + strconv.Quote(l.names[l.iccid])
		if l.webhookURL >= 0 {
			text += ", webhook URLs in " + strconv.Quote(l.names[l.webhookURL])
		}
	}
	if len(l.labels.columns) > 0 {
		what := "; not read: "
		if f.options.Labels {
			what = "; carried along: "
		}
		text += what + listed(l.labels.columns, func(column int) string { return strconv.Quote(l.names[column]) })
	}
	return append([]string{text}, f.foundRows()...)
}

// foundRows says what the last whole pass met.
func (f *file) foundRows() (said []string) {
	l := &f.layout
	if l.titles > 0 {
		above := "the header"
		if l.name == "" {
			above = "the first row"
		}
		said = append(said, fmt.Sprintf("passed over: %s above %s", lines(l.title, l.titles), above))
	}
	p := f.last.Load()
	if p == nil {
		return said
	}
	if len(p.headers) > 0 {
		said = append(said, "passed over: the header again on line "+listed(p.headers, strconv.Itoa))
	}
	if len(p.rules) > 0 {
		said = append(said, "passed over: rules and footers on line "+listed(p.rules, strconv.Itoa))
	}
	switch {
	case p.pruned == 1:
		said = append(said, "passed over: 1 row of results whose SIM has left the fleet")
	case p.pruned > 1:
		said = append(said, fmt.Sprintf("passed over: %d rows of results whose SIMs have left the fleet", p.pruned))
	}
	if l.webhookURL >= 0 && f.options.WebhookURL != "" {
		said = append(said, Fallbacks(p.fallbacks, p.rows))
	}
	return said
}

// Fallbacks says how many rows get the URL of --webhook-url, of a fleet with a column of webhook URLs.
func Fallbacks(n, rows int) string {
	text := fmt.Sprintf("--webhook-url for %d of %d rows", n, rows)
	if 0 < n && n < rows {
		text += ": the others have a webhook URL of their own"
	}
	return text
}

// lines names a number of lines.
func lines(first, n int) string {
	if n == 1 {
		return fmt.Sprintf("line %d", first)
	}
	return fmt.Sprintf("lines %d to %d", first, first+n-1)
}

// listed names the first of things.
func listed[T any](things []T, name func(T) string) string {
	var names []string
	for i, thing := range things {
		if i == maxListed {
			names = append(names, fmt.Sprintf("and %d more", len(things)-maxListed))
			break
		}
		names = append(names, name(thing))
	}
	return strings.Join(names, ", ")
}
