package fleet

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

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
