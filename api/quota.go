package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Quota is the rate limit that an answer announces, in headers or in the text of a 429.
type Quota struct {
	Limit     int           // requests in a window
	Remaining int           // requests left in this window
	Reset     time.Time     // when this window ends, by the server's clock
	Window    time.Duration // from a 429's text ("the limit of 10 requests per 1 minutes") or a spike arrest's headers; else 0
}

// Announced reports whether the answer announced a limit, what remains and a reset with sensible values. Only then
// are Remaining and Reset valid.
func (q Quota) Announced() bool { return q.Limit > 0 && !q.Reset.IsZero() }

// quotaNames are the names under which gateways announce a limit, what remains of it, and the reset. The first are the
// documented ones; the others are those of older gateways, of the IETF's drafts (draft-ietf-httpapi-ratelimit-headers up to
// 07), and of Gravitee's quota policy.
func quotaNames() [4]struct{ limit, remaining, reset string } {
	return [...]struct{ limit, remaining, reset string }{
		{"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"},
		{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
		{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"},
		{"X-Quota-Limit", "X-Quota-Remaining", "X-Quota-Reset"},
	}
}

// parseQuota returns the zero Quota unless a limit, what remains of it and a reset are announced with sensible values, or a
// limit and the time that it is for. now is the server's clock, from which a reset in seconds is counted.
func parseQuota(header http.Header, now time.Time) Quota {
	for _, names := range quotaNames() {
		if limit := first(header, names.limit); limit != "" {
			return newQuota(limit, first(header, names.remaining), first(header, names.reset), now)
		}
	}
	if policy, state := first(header, "Ratelimit-Policy"), first(header, "Ratelimit"); state != "" {
		return newQuota(parameter(policy, "q"), parameter(state, "r"), parameter(state, "t"), now)
	}
	return spikeArrest(header)
}

// spikeArrest reads the headers of Gravitee's policy of that name, which allows so many calls in each slice of time.
func spikeArrest(header http.Header) Quota {
	text := first(header, "X-Spike-Arrest-Limit")
	if text == "" {
		return Quota{}
	}
	limit, err := number(text)
	slice, sliceErr := time.ParseDuration(first(header, "X-Spike-Arrest-Slice-Period")) // 1000ms
	if err != nil || sliceErr != nil || limit <= 0 || slice <= 0 || slice > maxWindow {
		return Quota{}
	}
	return Quota{Limit: limit, Window: slice}
}

// first is header.Get for a name that is in its canonical form already: most of the names are not there, and Get takes longer
// to look at a name than to look it up.
func first(header http.Header, name string) string {
	if values := header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func newQuota(limit, remaining, reset string, now time.Time) Quota {
	most, err := number(limit)
	if err != nil || most <= 0 {
		return Quota{}
	}
	left, err := number(remaining)
	if err != nil {
		return Quota{}
	}
	end, ok := parseReset(reset, now)
	if !ok {
		return Quota{}
	}
	return Quota{Limit: most, Remaining: max(left, 0), Reset: end}
}

// number is the first number of a header: a second one, or parameters, may follow ("100, 100;w=60").
func number(value string) (int, error) {
	if end := strings.IndexAny(value, ",;"); end >= 0 {
		value = value[:end]
	}
	return strconv.Atoi(strings.TrimSpace(value))
}

// parameter is a parameter of the first item of a structured header ("default";q=100;w=60); "": there is none.
func parameter(value, name string) string {
	first, _, _ := strings.Cut(value, ",")
	for part := range strings.SplitSeq(first, ";") {
		if key, number, found := strings.Cut(strings.TrimSpace(part), "="); found && key == name {
			return number
		}
	}
	return ""
}

// Limits of a reset. Up to the first it is in seconds from now (a day). From the second on (2001) it is in seconds since the
// Unix epoch, and from the third on (March 1973) in milliseconds. A value above the last (November 5138) is wrong, and so is
// one between the first two.
const (
	maxResetDelta   = 24 * 60 * 60
	minResetSeconds = 1e9
	minResetMillis  = 1e11
	maxResetMillis  = 1e14
)

func parseReset(value string, now time.Time) (time.Time, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	switch {
	case err != nil || n <= 0 || n > maxResetMillis, n > maxResetDelta && n < minResetSeconds:
		return time.Time{}, false
	case n <= maxResetDelta:
		return now.Add(time.Duration(n) * time.Second), true
	case n < minResetMillis:
		return time.Unix(n, 0), true
	default:
		return time.UnixMilli(n), true
	}
}

// quotaFromText finds the quota in the documented message of a 429:
// "Rate limit exceeded ! You reach the limit of 10 requests per 1 minutes".
func quotaFromText(message string) (limit int, window time.Duration, ok bool) {
	words := strings.Fields(strings.ToLower(message))
	for i := 0; i+5 < len(words); i++ {
		if words[i] != "of" || !strings.HasPrefix(words[i+2], "request") || words[i+3] != "per" {
			continue
		}
		limit, err := strconv.Atoi(words[i+1])
		if err != nil || limit <= 0 {
			continue
		}
		count, err := strconv.Atoi(words[i+4])
		unit := timeUnit(words[i+5])
		if err != nil || count <= 0 || unit == 0 || count > int(maxWindow/unit) {
			continue
		}
		return limit, time.Duration(count) * unit, true
	}
	return 0, 0, false
}

// maxWindow is the longest window that is accepted from a text.
const maxWindow = 365 * 24 * time.Hour

func timeUnit(word string) time.Duration {
	switch strings.TrimSuffix(strings.Trim(word, ".,;!"), "s") {
	case "second":
		return time.Second
	case "minute":
		return time.Minute
	case "hour":
		return time.Hour
	case "day":
		return 24 * time.Hour
	default:
		return 0
	}
}

// addQuotaFromText adds the window from a 429's messages, and the limit if the headers did not announce it.
func (a *Answer) addQuotaFromText(messages []string) {
	for _, message := range messages {
		limit, window, ok := quotaFromText(message)
		if !ok {
			continue
		}
		a.Quota.Window = window
		if !a.Quota.Announced() {
			a.Quota.Limit = limit
		}
		return
	}
}
