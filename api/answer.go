package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter caps Retry-After: a wait of more than an hour is probably a mistake of the server's.
const maxRetryAfter = time.Hour

// Answer is the status and the headers of an answer. The zero value means that no answer came.
type Answer struct {
	Status int
	Quota  Quota

	// RetryAfter is how long the API asks the client to wait, at most one hour. 0: it does not ask.
	RetryAfter time.Duration

	// Date is the server's clock when it answered, to the second. Zero: not sent.
	Date time.Time
}

// readAnswer reads the headers. The server's own date, if it sends one, is the clock for Retry-After.
func readAnswer(resp *http.Response, now time.Time) Answer {
	answer := Answer{Status: resp.StatusCode}
	if value := first(resp.Header, "Date"); value != "" {
		if date, err := http.ParseTime(value); err == nil {
			answer.Date, now = date, date
		}
	}
	answer.Quota = parseQuota(resp.Header, now)
	answer.RetryAfter = parseRetryAfter(first(resp.Header, "Retry-After"), now)
	return answer
}

// parseRetryAfter understands both forms of RFC 9110, section 10.2.3: seconds, and an HTTP date, from which
// it subtracts now.
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
