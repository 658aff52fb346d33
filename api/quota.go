package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Quota is what the API said about its rate limit, in x-rate-limit-* headers or in the text of a 429.
type Quota struct {
	Limit     int           // requests in a window
	Remaining int           // requests left in this window
	Reset     time.Time     // when this window ends, by the server's clock
	Window    time.Duration // only a 429's text tells: "the limit of 10 requests per 1 minutes"
}

// Announced reports whether the answer carried all three x-rate-limit-* headers: then Limit, Remaining
// and Reset can be relied on.
func (q Quota) Announced() bool { return q.Limit > 0 && !q.Reset.IsZero() }

// parseQuota returns the zero Quota unless all three headers make sense.
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

// Bounds of x-rate-limit-reset in milliseconds since the epoch: below the first (March 1973) the value
// must be in seconds, beyond the second (November 5138) it is rubbish.
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

// maxWindow bounds a window read from a text, where a year is as good as never.
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

// addQuotaFromText completes what the headers of a 429 said with what its messages say.
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
