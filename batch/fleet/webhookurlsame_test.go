package fleet_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"simhook/batch/fleet"
)

// A URL is the same as what parsers make of it: those of browsers, and Java's URI.toASCIIString.
func TestAURLIsTheSameAsWhatParsersMakeOfIt(t *testing.T) {
	// pieces are what programs write differently, and what they must not.
	pieces := rapid.SampledFrom([]string{
		"a", "2", "F", "f", "%61", "/", "%2F", "%2f", "&", "%26", "=", "%3D", "+", "%2B", "%20", "%25", "|", "%7C", "^", "%5e", "ü", "%C3%BC", "%c3%bc",
		"`", "%60", `"`, "%22", "[", "%5B", ";", "%3B", ":", "@", "!", "(", "~", "%7E", "$", "%24", "?", "%3F", "語",
	})
	rapid.Check(t, func(rt *rapid.T) {
		path := strings.Join(rapid.SliceOfN(pieces.Filter(func(s string) bool { return s != "?" }), 0, 6).Draw(rt, "path"), "")
		query := strings.Join(rapid.SliceOfN(pieces, 1, 6).Draw(rt, "query"), "")
		given := "https://My_Host.Bücher.example:443/" + path + "?" + query
		for name, made := range map[string]string{
			"browser":        "https://my_host.xn--bcher-kva.example/" + escaped(path, "\"^`") + "?" + escaped(query, "\"'"),
			"Java":           "https://My_Host.Bücher.example:443/" + escaped(path, "") + "?" + escaped(query, ""),
			"a strict one":   "https://my_host.xn--bcher-kva.example/" + escaped(path, "\"^`|[]") + "?" + escaped(query, "\"^`|[]"),
			"small escapes":  "https://my_host.xn--bcher-kva.example/" + strings.ToLower(escaped(path, "^")) + "?" + strings.ToLower(escaped(query, "^")),
			"with a user of": "https://@my_host.xn--bcher-kva.example/" + path + "?" + query,
		} {
			if name == "small escapes" && strings.Contains(path+query, "F") {
				continue // not only the escapes are made small
			}
			if !fleet.SameURL(given, made) {
				rt.Errorf("%s: SameURL(%q, %q) = false", name, given, made)
			}
		}
	})
}

// escaped escapes what is not ASCII, and some of what is.
func escaped(text, also string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= utf8.RuneSelf || strings.IndexByte(also, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// URLs that a server can tell apart are not the same: those of other parts, or of parts with another text.
func TestURLsThatMeanSomethingElseAreNotTheSame(t *testing.T) {
	var texts []string // of up to three pieces
	pieces := []string{"", "2", "F", "%", "%2F", "/", "%46", "%25"}
	for _, a := range pieces {
		for _, b := range pieces {
			for _, c := range pieces {
				texts = append(texts, a+b+c)
			}
		}
	}
	for _, before := range []string{"https://example.com/?", "https://example.com/x|"} {
		var urls []string
		for _, text := range texts {
			if _, err := url.Parse(before + text); err == nil {
				urls = append(urls, text)
			}
		}
		for i, a := range urls {
			for _, b := range urls[:i] {
				if fleet.SameURL(before+a, before+b) && parts(a) != parts(b) {
					t.Errorf("SameURL(%q, %q) = true", before+a, before+b)
				}
			}
		}
	}
}

// parts is the text of each part of a path or query, and what divides them.
func parts(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		if c, err := url.PathUnescape(text[:min(3, len(text))]); err == nil && text[0] == '%' {
			fmt.Fprintf(&b, "%q ", c)
			text = text[3:]
			continue
		}
		switch text[0] {
		case '/':
			b.WriteString("divided ")
		case '%':
			b.WriteString("stray ")
		default:
			fmt.Fprintf(&b, "%q ", text[:1])
		}
		text = text[1:]
	}
	return b.String()
}
