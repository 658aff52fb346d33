package api_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

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
			cause: "429 Too Many Requests: Rate limit exceeded ! You reach the limit of 10 requests per 1 minutes", temporary: true, gateway: true},
		{name: "messages that are one string", status: 400, body: `{"type":"X","messages":"odd"}`, cause: "400 X: odd"},
		{name: "no type", status: 400, body: `{"type":7,"messages":[{"a":1},null]}`,
			cause: `400 Bad Request (not from the API: json): {"a":1}`, temporary: true, gateway: true},
		{name: "the SIM's own ICCID is left out", status: 404, body: `{"type":"NOT_FOUND","messages":["SIM ` + iccid + ` unknown"]}`,
			cause: "404 NOT_FOUND: SIM this SIM unknown"},
		{name: "no body", status: 404, cause: "404 Not Found (not from the API: no body)", temporary: true, gateway: true},
		{name: "an empty object", status: 409, body: `{}`, cause: "409 Conflict (not from the API: json)", gateway: true},
		{name: "Gravitee", status: 404, body: `{"message":"No context-path matches the request URI.","http_status_code":404}`,
			cause: "404 Not Found (not from the API: json): No context-path matches the request URI.", temporary: true, gateway: true},
		{name: "Kong", status: 404, body: `{"message":"no Route matched with those values"}`,
			cause: "404 Not Found (not from the API: json): no Route matched with those values", temporary: true, gateway: true},
		{name: "RFC 9457", status: 403, body: `{"type":"about:blank","title":"Forbidden","detail":"rule 942100"}`,
			cause: "403 Forbidden (not from the API: json): rule 942100; Forbidden", temporary: true, gateway: true},
		{name: "Spring", status: 404, body: `{"timestamp":"2026-03-01","status":404,"error":"Not Found","path":"/x"}`,
			cause: "404 Not Found (not from the API: json): Not Found", temporary: true, gateway: true},
		{name: "HTML by content type", media: "text/html; charset=utf-8", status: 502, body: "oops",
			cause: "502 Bad Gateway (not from the API: html)", temporary: true, ambiguous: true, gateway: true},
		{name: "HTML by its first byte", status: 503, body: "\n " + html,
			cause: "503 Service Unavailable (not from the API: html): Bad Gateway", temporary: true, ambiguous: true, gateway: true},
		{name: "nginx", status: 503, body: "<html>\n<head><title>503 Service Temporarily Unavailable</title></head>",
			cause: "503 Service Unavailable (not from the API: html): 503 Service Temporarily Unavailable", temporary: true, ambiguous: true, gateway: true},
		{name: "nginx repeats the status", status: 502, body: "<html><head><title>502 Bad Gateway</title></head></html>",
			cause: "502 Bad Gateway (not from the API: html)", temporary: true, ambiguous: true, gateway: true},
		{name: "HTML of a firewall", status: 403, body: "<HTML><H1 class=x>Request <b>blocked</b> &amp; logged</H1>",
			cause: "403 Forbidden (not from the API: html): Request blocked & logged", temporary: true, gateway: true},
		{name: "HTML with a 2xx", status: 200, body: html,
			cause: "200 OK (not from the API: html): Bad Gateway", temporary: true, ambiguous: true, gateway: true},
		{name: "a 429 in a 200", status: 200, body: `{"message":"Rate limit exceeded ! You reach the limit of 10 requests per 1 minutes","http_status_code":429}`,
			cause: "429 Too Many Requests in an answer with 200: Rate limit exceeded ! You reach the limit of 10 requests per 1 minutes", temporary: true, ambiguous: true, gateway: true},
		{name: "the API's error in a 200", status: 200, body: `{"type":"INTERNAL_ERROR","messages":["sorry"]}`,
			cause: "200 INTERNAL_ERROR: sorry", temporary: true, ambiguous: true},
		{name: "maintenance in a 200", status: 200, body: `{"message":"scheduled maintenance"}`,
			cause: "200 OK (not from the API: json): scheduled maintenance", temporary: true, ambiguous: true, gateway: true},
		{name: "plain text", status: 503, body: "upstream connect error",
			cause: "503 Service Unavailable (not from the API: text): upstream connect error", temporary: true, ambiguous: true, gateway: true},
		{name: "JSON cut off", status: 500, body: `{"type":"INTERNAL_ERR`,
			cause: `500 Internal Server Error (not from the API: text): {"type":"INTERNAL_ERR`, temporary: true, ambiguous: true, gateway: true},
		{name: "JSON of another kind", status: 500, body: `["x"]`,
			cause: `500 Internal Server Error (not from the API: text): ["x"]`, temporary: true, ambiguous: true, gateway: true},
		{name: "garbage", status: 500, body: "\x00\xff\xfe\x1b[2J",
			cause: "500 Internal Server Error (not from the API: text)", temporary: true, ambiguous: true, gateway: true},
		{name: "method not allowed", status: 405,
			cause: "405 Method Not Allowed (not from the API: no body): try --register-method PUT", gateway: true},
		{name: "request timeout", status: 408, cause: "408 Request Timeout (not from the API: no body)", temporary: true, ambiguous: true, gateway: true},
		{name: "misdirected", status: 421, cause: "421 Misdirected Request (not from the API: no body)", temporary: true, gateway: true},
		{name: "locked", status: 423, body: `{"type":"LOCKED","messages":["busy"]}`, cause: "423 LOCKED: busy", temporary: true},
		{name: "too early", status: 425, cause: "425 Too Early (not from the API: no body)", temporary: true, gateway: true},
		{name: "nginx's client", status: 499, cause: "499 (not from the API: no body)", temporary: true, ambiguous: true, gateway: true},
		{name: "not implemented", status: 501, cause: "501 Not Implemented (not from the API: no body)", ambiguous: true, gateway: true},
		{name: "HTTP version", status: 505, cause: "505 HTTP Version Not Supported (not from the API: no body)", ambiguous: true, gateway: true},
		{name: "full", status: 507, body: `{"type":"FULL","messages":[]}`, cause: "507 FULL", temporary: true, ambiguous: true},
		{name: "Cloudflare", status: 520, body: "error code: 520", cause: "520 (not from the API: text): error code: 520", temporary: true, ambiguous: true, gateway: true},
		{name: "a status without a name", status: 599, cause: "599 (not from the API: no body)", temporary: true, ambiguous: true, gateway: true},
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
			if e := (*api.Error)(nil); !errors.As(err, &e) || answer.Status != e.Status {
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
		{"JSON with a byte order mark", "\ufeff{\"notifications\":[]}", 200, true, true},
		{"an empty object", "{}", 200, true, false},
		{"null", "null", 200, true, false},
		{"data", `{"data":[]}`, 200, true, false},
		{"no list", `{"notifications":null}`, 200, true, false},
		{"a list of names", `{"notifications":["USAGE_THRESHOLD"]}`, 200, true, false},
		{"a list without URLs", `{"notifications":[{"type":"USAGE_THRESHOLD","url":"https://a"}]}`, 200, true, false},
		{"a list of something else", `{"notifications":[{"id":7}]}`, 200, true, false},
		{"what was set", `{"type":"USAGE_THRESHOLD","webhook_url":"https://a"}`, 201, true, false},
		{"no content", "", 204, true, false},
		{"an empty body with 200", "", 200, true, false},
		{"plain text", "OK", 201, false, false},
		{"maintenance", `{"message":"scheduled maintenance"}`, 200, false, false},
		{"a status", `{"status":503}`, 200, false, false},
		{"errors", `{"errors":[{"code":"X"}]}`, 200, false, false},
		{"JSON cut off", `{"notifications":[`, 200, false, false},
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
		"download_progress":  api.DownloadProgress,
	} {
		if got, err := api.ParseNotificationType(s); got != want || err != nil {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"USAGE", ""} {
		_, err := api.ParseNotificationType(s)
		if err == nil || !strings.Contains(err.Error(), "SUBSCRIPTION_END, USAGE_THRESHOLD or DOWNLOAD_PROGRESS") {
			t.Errorf("%q: error is %v", s, err)
		}
	}
}

func TestEveryTypeHasACodeOfItsOwn(t *testing.T) {
	taken := map[string]api.NotificationType{"P": "reading", "V": "verifying"}
	for _, typ := range api.AllNotificationTypes() {
		code := typ.Code()
		if other, is := taken[code]; is || code == "" || code == string(typ) {
			t.Errorf("%s has the code %q, as %s has", typ, code, other)
		}
		taken[code] = typ
		t.Logf("%s has the code %s", typ, code)
		if got, err := api.ParseNotificationType(typ.Column()); got != typ || err != nil {
			t.Errorf("%s: %q, %v", typ, got, err)
		}
	}
	if diff := cmp.Diff([]api.NotificationType{api.SubscriptionEnd, api.UsageThreshold}, api.NotificationTypes()); diff != "" {
		t.Errorf("the usual types:\n%s", diff)
	}
	if got := api.DownloadProgress.Code() + " " + api.DownloadProgress.Column(); got != "DP download_progress" {
		t.Errorf("DOWNLOAD_PROGRESS has %s", got)
	}
}
