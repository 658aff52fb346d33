package fleet

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkLooks refuses what can be parsed, and is no URL that anyone has meant. The first that fits says most: two URLs with a
// space between are two URLs, and no URL with a space.
func checkLooks(text string) error {
	plain := unescaped(text)
	for _, look := range []struct {
		found bool
		says  string
	}{
		{strings.ContainsFunc(text, isInvisible) || isInvisible(lastRune(plain)),
			"the webhook URL holds an invisible character: type it anew, or paste it as plain text"},
		{schemeTwice.MatchString(text), "the webhook URL begins with https:// twice"},
		{holdsTwoURLs(text), "there are two URLs: a SIM has one webhook. If one is a part of the other, write its :// as %3A%2F%2F"},
		{strings.Contains(text, ";") && entity.MatchString(text), "the webhook URL is written for a web page: write & alone, and no &amp; or the like"},
		{isMasked(text, plain), "the webhook URL holds *** or the like, which stands for a password that was left out: write the password"},
		{hasTextBefore(text), "there is more than the webhook URL: take off what stands before https://, and what belongs to it at the end"},
		{isCut(text, plain), "the webhook URL was cut where it was shown: copy it whole"},
	} {
		if look.found {
			return errors.New(look.says)
		}
	}
	if endsInMore(text) {
		return fmt.Errorf("the webhook URL ends in %q: take off what is no part of it", string(lastRune(text)))
	}
	switch beforeQuery, query, _ := strings.Cut(text, "?"); {
	case holdsPlaceholder(text, plain):
		return errors.New("the webhook URL holds a placeholder: write what it stands for")
	case strings.Contains(beforeQuery, `\`) || unicodeEscape.MatchString(query):
		return errors.New("the webhook URL holds a backslash: write / for it, or take it off")
	case isQuotedPrintable(query):
		return errors.New("the webhook URL comes out of the source of an e-mail: e-mail writes = as =3D, so take off the 3D")
	}
	return nil
}

// These find what several programs leave in URLs, and healthy URLs do not have.
var (
	scheme        = regexp.MustCompile(`(?i)https?://`)
	schemeTwice   = regexp.MustCompile(`(?i)^https?://(?:https?:|https?//|[a-z]+://)`)
	entity        = regexp.MustCompile(`(?i)&(?:amp|quot|lt|gt|apos|nbsp|hellip|equals|percnt|commat|colon|sol|num|#\d{2,6}|#x[0-9a-f]{2,6});`)
	unicodeEscape = regexp.MustCompile(`\\u[0-9a-fA-F]{4}|\\/`)
)

// holdsTwoURLs finds a second URL. As the value of a parameter, or a part of a path, it may be meant for a relay. A path that
// leads to the same host again is none.
func holdsTwoURLs(text string) bool {
	if strings.Count(text, "://") < 2 {
		return false
	}
	var first int
	for i, at := range scheme.FindAllStringIndex(text, -1) {
		if i == 0 {
			first = at[0]
			continue
		}
		before := text[at[0]-1]
		if strings.IndexByte("=?/", before) < 0 || before == '/' && authority(text[at[0]:]) == authority(text[first:]) ||
			strings.ContainsFunc(text[first:at[0]], hasNoPlaceInURL) {
			return true
		}
	}
	return false
}

// authority is what stands between :// and the path: user, password, host and port.
func authority(text string) string {
	_, rest, _ := strings.Cut(text, "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// hasTextBefore leaves a URL alone whose own https:// was forgotten, and that has another in its query.
func hasTextBefore(text string) bool {
	at := scheme.FindStringIndex(text)
	return at != nil && at[0] > 0 && !strings.ContainsAny(text[:at[0]], "./?")
}

func isCut(text, plain string) bool {
	return strings.HasSuffix(plain, "...") || strings.HasSuffix(plain, "…") || strings.ContainsAny(text, "…⋯‥") || strings.Contains(text, "/.../")
}

// endsInMore finds what a sentence, a table or a pair of brackets puts behind a URL. Brackets and quotes that were opened within
// the URL are its own.
func endsInMore(text string) bool {
	last := lastRune(text)
	opening := map[rune]string{
		')': "(", ']': "[", '>': "<", '}': "{", '»': "«", '«': "»", '›': "‹", '‹': "›", '”': "“", '“': "„", '’': "‘", '‘': "‚",
		'）': "（", '】': "【", '」': "「", '』': "『", '》': "《", '〉': "〈",
	}[last]
	switch count := strings.Count(text, string(last)); {
	case strings.ContainsRune(".,;|、。，；：．｡､", last):
		return true
	case strings.ContainsRune("'\"`", last):
		return count%2 == 1
	default:
		return opening != "" && count > strings.Count(text, opening)
	}
}

// isQuotedPrintable finds the =3D of e-mails. A value that begins with 3D can be a real one, so it takes two parameters that all
// begin like this, or one that goes on in small hexadecimal digits, which no token has behind a capital D.
func isQuotedPrintable(query string) bool {
	if !strings.Contains(query, "=3D") {
		return false
	}
	all, marked := strings.Count(query, "="), strings.Count(query, "=3D")
	if all >= 2 && all == marked && goesOn.MatchString(query) {
		return true
	}
	found := markedHex.FindStringSubmatch(query)
	return found != nil && strings.ContainsAny(found[1]+found[2], "abcdef")
}

var (
	goesOn    = regexp.MustCompile(`=3D[^&;=#]`)
	markedHex = regexp.MustCompile(`(?:(?i:token|key|secret|sig|signature|hash|auth|code)=3D([0-9a-f-]{3,})|=3D([0-9a-f-]{16,}))(?:[&;#]|$)`)
)

// isInvisible reports whether a character shows nothing: zero-width ones, marks of direction, soft hyphens, fillers of Korean and
// Braille, variants of the character before.
func isInvisible(r rune) bool {
	const blankBraille = '\u2800'
	return r >= utf8.RuneSelf && (r == blankBraille ||
		unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector))
}

func lastRune(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}

// unescaped takes characters out of their escapes. A % that begins no escape stays.
func unescaped(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]) {
			b.WriteByte(unhex(text[i+1])<<4 | unhex(text[i+2]))
			i += 2
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
