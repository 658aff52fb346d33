package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter caps Retry-After: a longer pause than an hour is more likely a mistake than a wish.
const maxRetryAfter = time.Hour

// Answer is what the answer to an attempt said beside its body. The zero value means that there was
// no answer.
type Answer struct {
	Status int
	Quota  Quota

	// RetryAfter is how long the API asks to wait, at most one hour. 0: it did not ask.
	RetryAfter time.Duration

	// Date is the server's clock when it answered, to the second. Zero: it did not say.
	Date time.Time
}

// readAnswer reads the headers of an answer.
func readAnswer(resp *http.Response, now time.Time) Answer {
	answer := Answer{
		Status: resp.StatusCode,
		Quota:  parseQuota(resp.Header),
	}
	if value := resp.Header.Get("Date"); value != "" {
		if date, err := http.ParseTime(value); err == nil {
			answer.Date, now = date, date
		}
	}
	answer.RetryAfter = parseRetryAfter(resp.Header.Get("Retry-After"), now)
	return answer
}

// parseRetryAfter understands both forms of RFC 9110, section 10.2.3: seconds and an HTTP date, which
// counts from now.
func parseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.Atoi(value)
		if err != nil || seconds > int(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now), 0), maxRetryAfter)
}
