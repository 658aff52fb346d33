package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"simhook/api"
	"simhook/api/sandbox/quota"
)

// maxCompleted is how many completed windows are kept: a day of minutes.
const maxCompleted = 24 * 60

// limit is a number of calls in a length of time. There is no limit unless both are above zero.
type limit struct {
	quota  int
	length time.Duration
}

func (l limit) active() bool { return l.quota > 0 && l.length > 0 }

// window counts calls in fixed windows, which keep the quota unless a limiter does.
type window struct {
	limit
	limiter   quota.Limiter // nil: the windows
	announced api.Quota     // by the limiter, with the last call
	delta     bool          // the reset is announced in seconds from now
	next      limit         // applies from the next window on
	start     time.Time
	used      int
	completed []int // how many calls each window counted, the oldest first
}

// newWindow begins with the sandbox. It keeps the quota in the way that the options choose.
func (s *Sandbox) newWindow() *window {
	l := limit{s.opts.Quota, s.opts.Window}
	w := &window{limit: l, next: l, start: s.start}
	s.limit(w)
	return w
}

// limit gives a window the limiter that the options choose.
func (s *Sandbox) limit(w *window) {
	w.limiter, w.delta = nil, s.opts.QuotaModel == DeltaSeconds
	switch model := s.opts.QuotaModel; {
	case model == "", model == "window", w.delta, !w.next.active():
	default:
		var err error
		if w.limiter, err = quota.New(model, w.next.quota, w.next.length, s.random); err != nil {
			panic(err) // as New says
		}
	}
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
	allowed := !w.active() || w.used < w.quota
	if w.limiter != nil {
		allowed, w.announced = w.limiter.Take(now)
	}
	if allowed {
		w.used++
	}
	return allowed
}

func (w *window) consume(n int, now time.Time) {
	for range n {
		w.take(now)
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

// announce sets the documented headers, or those of the IETF's draft with the reset in seconds. The reset is rounded up, so no
// client calls too early.
func (w *window) announce(header http.Header, now time.Time) {
	if !w.active() {
		return
	}
	q := api.Quota{Limit: w.quota, Remaining: w.quota - w.used, Reset: w.end()}
	if w.limiter != nil {
		q = w.announced
	}
	prefix, reset := "x-rate-limit-", q.Reset.Add(time.Millisecond-1).UnixMilli()
	if w.delta {
		prefix, reset = "ratelimit-", int64((q.Reset.Sub(now)+time.Second-1)/time.Second)
	}
	header.Set(prefix+"limit", strconv.Itoa(q.Limit))
	header.Set(prefix+"remaining", strconv.Itoa(q.Remaining))
	header.Set(prefix+"reset", strconv.FormatInt(reset, 10))
}

// message is the documented text of a 429.
func (w *window) message() string {
	count, unit := int64(max(w.length.Round(time.Second)/time.Second, 1)), "seconds"
	if w.length%time.Minute == 0 {
		count, unit = int64(w.length/time.Minute), "minutes"
	}
	return fmt.Sprintf("Rate limit exceeded ! You reach the limit of %d requests per %d %s", w.quota, count, unit)
}

// wait is the time to the reset that is announced, in seconds, rounded up, for Retry-After.
func (w *window) wait(now time.Time) int {
	reset := w.end()
	if w.limiter != nil {
		reset = w.announced.Reset
	}
	return max(int((reset.Sub(now)+time.Second-1)/time.Second), 1)
}
