package cell

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// TextLimit is the longest text that a cell holds, in bytes. Longer text is cut and ends in an ellipsis. It
	// is well below the limit of spreadsheets, 32,767 characters.
	TextLimit = 2048
	// URLLimit is the longest URL that a cell holds, in bytes: 16 KiB. It is eight times the longest URL that a
	// fleet file may ask for, because URLs that others registered are kept too.
	URLLimit = 16 << 10
	// TimeFormat is RFC 3339 in UTC with milliseconds.
	TimeFormat = "2006-01-02T15:04:05.000Z"
)

// Clean makes text from outside fit for a cell, a log line and a terminal: one line of valid UTF-8 without control
// or invisible formatting characters, at most limit bytes long. Cut text ends in an ellipsis, which takes 3 of the
// bytes. Text that is clean already is returned as it is.
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

// Unclean reports whether a character could break a line, move a cursor or reorder text.
func Unclean(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == '\x7f'
	}
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Cf, r)
}

// Text makes a cell of text: clean, at most TextLimit bytes, without surrounding spaces, and no formula.
func Text(text string) string { return Disarm(strings.TrimSpace(Clean(text, TextLimit))) }

// URL makes a cell of a URL. A URL longer than URLLimit gives an empty cell: it is never cut, because a part of a
// URL is another URL. Unclean characters are percent-encoded, which means the same to a server.
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

// Disarm puts an apostrophe before a cell that a spreadsheet would run as a formula; there it means "this is text".
// Spreadsheets take the wide forms ＝＋－＠ for the plain ones.
func Disarm(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}

// Append appends a clean cell and a comma to a line. It quotes as encoding/csv does: only cells that could be
// misread. Clean cells hold no line break and do not begin with a space.
func Append(buf []byte, cell string) []byte {
	if strings.IndexByte(cell, ',') < 0 && strings.IndexByte(cell, '"') < 0 && cell != `\.` {
		return append(append(buf, cell...), ',')
	}
	buf = append(buf, '"')
	for {
		before, after, found := strings.Cut(cell, `"`)
		buf = append(buf, before...)
		if !found {
			return append(buf, '"', ',')
		}
		buf, cell = append(buf, '"', '"'), after
	}
}

// AppendTime appends a time and a comma to a line; the cell of the zero time is empty.
func AppendTime(buf []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(buf, ',')
	}
	// RFC3339Nano leaves out zeros at the end of a second's fraction, but takes half the time of TimeFormat.
	whole := len(buf) + len("2006-01-02T15:04:05")
	buf = t.UTC().Truncate(time.Millisecond).AppendFormat(buf, time.RFC3339Nano)
	end := len(buf) - len("Z")
	return append(buf[:end], ".000Z,"[end-whole:]...)
}
