package fleet

import (
	"strings"
	"testing"
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
			err := ValidateWebhookURL(tt.url)
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
