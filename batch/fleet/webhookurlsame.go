package fleet

import (
	"cmp"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// SameURL reports whether two webhook URLs are the same, whatever program has written them. They may differ in what
// RFC 3986 (section 6.2) calls equivalent, and parsers change: the case of scheme and host, the ASCII form of a host in
// another script, the scheme's own port, an empty path, dots as segments, an empty password, and how characters are escaped
// that mean the same with and without. Java also composes letters and their accents.
func SameURL(a, b string) bool {
	return a == b || a != "" && b != "" &&
		(normalURL(a) == normalURL(b) || normalURL(norm.NFC.String(a)) == normalURL(norm.NFC.String(b)))
}

// What needs no escape, next to letters and digits (RFC 3986, sections 2.3 and 3.3 to 3.5). In a query, browsers escape
// quotes.
const (
	plainInPath     = "-._~!$&'()*+,;=:@/"
	plainInQuery    = "-._~!$&()*+,;=:@/?"
	plainInFragment = plainInPath + "?"
)

// normalURL writes equivalent URLs in the same way, and others differently. A text that is no URL stays as it is.
func normalURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return text
	}
	normal := u.Scheme + "://" + normalUser(u.User) + normalHost(u.Hostname()) + normalPort(u.Scheme, u.Port()) +
		withoutDots(normalEscapes(cmp.Or(u.RawPath, u.EscapedPath()), plainInPath))
	if u.RawQuery != "" || u.ForceQuery {
		normal += "?" + normalEscapes(u.RawQuery, plainInQuery)
	}
	if u.Fragment != "" {
		normal += "#" + normalEscapes(cmp.Or(u.RawFragment, u.EscapedFragment()), plainInFragment)
	}
	return normal
}

// normalUser leaves an empty password out: it is sent as none is.
func normalUser(user *url.Userinfo) string {
	password, _ := user.Password()
	switch {
	case password != "":
		return url.UserPassword(user.Username(), password).String() + "@"
	case user.Username() != "":
		return url.User(user.Username()).String() + "@"
	}
	return ""
}

// normalHost keeps the dot behind a name of one label: without it, a name server may add a domain.
func normalHost(host string) string {
	if name := strings.TrimSuffix(host, "."); strings.Contains(name, ".") {
		host = name
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return "[" + addr.String() + "]"
	}
	if name, err := asciiHost(host); err == nil && strings.Trim(name, plainInHost+".") == "" {
		return name
	}
	return strings.ToLower(host)
}

func normalPort(scheme, port string) string {
	number := strings.TrimLeft(port, "0")
	if port == "" || number == map[string]string{"http": "80", "https": "443"}[scheme] {
		return ""
	}
	return ":" + number
}

// withoutDots removes the segments . and .. as RFC 3986 does (section 5.2.4). Without a path, it gives that of the root.
func withoutDots(path string) string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	kept := segments[:0]
	for i, segment := range segments {
		isLast := i == len(segments)-1
		switch segment {
		case ".", "..":
			if segment == ".." {
				kept = kept[:max(0, len(kept)-1)]
			}
			if isLast {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, segment)
		}
	}
	return "/" + strings.Join(kept, "/")
}

// normalEscapes escapes what is neither plain nor a letter or digit, takes unreserved characters out of escapes, and writes
// other escapes in capitals. A % that begins no escape becomes %%, so that it makes none with what follows.
func normalEscapes(text, plain string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		isEscape := c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2])
		if isEscape {
			c = unhex(text[i+1])<<4 | unhex(text[i+2])
			i += 2
		}
		switch {
		case isUnreserved(c), !isEscape && strings.IndexByte(plain, c) >= 0:
			b.WriteByte(c)
		case !isEscape && c == '%':
			b.WriteString("%%")
		default:
			b.WriteString(string([]byte{'%', digits[c>>4], digits[c&15]}))
		}
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
