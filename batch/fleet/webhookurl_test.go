package fleet_test

import (
	"strings"
	"testing"

	"simhook/batch/fleet"
)

func TestValidateWebhookURL(t *testing.T) {
	tests := map[string]struct {
		url  string
		says string // empty: valid
	}{
		"https":                          {"https://example.com/hooks?sim=1", ""},
		"http with a port":               {"http://example.com:8080/", ""},
		"a scheme in capitals":           {"HTTPS://example.com", ""},
		"user and password":              {"https://user:hush@example.com/", ""},
		"an IPv6 address":                {"http://[::1]:80/hook", ""},
		"a host in another script":       {"https://bücher.example/", ""},
		"2,048 bytes":                    {"https://example.com/" + strings.Repeat("x", 2028), ""},
		"2,049 bytes":                    {"https://example.com/" + strings.Repeat("x", 2029), "longer than 2,048 bytes"},
		"nothing":                        {"", "empty"},
		"no scheme":                      {"example.com/hook", "https://"},
		"another scheme":                 {"ftp://hush.example.com/", "https://"},
		"a path":                         {"/hook", "https://"},
		"no host":                        {"https:///hook", "no host"},
		"only a port":                    {"https://:8080/hook", "no host"},
		"opaque":                         {"https:example.com", "no host"},
		"a space":                        {"https://example.com/my hook", "%20"},
		"a line break":                   {"https://example.com/\nhook", "control character"},
		"a no-break space":               {"https://example.com/\u00a0", "space"},
		"invalid UTF-8":                  {"https://example.com/\xff", "control character"},
		"a broken escape":                {"https://user:hush@example.com/%zz", "cannot be parsed"},
		"a slash in the password":        {"https://user:hu/sh@example.com/", "cannot be parsed"},
		"a port that is too large":       {"https://example.com:70000/", "port"},
		"port 0":                         {"https://example.com:0/", "port"},
		"a user and password, no scheme": {"user:hush@example.com", "https://"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := fleet.ValidateWebhookURL(tt.url)
			if (err == nil) != (tt.says == "") {
				t.Fatalf("%q: %v", tt.url, err)
			}
			if err == nil {
				return
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q: %v; want …%s…", tt.url, err, tt.says)
			}
			if strings.Contains(err.Error(), "hu") {
				t.Errorf("the error holds a part of the URL: %v", err)
			}
		})
	}
}

func TestSameURL(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://example.com/hook", "https://example.com/hook", true},
		{"https://example.com/hook", "HTTPS://EXAMPLE.com/hook", true},
		{"https://example.com/hook", "https://example.com:443/hook", true},
		{"http://example.com:80", "http://example.com/", true},
		{"https://example.com", "https://example.com/", true},
		{"https://[2001:DB8::1]:443/", "https://[2001:db8::1]", true},
		{"https://example.com/%7euser?a=%2f", "https://example.com/~user?a=%2F", true},
		{"https://u:p@example.com/", "https://u:p@EXAMPLE.com", true},
		{"https://example.com/hook", "https://example.com/Hook", false},
		{"https://example.com/hook", "https://example.com/hook/", false},
		{"https://example.com/hook", "http://example.com/hook", false},
		{"https://example.com:8443/hook", "https://example.com/hook", false},
		{"https://example.com/a%2Fb", "https://example.com/a/b", false},
		{"https://u:p@example.com/", "https://u:q@example.com/", false},
		{"https://example.com/?a=1", "https://example.com/", false},
		{"", "https://example.com/", false},
		{"https://example.com/h?n=büro", "https://example.com/h?n=b%C3%BCro", true},
		{"https://example.com/h?n=büro", "https://example.com/h?n=b%c3%bcro", true},
		{"https://example.com/h?ids=a|b", "https://example.com/h?ids=a%7Cb", true},
		{"https://example.com/h?q=^x", "https://example.com/h?q=%5Ex", true},
		{"https://example.com/h?x=`y", "https://example.com/h?x=%60y", true},
		{`https://example.com/h?a="b"c`, "https://example.com/h?a=%22b%22c", true},
		{"https://example.com/h?a='b'", "https://example.com/h?a=%27b%27", true},
		{"https://example.com/h?ids[0]=1", "https://example.com/h?ids%5B0%5D=1", true},
		{`https://example.com/h?a=\b`, "https://example.com/h?a=%5Cb", true},
		{"https://example.com/b^|`x", "https://example.com/b%5E%7C%60x", true},
		{"https://example.com/büro", "https://example.com/b%C3%BCro", true},
		{"https://example.com/bu\u0308ro", "https://example.com/b%C3%BCro", true},
		{"https://example.com/bu\u0308ro", "https://example.com/bu%CC%88ro", true},
		{"https://example.com/#bü^", "https://example.com/#b%C3%BC%5E", true},
		{"https://my_host.bücher.example/x", "https://my_host.xn--bcher-kva.example/x", true},
		{"https://qa--b.bücher.example/x", "https://qa--b.xn--bcher-kva.example/x", true},
		{"https://BÜCHER.example/x", "https://xn--bcher-kva.example/x", true},
		{"https://b%C3%BCcher.example/x", "https://xn--bcher-kva.example/x", true},
		{"https://例え。jp/x", "https://xn--r8jz45g.jp/x", true},
		{"https://[2001:db8:0:0:0:0:0:1]/x", "https://[2001:db8::1]/x", true},
		{"https://[::ffff:192.0.2.1]/x", "https://[::ffff:c000:201]/x", true},
		{"https://example.com:0443/x", "https://example.com/x", true},
		{"https://example.com:/x", "https://example.com/x", true},
		{"https://example.com?x=1", "https://example.com/?x=1", true},
		{"https://example.com/a/./b/../c", "https://example.com/a/c", true},
		{"https://example.com/a/%2e%2e/c", "https://example.com/c", true},
		{"https://example.com/a/..", "https://example.com/", true},
		{"https://u%7e:p;w@example.com/", "https://u~:p%3Bw@example.com/", true},
		{"https://u:@example.com/", "https://u@example.com/", true},
		{"https://example.com:99999/", "https://example.com/", false},
		{"https://example.com:0/", "https://example.com/", false},
		{"https://example.com/a|b%2Fc", "https://example.com/a|b/c", false},
		{"https://example.com/a%3Fb", "https://example.com/a?b", false},
		{"https://example.com/a%23b", "https://example.com/a#b", false},
		{"https://example.com/a%3Bb", "https://example.com/a;b", false},
		{"https://example.com/a'b", "https://example.com/a%27b", false},
		{"https://example.com/?a=1%26b=2", "https://example.com/?a=1&b=2", false},
		{"https://example.com/?a=b%3Dc", "https://example.com/?a=b=c", false},
		{"https://example.com/?a=b+c", "https://example.com/?a=b%20c", false},
		{"https://example.com/?a=b+c", "https://example.com/?a=b%2Bc", false},
		{"https://example.com/?a=100%", "https://example.com/?a=100%25", false},
		{"https://example.com/?a=%2%46", "https://example.com/?a=%2F", false},
		{"https://example.com/?a=%252F", "https://example.com/?a=%2F", false},
		{"https://example.com/?a=b", "https://example.com/?a=B", false},
		{"https://example.com/?a=1&b=2", "https://example.com/?b=2&a=1", false},
		{"https://example.com/?", "https://example.com/", false},
		{"https://example.com/a//b", "https://example.com/a/b", false},
		{"https://example.com/bu%CC%88ro", "https://example.com/b%C3%BCro", false},
		{"https://straße.example/", "https://strasse.example/", false},
		{"https://my_host.example/", "https://myxhost.example/", false},
		{"https://relay./", "https://relay/", false},
		{"https://[fe80::1%25a]/", "https://[fe80::1%25A]/", false},
		{"https://u:p@example.com/", "https://u%3Ap@example.com/", false},
		{"https://example.com/", "https://u@example.com/", false},
		{"", "", true},
	} {
		if got := fleet.SameURL(c.a, c.b); got != c.same || fleet.SameURL(c.b, c.a) != got {
			t.Errorf("SameURL(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
