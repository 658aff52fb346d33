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
		{"", "", true},
	} {
		if got := fleet.SameURL(c.a, c.b); got != c.same || fleet.SameURL(c.b, c.a) != got {
			t.Errorf("SameURL(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
