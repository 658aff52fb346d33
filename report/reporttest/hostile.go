package reporttest

import (
	"strings"

	"pgregory.net/rapid"
)

// Hostile draws text of the kind that breaks files, terminals and spreadsheets.
func Hostile() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		pieces := rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom([]string{
				`"`, `""`, ",", "\n", "\r", "\r\n", "\x00", "\xff", "\xf0\x9f", "\xed\xa0\x80", "=1+1", "+1", "-1", "@SUM", " ", "\t", `\.`, "'",
				"＝1", "＋", "－", "＠", "\x1b[31m", "\x1b]0;title\a", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\u0085", "\u00a0", "\u00ad",
				"\U000e0041", "long " + strings.Repeat("é", 3000),
			}),
			rapid.String(),
		), 0, 8).Draw(t, "pieces")
		return strings.Join(pieces, "")
	})
}
