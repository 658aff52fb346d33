package api

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// oneLine makes text from outside safe to print: valid UTF-8 on one line of at most limit bytes, without
// terminal escapes, control characters and invisible characters.
func oneLine(s string, limit int) string {
	s = withoutEscapes(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, s)
	return truncate(strings.Join(strings.Fields(s), " "), limit)
}

// redact replaces a secret that an answer repeats.
func redact(s, secret, by string) string {
	if secret == "" {
		return s
	}
	return strings.ReplaceAll(s, secret, by)
}

// withoutEscapes replaces ANSI control sequences (ECMA-48, section 5.4) by spaces.
func withoutEscapes(s string) string {
	const introducer = "\x1b["
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, introducer)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte(' ')
		end := strings.IndexFunc(after, func(r rune) bool { return r < ' ' || r >= '@' })
		if end < 0 {
			return b.String()
		}
		if after[end] >= '@' && after[end] <= '~' {
			end++
		}
		s = after[end:]
	}
}

func truncate(s string, limit int) string {
	const ellipsis = "…"
	if len(s) <= limit {
		return s
	}
	end := limit - len(ellipsis)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}
