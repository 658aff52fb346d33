package fleet

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// checkURLs looks for URLs that a row would not get. If the row has no webhook URL of its own and no name tells which column has
// them, the file is refused: its SIMs would get the URL of --webhook-url. If there is such a column, and other rows use it, the
// row is refused. So is a file in which two columns of webhooks have URLs.
func (r *reader) checkURLs(row *Row, cells [][]byte, hasOwn bool) {
	l := &r.layout
	if hasOwn {
		for _, i := range l.rivals {
			if holdsURL(cellAt(cells, i)) {
				r.err = fmt.Errorf("columns %d and %d of the header are both of webhooks, and both have URLs here: rename or remove one", min(l.webhookURL, i)+1, max(l.webhookURL, i)+1)
			}
		}
		return
	}
	for i, cell := range cells {
		isNamed := l.webhookURL < 0 && slices.Contains(l.ofURLs, i) && !isBlank(cell)
		if i == l.iccid || i == l.webhookURL || i < l.own || !isNamed && !isURL(cell) {
			continue
		}
		name := "column " + strconv.Itoa(i+1)
		if i < len(l.names) {
			name += " (" + strconv.Quote(l.names[i]) + ")"
		}
		if l.webhookURL < 0 {
			r.err = fmt.Errorf("%s holds URLs, and they would be ignored: call the column of webhook URLs webhook_url; "+
				"if these are others, add an empty column webhook_url", name)
			return
		}
		if r.file.mayBeOwnURL(i) {
			row.refuse(KindWebhookURL, "webhook_url is empty, and "+name+" holds a URL: write the URL of this SIM's webhook into webhook_url")
			return
		}
	}
}

// ownURLs is whether any row of a file has a webhook URL of its own, and in which columns such rows have other URLs. It is found out
// once, and only if that matters.
type ownURLs struct {
	once   sync.Once
	some   bool
	others map[int]bool
}

// mayBeOwnURL reports whether a URL in a column may be a webhook's that stands in the wrong cell: other rows have webhook URLs of
// their own, and no URL in this column beside them.
func (f *file) mayBeOwnURL(column int) bool {
	f.urls.once.Do(f.findOwnURLs)
	return f.urls.some && !f.urls.others[column]
}

// findOwnURLs reads the file. An error ends it, and the pass that asks meets it too.
func (f *file) findOwnURLs() {
	f.urls.others = map[int]bool{}
	lines, err := f.lines()
	if err != nil {
		return
	}
	all := records{lines: lines, layout: f.layout}
	splitter := cellSplitter{delimiter: f.layout.delimiter}
	for {
		one, err := all.next()
		if err != nil {
			return
		}
		if one.err != nil || one.open || one.within > 0 || one.doubt != "" {
			continue
		}
		cells, _ := splitter.split(one.text)
		if own := cellAt(cells, f.layout.webhookURL); isBlank(own) || f.layout.isHeader(cells) || isRule(cells) {
			continue
		}
		f.urls.some = true
		for i, cell := range cells {
			if i != f.layout.webhookURL && isURL(cell) {
				f.urls.others[i] = true
			}
		}
	}
}

// isURL reports whether a cell is a web address, also one that a program or a person has put into brackets or a formula, and not a
// text in which one stands.
func isURL(cell []byte) bool {
	return holdsURL(cell) && !bytes.ContainsAny(bytes.TrimSpace(cell), " {}")
}

// holdsURL reports whether a cell has a web address in it, also one that a program or a person has put into brackets, a formula
// or words.
func holdsURL(cell []byte) bool {
	const shortest = len("www.a.b")
	if len(cell) < shortest {
		return false
	}
	if bytes.Contains(cell, []byte("://")) {
		text := strings.ToLower(strings.Map(func(r rune) rune {
			if isInvisible(r) {
				return -1
			}
			return r
		}, string(cell)))
		return strings.Contains(text, "http://") || strings.Contains(text, "https://")
	}
	if bytes.IndexByte(bytes.TrimSpace(cell), ' ') >= 0 {
		return false // a name, such as that of a company
	}
	text := bytes.TrimLeftFunc(cell[:min(len(cell), 40)], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return len(text) >= shortest && strings.EqualFold(string(text[:4]), "www.")
}
