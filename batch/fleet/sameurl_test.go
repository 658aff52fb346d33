package fleet

import "testing"

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
		if got := SameURL(c.a, c.b); got != c.same || SameURL(c.b, c.a) != got {
			t.Errorf("sameURL(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
