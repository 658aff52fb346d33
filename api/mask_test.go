package api_test

import (
	"testing"

	"simhook/api"
)

func TestTheUserinfoOfURLsIsMasked(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"no URL, but mail@example.com":        "no URL, but mail@example.com",
		"https://example.com/a?b=c@d":         "https://example.com/a?b=c@d",
		"https://u:secret@host/p is invalid":  "https://u:***@host/p is invalid",
		"http://token@host":                   "http://***@host",
		"https://u:se@cret:x@host":            "https://u:***@host",
		"https://:secret@host":                "https://:***@host",
		`{"url":"https:\/\/u:secret@host\/"}`: `{"url":"https:\/\/u:***@host\/"}`,
		"https://u:1@a and https://u:2@b":     "https://u:***@a and https://u:***@b",
		"https://u:***@host":                  "https://u:***@host",
		`{"url":"https://me:p\u0026w@host"}`:  `{"url":"https://me:***@host"}`,
		"https://to@ken@host":                 "https://***@host",
		"https://host, mail me@host":          "https://host, mail me@host",
		"https://host/me@host":                "https://host/me@host",
	} {
		if got := api.MaskURLs(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
