package fleet

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// MaxWebhookURL is the longest webhook URL accepted, in bytes. Common browsers, proxies and gateways accept URLs
// of this length.
const MaxWebhookURL = 2048

// ValidateWebhookURL accepts absolute http and https URLs with a host, of at most MaxWebhookURL bytes, without
// spaces and control characters. Its errors never quote the URL, because that may hold a password.
func ValidateWebhookURL(text string) error {
	switch {
	case text == "":
		return errors.New("the webhook URL is empty")
	case len(text) > MaxWebhookURL:
		return errors.New("the webhook URL is longer than 2,048 bytes")
	case strings.ContainsFunc(text, hasNoPlaceInURL):
		return errors.New("the webhook URL holds a space or a control character: write %20 for a space")
	}
	if err := checkLooks(text); err != nil {
		return err
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("the webhook URL cannot be parsed: it should look like https://example.com/hook")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return errors.New("the webhook URL does not begin with https:// or http://")
	case parsed.Hostname() == "":
		return errors.New("the webhook URL has no host: it should look like https://example.com/hook")
	case !isHost(parsed.Hostname()):
		return errors.New("the host of the webhook URL is no name of a host: letters, digits and dashes, with dots between")
	}
	if port := parsed.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return errors.New("the port of the webhook URL is not between 1 and 65535")
		}
	}
	return nil
}

// checkLooks refuses what can be parsed, and is no URL that anyone has meant.
func checkLooks(text string) error {
	_, rest, _ := strings.Cut(text, "://")
	switch lower := strings.ToLower(rest); {
	case strings.ContainsFunc(text, isInvisible):
		return errors.New("the webhook URL holds an invisible character: type it anew, or paste it as plain text")
	case strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:"):
		return errors.New("the webhook URL begins with https:// twice")
	case strings.ContainsAny(text, "<>{}") || strings.Contains(text, "[your"):
		return errors.New("the webhook URL holds a placeholder in brackets: write what it stands for")
	case strings.Contains(text, "***"):
		return errors.New("the webhook URL holds ***, which stands for a password that was left out: write the password")
	case strings.ContainsAny(text, ";,|") && (strings.Contains(lower, "http://") || strings.Contains(lower, "https://")):
		return errors.New("the cell holds two URLs: a SIM has one webhook")
	case strings.ContainsRune("\"',;”’", lastRune(text)), strings.ContainsRune("\"'“‘", firstRune(text)):
		return errors.New("the webhook URL begins or ends in a quote, a comma or a semicolon: take it away")
	}
	return nil
}

func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

func lastRune(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}

// isInvisible reports whether a character shows nothing: zero-width ones, marks of direction, soft hyphens.
func isInvisible(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }

// isHost reports whether text is an IP address, or a name of at most 253 characters (RFC 1123, section 2.1; underscores are
// found in practice). Names in other scripts count by their ASCII form.
func isHost(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.ReplaceAll(text, "_", "x"), "."))
	if err != nil || len(ascii) > 253 {
		return false
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

func hasNoPlaceInURL(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
}

// SameURL reports whether two webhook URLs are the same. They may differ in what RFC 3986 (section 6.2) calls
// equivalent: the case of scheme and host, the ASCII form of a host in another script, the scheme's own port, an empty path, and how unreserved characters
// are escaped.
func SameURL(a, b string) bool {
	return a == b || a != "" && b != "" && normalURL(a) == normalURL(b)
}

// normalURL writes equivalent URLs in the same way. A text that is no URL stays as it is.
func normalURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return text
	}
	host, port := strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), u.Port()
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if own := map[string]string{"http": "80", "https": "443"}[u.Scheme]; port != "" && port != own {
		host += ":" + port
	}
	u.Host = host
	path := normalEscapes(u.EscapedPath())
	if path == "" {
		path = "/"
	}
	normal := u.Scheme + "://"
	if u.User != nil {
		normal += u.User.String() + "@"
	}
	normal += u.Host + path
	if u.RawQuery != "" || u.ForceQuery {
		normal += "?" + normalEscapes(u.RawQuery)
	}
	if u.Fragment != "" {
		normal += "#" + u.EscapedFragment()
	}
	return normal
}

// normalEscapes writes escapes in capitals, and unreserved characters without an escape.
func normalEscapes(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+2 >= len(text) || !isHex(text[i+1]) || !isHex(text[i+2]) {
			b.WriteByte(text[i])
			continue
		}
		c := unhex(text[i+1])<<4 | unhex(text[i+2])
		if isUnreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(text[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

// isUnreserved is RFC 3986, section 2.3.
func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
