package cell

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// textLimit is the longest text a cell holds, in bytes; what is longer ends in
	// an ellipsis. A spreadsheet's own limit is 32,767 characters.
	TextLimit = 2048
	// urlLimit is the longest URL a cell holds, in bytes: eight times what the
	// fleet file may ask for, since what somebody else registered is kept too.
	URLLimit = 16 << 10
)

// Clean makes text from outside fit for a cell, a log line and a terminal: one
// line of valid UTF-8 without control or invisible formatting characters, at
// most limit bytes long, of which an ellipsis takes 3 where text is cut. Text
// that is clean already comes back as it is.
func Clean(text string, limit int) string {
	if len(text) <= limit && IsClean(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if Unclean(r) {
			r = ' '
		}
		b.WriteRune(r)
		if b.Len() > limit {
			return cut(b.String(), limit)
		}
	}
	return strings.TrimSpace(b.String())
}

func cut(text string, limit int) string {
	const ellipsis = "…"
	end := max(limit-len(ellipsis), 0)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.TrimSpace(text[:end]) + ellipsis
}

// IsClean reports whether Clean leaves text of any length as it is.
func IsClean(text string) bool {
	for i := range len(text) {
		if b := text[i]; b < ' ' || b > '~' { // plain ASCII needs no look at runes
			return utf8.ValidString(text[i:]) && !strings.ContainsFunc(text[i:], Unclean)
		}
	}
	return true
}

// unclean holds for what could break a line, move a cursor or reorder text.
func Unclean(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == '\x7f'
	}
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Cf, r)
}

// textCell is text as the results file shows it.
func Text(text string) string { return Disarm(strings.TrimSpace(Clean(text, TextLimit))) }

// urlCell is a URL as the results file shows it. It is never cut, since a part
// of a URL is another URL: one longer than urlLimit gives an empty cell. What is
// unclean is percent-encoded, which means the same to a server.
func URL(url string) string {
	if len(url) > URLLimit {
		return ""
	}
	url = strings.TrimSpace(url)
	if IsClean(url) {
		return Disarm(url)
	}
	var b strings.Builder
	for len(url) > 0 {
		r, size := utf8.DecodeRuneInString(url)
		if Unclean(r) || r == utf8.RuneError && size == 1 {
			for _, octet := range []byte(url[:size]) {
				const hex = "0123456789ABCDEF"
				b.Write([]byte{'%', hex[octet>>4], hex[octet&15]})
			}
		} else {
			b.WriteString(url[:size])
		}
		url = url[size:]
	}
	return Disarm(b.String())
}

// disarmed puts an apostrophe, which says "this is text", before what
// spreadsheets would run as a formula. The wide forms become plain ones there.
func Disarm(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}
