package api_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"simhook/api"
)

func TestAnErrorSaysWhatTheAnswerSaid(t *testing.T) {
	const html = "<html><head><title>Bad Gateway</title></head></html>"
	for _, test := range []struct {
		name, media, body string
		status            int
		cause             string
		temporary         bool
		ambiguous         bool
		gateway           bool
	}{
		{name: "documented error", status: 403, body: `{"type":"ACCESS_DENIED","messages":["not yours","really"]}`,
			cause: "403 ACCESS_DENIED: not yours; really"},
		{name: "documented 429", status: 429, body: `{"message":"Rate limit exceeded ! You reach the limit of 10 requests per 1 minutes","http_status_code":429}`,
			cause: "429 Too Many Requests: Rate limit exceeded ! You reach the limit of 10 requests per 1 minutes", temporary: true},
		{name: "messages that are one string", status: 400, body: `{"type":"X","messages":"odd"}`, cause: "400 X: odd"},
		{name: "messages that are no strings", status: 400, body: `{"type":7,"messages":[{"a":1},null]}`, cause: `400 Bad Request: {"a":1}`},
		{name: "the SIM's own ICCID is left out", status: 404, body: `{"type":"NOT_FOUND","messages":["SIM ` + iccid + ` unknown"]}`,
			cause: "404 NOT_FOUND: SIM this SIM unknown"},
		{name: "no body", status: 404, cause: "404 Not Found"},
		{name: "an empty object", status: 409, body: `{}`, cause: "409 Conflict"},
		{name: "HTML by content type", media: "text/html; charset=utf-8", status: 502, body: "oops",
			cause: "502 Bad Gateway (not from the API: html)", temporary: true, ambiguous: true, gateway: true},
		{name: "HTML by its first byte", status: 503, body: "\n " + html,
			cause: "503 Service Unavailable (not from the API: html)", temporary: true, ambiguous: true, gateway: true},
		{name: "HTML of a firewall", status: 403, body: html, cause: "403 Forbidden (not from the API: html)", gateway: true},
		{name: "HTML with a 2xx", status: 200, body: html,
			cause: "200 OK (not from the API: html)", temporary: true, ambiguous: true, gateway: true},
		{name: "plain text", status: 503, body: "upstream connect error",
			cause: "503 Service Unavailable (not from the API: text)", temporary: true, ambiguous: true, gateway: true},
		{name: "JSON cut off", status: 500, body: `{"type":"INTERNAL_ERR`,
			cause: "500 Internal Server Error (not from the API: text)", temporary: true, ambiguous: true, gateway: true},
		{name: "JSON of another kind", status: 500, body: `["x"]`,
			cause: "500 Internal Server Error (not from the API: text)", temporary: true, ambiguous: true, gateway: true},
		{name: "garbage", status: 500, body: "\x00\xff\xfe\x1b[2J",
			cause: "500 Internal Server Error (not from the API: text)", temporary: true, ambiguous: true, gateway: true},
		{name: "method not allowed", status: 405, cause: "405 Method Not Allowed: try --register-method PUT"},
		{name: "request timeout", status: 408, cause: "408 Request Timeout", temporary: true},
		{name: "too early", status: 425, cause: "425 Too Early", temporary: true},
		{name: "not implemented", status: 501, cause: "501 Not Implemented", ambiguous: true},
		{name: "a status without a name", status: 599, cause: "599", ambiguous: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				media := test.media
				if media == "" {
					media = "application/json"
				}
				w.Header().Set("Content-Type", media)
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			answer, err := register(newClient(t, server.URL, api.Config{}), "run-9")
			if err == nil {
				t.Fatal("no error")
			}
			if got := api.Cause(err); got != test.cause {
				t.Errorf("cause\n got %q\nwant %q", got, test.cause)
			}
			if got := api.Temporary(err); got != test.temporary {
				t.Errorf("temporary is %v", got)
			}
			if got := api.Ambiguous(err); got != test.ambiguous {
				t.Errorf("ambiguous is %v", got)
			}
			if !strings.HasSuffix(err.Error(), " (correlation id run-9)") {
				t.Errorf("no correlation id in %q", err)
			}
			if answer.Status != test.status {
				t.Errorf("status is %d", answer.Status)
			}
			if e := func() *api.Error {
				target := &api.Error{}
				_ = errors.As(err, &target)
				return target
			}(); e.Gateway != test.gateway {
				t.Errorf("gateway is %v", e.Gateway)
			}
		})
	}
}

func TestAnErrorsTextsAreBoundedAndPrintable(t *testing.T) {
	long := strings.Repeat("é", 600_000)
	body := `{"type":"` + strings.Repeat("T", 5000) + `","messages":["\u001b[31mred\u001b[0m\r\nnext\u202eline","` +
		"token-of-the-test" + `"` + strings.Repeat(`,"`+strings.Repeat("x", 5000)+`"`, 50) + `]}`
	for name, body := range map[string]string{
		"JSON":            body,
		"a MB of text":    long,
		"invalid UTF-8":   `{"type":"X","messages":["` + "\xff\xfe" + `"]}`,
		"the token alone": "token-of-the-test",
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadRequest)
				io.WriteString(w, body)
			})
			_, err := register(newClient(t, server.URL, api.Config{}), "c")
			e := func() *api.Error {
				target := &api.Error{}
				_ = errors.As(err, &target)
				return target
			}()
			if len(e.Messages) == 0 || len(e.Messages) > 10 || len(e.Type) > 100 {
				t.Errorf("%d messages, type of %d bytes", len(e.Messages), len(e.Type))
			}
			for _, m := range e.Messages {
				if len(m) > 1000 {
					t.Errorf("message of %d bytes", len(m))
				}
			}
			for _, text := range []string{err.Error(), api.Cause(err)} {
				if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || strings.Contains(text, "\u202e") {
					t.Errorf("not printable: %.200q", text)
				}
				if strings.Contains(text, "token-of-the-test") {
					t.Error("the token is in the error")
				}
			}
		})
	}
}

func TestWhichAnswersAreASuccess(t *testing.T) {
	for _, test := range []struct {
		name, body string
		status     int
		write      bool // is a success of a write
		read       bool // is a success of a read
	}{
		{"JSON", `{"notifications":[]}`, 200, true, true},
		{"JSON with a byte order mark", "\ufeff{}", 200, true, true},
		{"no list", `{"notifications":null}`, 200, true, true},
		{"no content", "", 204, true, true},
		{"an empty body with 200", "", 200, true, false},
		{"plain text", "OK", 201, true, false},
		{"JSON cut off", `{"notifications":[`, 200, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			client := newClient(t, server.URL, api.Config{})
			if _, err := register(client, "c-1"); (err == nil) != test.write {
				t.Errorf("write: %v", err)
			}
			_, _, err := client.Preferences(within10s(t), iccid, "c-2")
			if (err == nil) != test.read {
				t.Errorf("read: %v", err)
			}
			if err != nil && !api.Temporary(err) {
				t.Errorf("not temporary: %v", err)
			}
		})
	}
}

func TestPreferencesUnderstandBothSpellingsAndIgnoreTheUnknown(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"notifications":[{"type":"SUBSCRITPION_END","webhook_url":"https://a"},
			{"type":"USAGE_THRESHOLD","webhook_url":"https://b","new":1},{"type":"MOON","webhook_url":"https://c"}],"x":{}}`)
	})
	prefs, _, err := newClient(t, server.URL, api.Config{}).Preferences(within10s(t), iccid, "c")
	if err != nil || len(prefs) != 2 || prefs[api.SubscriptionEnd] != "https://a" || prefs[api.UsageThreshold] != "https://b" {
		t.Errorf("%v, %v", prefs, err)
	}
}

func TestTypesAreParsed(t *testing.T) {
	for s, want := range map[string]api.NotificationType{
		" subscription_end ": api.SubscriptionEnd,
		"SUBSCRITPION_END":   api.SubscriptionEnd,
		"Usage_Threshold":    api.UsageThreshold,
	} {
		if got, err := api.ParseNotificationType(s); got != want || err != nil {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	_, err := api.ParseNotificationType("USAGE")
	if err == nil || !strings.Contains(err.Error(), "SUBSCRIPTION_END or USAGE_THRESHOLD") {
		t.Errorf("error is %v", err)
	}
}
