package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTheQuotaIsAnnouncedOnlyByThreeSensibleHeaders(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_000)
	for _, test := range []struct {
		name                    string
		limit, remaining, reset string
		want                    Quota
	}{
		{"milliseconds", "1000", "999", "1700000000000", Quota{Limit: 1000, Remaining: 999, Reset: at}},
		{"seconds", " 1000 ", " 0 ", " 1700000000 ", Quota{Limit: 1000, Reset: at}},
		{"a negative rest", "10", "-3", "1700000000000", Quota{Limit: 10, Reset: at}},
		{"no limit", "", "9", "1700000000000", Quota{}},
		{"a limit of nothing", "0", "0", "1700000000000", Quota{}},
		{"no rest", "10", "", "1700000000000", Quota{}},
		{"no reset", "10", "9", "", Quota{}},
		{"a reset in words", "10", "9", "soon", Quota{}},
		{"a negative reset", "10", "9", "-1700000000000", Quota{}},
		{"a reset beyond all years", "10", "9", "1700000000000000", Quota{}},
		{"a reset beyond 64 bits", "10", "9", "99999999999999999999", Quota{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := parseQuota(quotaHeaders(test.limit, test.remaining, test.reset), at)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if got.Announced() != (test.want.Limit > 0) {
				t.Errorf("announced is %v", got.Announced())
			}
		})
	}
}

func TestTheQuotaIsUnderstoodUnderOtherNames(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	in30s := Quota{Limit: 100, Remaining: 40, Reset: now.Add(30 * time.Second)}
	for name, header := range map[string]http.Header{
		"seconds from now":   {"X-Ratelimit-Limit": {"100"}, "X-Ratelimit-Remaining": {"40"}, "X-Ratelimit-Reset": {"30"}},
		"seconds of the day": {"X-Ratelimit-Limit": {"100"}, "X-Ratelimit-Remaining": {"40"}, "X-Ratelimit-Reset": {"1700000030"}},
		"older drafts":       {"Ratelimit-Limit": {"100, 100;w=60"}, "Ratelimit-Remaining": {"40"}, "Ratelimit-Reset": {"30"}},
		"newer drafts":       {"Ratelimit-Policy": {`"default";q=100;w=60`}, "Ratelimit": {`"default";r=40;t=30`}},
		"a quota policy":     {"X-Quota-Limit": {"100"}, "X-Quota-Remaining": {"40"}, "X-Quota-Reset": {"1700000030000"}},
		"the documented ones first": {
			"X-Rate-Limit-Limit": {"100"}, "X-Rate-Limit-Remaining": {"40"}, "X-Rate-Limit-Reset": {"1700000030000"},
			"X-Quota-Limit": {"7"}, "X-Quota-Remaining": {"1"}, "X-Quota-Reset": {"1700000030000"},
		},
	} {
		if diff := cmp.Diff(in30s, parseQuota(header, now)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, header := range map[string]http.Header{
		"no policy":                  {"Ratelimit": {`"default";r=40;t=30`}},
		"half a state":               {"Ratelimit-Policy": {`"default";q=100;w=60`}, "Ratelimit": {`"default";r=40`}},
		"neither seconds nor a time": {"X-Ratelimit-Limit": {"100"}, "X-Ratelimit-Remaining": {"40"}, "X-Ratelimit-Reset": {"86401"}},
	} {
		if got := parseQuota(header, now); got.Announced() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestASpikeArrestTellsARate(t *testing.T) {
	for slice, want := range map[string]Quota{
		"1000ms": {Limit: 5, Window: time.Second}, "100ms": {Limit: 5, Window: 100 * time.Millisecond}, "0ms": {}, "soon": {}, "": {},
	} {
		header := http.Header{"X-Spike-Arrest-Limit": {"5"}, "X-Spike-Arrest-Slice-Period": {slice}, "X-Spike-Arrest-Reset": {"1000"}}
		if got := parseQuota(header, time.Now()); got != want || got.Announced() {
			t.Errorf("%q: %+v", slice, got)
		}
	}
}

func TestTheTextOfA429TellsTheQuota(t *testing.T) {
	const text = "Rate limit exceeded ! You reach the limit of "
	for message, want := range map[string]Quota{
		text + "10 requests per 1 minutes":       {Limit: 10, Window: time.Minute},
		text + "5 requests per 30 seconds.":      {Limit: 5, Window: 30 * time.Second},
		text + "1 request per 1 hour":            {Limit: 1, Window: time.Hour},
		text + "7 requests per 2 days":           {Limit: 7, Window: 48 * time.Hour},
		text + "0 requests per 1 minutes":        {},
		text + "10 requests per 1 moons":         {},
		text + "10 requests per 99999999 days":   {},
		text + "10 requests":                     {},
		"":                                       {},
		"one of 10 requests per 1 minute failed": {Limit: 10, Window: time.Minute},
	} {
		var answer Answer
		answer.addQuotaFromText([]string{"something else", message})
		if diff := cmp.Diff(want, answer.Quota); diff != "" {
			t.Errorf("%q:\n%s", message, diff)
		}
		if answer.Quota.Announced() {
			t.Errorf("%q: a text announces no reset", message)
		}
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		" 17 ":                          17 * time.Second,
		"-5":                            0,
		"3600":                          time.Hour,
		"86400":                         time.Hour,
		"99999999999999999999":          time.Hour,
		"soon":                          0,
		"1.5":                           0,
		"Mon, 01 Jan 2024 12:00:30 GMT": 30 * time.Second,
		"Mon, 01 Jan 2024 11:59:30 GMT": 0,
		"Tue, 02 Jan 2024 12:00:00 GMT": time.Hour,
	} {
		if got := parseRetryAfter(value, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestTextFromElsewhereIsMadeOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                      "plain",
		" two\r\n\tlines ":           "two lines",
		"\x1b[1;31mred\x1b[0m":       "red",
		"\x1b[31":                    "",
		"\x1b[\nnext":                "next",
		"\x1bc reset":                "c reset",
		"right\u202eto\u2028left":    "right to left",
		"bad \xff byte":              "bad \ufffd byte",
		"0123456789abcdefghij+":      "0123456789abcdefg…",
		"0123456789abcdefé+++++":     "0123456789abcdef…",
		"0123456789abcdefghi \x00\n": "0123456789abcdefghi",
	} {
		if got := oneLine(text, 20); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func FuzzQuotaHeaders(f *testing.F) {
	f.Add("1000", "999", "1700000000000")
	f.Add("10", "-1", "1700000000")
	f.Add("x", "", "99999999999999999999")
	f.Fuzz(func(t *testing.T, limit, remaining, reset string) {
		q := parseQuota(quotaHeaders(limit, remaining, reset), time.Unix(1_700_000_000, 0))
		if !q.Announced() {
			if q != (Quota{}) {
				t.Errorf("half a quota: %+v", q)
			}
			return
		}
		if q.Limit <= 0 || q.Remaining < 0 || q.Reset.Year() < 1970 || q.Reset.Year() > 5200 {
			t.Errorf("senseless: %+v", q)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("120")
	f.Add("-1")
	f.Add("Mon, 01 Jan 2024 12:00:30 GMT")
	f.Fuzz(func(t *testing.T, value string) {
		d := parseRetryAfter(value, time.Unix(1_700_000_000, 0))
		if d < 0 || d > time.Hour {
			t.Errorf("%q: %v", value, d)
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	f.Add(403, []byte(`{"type":"ACCESS_DENIED","messages":["no"]}`))
	f.Add(429, []byte(`{"message":"You reach the limit of 10 requests per 1 minutes","http_status_code":429}`))
	f.Add(502, []byte("<html>"))
	f.Add(200, []byte("\x1b[31m{"))
	f.Add(500, []byte("\x1b[\xff\x1b["))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		const token = "a-secret-token"
		resp := &http.Response{StatusCode: status, Header: http.Header{}}
		failure := failureIn(call{method: "POST", iccid: "8944", correlationID: "c"}, resp, body, token)
		if failure == nil {
			if status < 200 || status > 299 {
				t.Fatalf("%d is a success", status)
			}
			return
		}
		var answer Answer
		answer.addQuotaFromText(failure.Messages)
		if answer.Quota.Limit < 0 || answer.Quota.Window < 0 {
			t.Errorf("quota %+v", answer.Quota)
		}
		for _, text := range append(failure.Messages, failure.Type, failure.Error(), Cause(failure)) {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || len(text) > 12_000 {
				t.Errorf("not printable: %.300q", text)
			}
			if strings.Contains(text, token) {
				t.Errorf("the token is in %q", text)
			}
		}
	})
}

func FuzzOneLine(f *testing.F) {
	f.Add("\x1b[31mred\x1b[0m", 10)
	f.Add("a\u2028b\u202ec", 5)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 3 + limit&0xfff
		got := oneLine(s, limit)
		if len(got) > limit || !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}

func quotaHeaders(limit, remaining, reset string) http.Header {
	header := http.Header{}
	header.Set("x-rate-limit-limit", limit)
	header.Set("x-rate-limit-remaining", remaining)
	header.Set("x-rate-limit-reset", reset)
	return header
}
