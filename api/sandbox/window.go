package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// maxCompleted is how many completed windows are kept: a day of minutes.
const maxCompleted = 24 * 60

// limit is a number of calls in a length of time. There is no limit unless both are above zero.
type limit struct {
	quota  int
	length time.Duration
}

func (l limit) active() bool { return l.quota > 0 && l.length > 0 }

// window counts calls in fixed windows.
type window struct {
	limit
	next      limit // applies from the next window on
	start     time.Time
	used      int
	completed []int // how many calls each window counted, the oldest first
}

func newWindow(quota int, length time.Duration, start time.Time) window {
	l := limit{quota, length}
	return window{limit: l, next: l, start: start}
}

func (w *window) set(quota int, length time.Duration, now time.Time) {
	w.advance(now)
	w.next = limit{quota, length}
	if !w.active() {
		w.limit, w.start, w.used = w.next, now, 0
	}
}

// take counts one call. It reports false, and does not count it, if the quota is used up.
func (w *window) take(now time.Time) bool {
	w.advance(now)
	if w.active() && w.used >= w.quota {
		return false
	}
	w.used++
	return true
}

func (w *window) consume(n int, now time.Time) {
	w.advance(now)
	if w.active() {
		w.used += min(n, max(w.quota-w.used, 0))
	}
}

func (w *window) end() time.Time { return w.start.Add(w.length) }

// advance closes the windows that are over.
func (w *window) advance(now time.Time) {
	if !w.active() || now.Before(w.end()) {
		return
	}
	w.close(w.used)
	w.start, w.used, w.limit = w.end(), 0, w.next
	if !w.active() {
		return
	}
	idle := now.Sub(w.start) / w.length
	for range min(idle, maxCompleted) {
		w.close(0)
	}
	w.start = w.start.Add(idle * w.length)
}

func (w *window) close(used int) {
	if len(w.completed) == maxCompleted {
		w.completed = append(w.completed[:0], w.completed[1:]...)
	}
	w.completed = append(w.completed, used)
}

// announce sets the documented headers. The reset is rounded up to a millisecond, so no client calls too early.
func (w *window) announce(header http.Header) {
	if !w.active() {
		return
	}
	header.Set("x-rate-limit-limit", strconv.Itoa(w.quota))
	header.Set("x-rate-limit-remaining", strconv.Itoa(w.quota-w.used))
	header.Set("x-rate-limit-reset", strconv.FormatInt(w.end().Add(time.Millisecond-1).UnixMilli(), 10))
}

// message is the documented text of a 429.
func (w *window) message() string {
	count, unit := int64(max(w.length.Round(time.Second)/time.Second, 1)), "seconds"
	if w.length%time.Minute == 0 {
		count, unit = int64(w.length/time.Minute), "minutes"
	}
	return fmt.Sprintf("Rate limit exceeded ! You reach the limit of %d requests per %d %s", w.quota, count, unit)
}

// wait is the time to the next window in seconds, rounded up, for Retry-After.
func (w *window) wait(now time.Time) int {
	return int((w.end().Sub(now) + time.Second - 1) / time.Second)
}
