package fleet

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
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
// spaces and control characters, that someone can have meant: no two URLs in one, no placeholder, no masked password, nothing
// that a cell or a sentence has put around. Its errors never quote the URL, because that may hold a password.
func ValidateWebhookURL(text string) error {
	switch {
	case text == "":
		return errors.New("the webhook URL is empty")
	case len(text) > MaxWebhookURL:
		return errors.New("the webhook URL is longer than 2,048 bytes")
	}
	if err := checkLooks(text); err != nil {
		return err
	}
	switch {
	case strings.ContainsFunc(text, isNoText):
		return errors.New("the webhook URL holds a line break or another control character: take it off")
	case strings.ContainsFunc(text, unicode.IsSpace):
		return errors.New("the webhook URL holds a space: take off what is no part of it, and write %20 for a space that is")
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("the webhook URL cannot be parsed: it should look like https://example.com/hook")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return errors.New("the webhook URL does not begin with https:// or http://")
	case parsed.Hostname() == "":
		return errors.New("the webhook URL has no host: it should look like https://example.com/hook")
	case strings.ContainsFunc(parsed.Hostname(), isInvisible):
		return errors.New("the host of the webhook URL holds an invisible character: type it anew")
	case isNoHost(strings.ToLower(parsed.Hostname()), parsed.Path):
		return errors.New("the host of the webhook URL is a placeholder: write what it stands for")
	case strings.EqualFold(parsed.User.Username(), "mailto"):
		return errors.New("the webhook URL is an e-mail address: it should look like https://example.com/hook")
	}
	if err := checkHost(parsed.Hostname()); err != nil {
		return err
	}
	if port := parsed.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return errors.New("the port of the webhook URL is not between 1 and 65535")
		}
	}
	return nil
}

func hasNoPlaceInURL(r rune) bool { return unicode.IsSpace(r) || isNoText(r) }

// isNoText is also true for broken UTF-8.
func isNoText(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }

// checkHost accepts IP addresses, and names of at most 253 characters (RFC 1123, section 2.1; underscores, and two dashes
// anywhere, are found in practice). Names in other scripts count by their ASCII form. A name whose last part is a number is
// none: some programs read 1.2.3 as 1.2.0.3, and others ask a name server.
func checkHost(host string) error {
	host = strings.TrimSuffix(host, ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	name, err := asciiHost(host)
	labels := strings.Split(name, ".")
	switch {
	case err != nil || len(name) > 253 || slices.ContainsFunc(labels, isNoLabel):
		return errors.New("the host of the webhook URL is no name of a host: letters, digits and dashes, with dots between")
	case isNumber(labels[len(labels)-1]):
		return errors.New("the host of the webhook URL is no IPv4 address: four numbers from 0 to 255, with dots between")
	}
	return nil
}

// asciiHost gives the form of a name that is asked of name servers: lower case, and other scripts in Punycode. A name in ASCII
// stays what it is, because hosts exist that the rules for other scripts forbid, like r3---sn.example.com.
func asciiHost(name string) (string, error) {
	lower := strings.ToLower(name)
	if !strings.ContainsFunc(lower, func(r rune) bool { return r >= utf8.RuneSelf }) && !strings.Contains("."+lower, ".xn--") {
		return lower, nil
	}
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false), idna.CheckHyphens(false)).ToASCII(name)
}

// plainInHost is what a name of a host consists of, in lower case, next to the dots.
const plainInHost = "abcdefghijklmnopqrstuvwxyz0123456789-_"

// isLabel reports whether text may stand between two dots of a name, in lower case.
func isLabel(text string) bool {
	return text != "" && len(text) <= 63 && text[0] != '-' && text[len(text)-1] != '-' &&
		strings.Trim(text, plainInHost) == ""
}

func isNoLabel(text string) bool { return !isLabel(text) }

// isNumber is also true for hexadecimal numbers: browsers read 0x7f.1 as 127.0.0.1.
func isNumber(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}
