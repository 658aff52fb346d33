package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Quota is the rate limit that an answer announces, in x-rate-limit-* headers or in the text of a 429.
type Quota struct {
	Limit     int           // requests in a window
	Remaining int           // requests left in this window
	Reset     time.Time     // when this window ends, by the server's clock
	Window    time.Duration // from a 429's text only: "the limit of 10 requests per 1 minutes"; else 0
}

// Announced reports whether the answer had all three x-rate-limit-* headers with sensible values. Only then
// are Remaining and Reset valid.
func (q Quota) Announced() bool { return q.Limit > 0 && !q.Reset.IsZero() }

// parseQuota returns the zero Quota unless all three headers have sensible values.
func parseQuota(header http.Header) Quota {
	announced := header.Get("X-Rate-Limit-Limit")
	if announced == "" {
		return Quota{}
	}
	limit, err := strconv.Atoi(strings.TrimSpace(announced))
	if err != nil || limit <= 0 {
		return Quota{}
	}
	remaining, err := strconv.Atoi(strings.TrimSpace(header.Get("X-Rate-Limit-Remaining")))
	if err != nil {
		return Quota{}
	}
	reset, ok := parseReset(header.Get("X-Rate-Limit-Reset"))
	if !ok {
		return Quota{}
	}
	return Quota{Limit: limit, Remaining: max(remaining, 0), Reset: reset}
}

// Limits of x-rate-limit-reset, in milliseconds since the Unix epoch. A value below the first (March 1973)
// is in seconds. A value above the second (November 5138) is wrong and is ignored.
const (
	minResetMillis = 1e11
	maxResetMillis = 1e14
)

func parseReset(value string) (time.Time, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	switch {
	case err != nil || n <= 0 || n > maxResetMillis:
		return time.Time{}, false
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
