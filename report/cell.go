package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cellLimit is the longest text a cell holds, in bytes; what is longer ends in
// an ellipsis. A spreadsheet's own limit is 32,767 characters.
const cellLimit = 2048

// Clean makes text from outside fit for a cell, a log line and a terminal: one
// line of valid UTF-8 without control or invisible formatting characters, at
// most limit bytes long. Text that is clean already comes back as it is.
func Clean(text string, limit int) string {
	if len(text) <= limit && !strings.ContainsFunc(text, unclean) && utf8.ValidString(text) {
		return text
	}
	const ellipsis = "…"
	var b strings.Builder
	for _, r := range text {
		if unclean(r) {
			r = ' '
		}
		if b.Len()+utf8.RuneLen(r) > limit-len(ellipsis) {
			b.WriteString(ellipsis)
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// unclean holds for what could break a line, move a cursor or reorder text.
func unclean(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Cf, r)
}

// cell is Clean for the results file: besides, no cell begins like a formula,
// since spreadsheets would run it. An apostrophe before it says "this is text".
func cell(text string) string {
	text = Clean(text, cellLimit)
	if text != "" && strings.IndexByte("=+-@", text[0]) >= 0 {
		text = "'" + text
	}
	return text
}
