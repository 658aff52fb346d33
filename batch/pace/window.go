package pace

import (
	"math"
	"time"

	"simhook/api"
)

// window follows the quota that the server announces: a number of calls in a
// fixed window of time, shared with every other client of the same credentials.
//
// It does not trust "remaining" alone, which is old by the time it arrives.
// Each answer says by its reset in which window it was counted, so the calls of
// our own are known exactly: those answered in this window, and those in flight,
// which may yet be. What the server counted beyond them are others.
type window struct {
	share float64 // of the limit that is ours, 0 to 1

	limit    int           // calls the server allows in a window; 0: it has announced nothing
	reset    time.Time     // when the window ends, on the server's clock
	told     time.Time     // the last reset that was announced; before reset while the window is only presumed
	length   time.Duration // 0: not known yet
	own      int           // calls of ours counted in this window
	inFlight int           // calls of ours that may be counted in this window
	least    int           // the lowest remaining that was announced
	others   int           // calls of other clients in this window, at least
	before   int           // the same of the window before

	workers int           // calls in flight at the most; 0: not known
	spent   time.Duration // by all calls of ours answered in this window together
	needed  int           // workers that the window before would have needed; 0: there were enough

	clock   skew
	latency latency
}

// resetTolerance is how far two announced resets of one window may differ:
// servers that compute it as now plus what is left round differently each time.
const resetTolerance = 250 * time.Millisecond

func (w *window) announced() bool { return w.limit > 0 }

// sent counts a call that is about to go out.
func (w *window) sent() { w.inFlight++ }

// unsent takes back a call that did not go out.
func (w *window) unsent() { w.inFlight-- }

// answered takes what an answer says into account. A zero answer is none at all.
func (w *window) answered(a api.Answer, sent, now time.Time) {
	w.inFlight--
	w.spent += now.Sub(sent)
	if a.Status != 0 {
		w.latency.observe(now.Sub(sent))
		w.clock.observe(a.Date, sent, now)
	}
	quota := a.Quota
	if !quota.Announced() {
		w.own++ // it may have been counted
		return
	}
	later := quota.Reset.Sub(w.told)
	switch {
	case !w.announced() || later > w.tolerance():
		w.enter(quota, later)
	case later < -w.tolerance() || w.presumed():
		return // counted in a window that is over
	}
	if a.Status != 429 { // a refused call does not use the quota up
		w.own++
	}
	w.limit = quota.Limit
	w.least = min(w.least, quota.Remaining)
	w.others = max(w.others, w.limit-w.least-w.own-w.inFlight)
}

// enter begins the window that an answer announces for the first time, later
// than the one announced before.
func (w *window) enter(quota api.Quota, later time.Duration) {
	if w.announced() {
		w.learnLength(later)
		w.clock.age(later)
	}
	if w.presumed() {
		w.reset = quota.Reset
	} else {
		w.begin(quota.Reset)
	}
	w.told = quota.Reset
	w.limit, w.least = quota.Limit, quota.Remaining
}

// learnLength takes the time between two resets for the length of a window,
// unless it is several windows of the known length.
func (w *window) learnLength(between time.Duration) {
	if w.length > 0 {
		beyond := between % w.length
		if between > w.length/2 && min(beyond, w.length-beyond) <= w.tolerance() {
			return
		}
	}
	w.length = between
}

// begin starts counting anew.
func (w *window) begin(reset time.Time) {
	w.needed = w.workersNeeded()
	w.reset, w.spent = reset, 0
	w.before, w.others = w.others, 0
	w.own, w.least = 0, w.limit
}

// presumed reports whether the window has begun by our clock alone.
func (w *window) presumed() bool { return !w.reset.Equal(w.told) }

func (w *window) tolerance() time.Duration {
	if w.length == 0 {
		return resetTolerance
	}
	return min(resetTolerance, w.length/4)
}

// roll begins the next window when the last one is over for sure, before any
// answer has announced it.
func (w *window) roll(now time.Time) {
	if now.Before(w.clock.latest(w.reset)) {
		return
	}
	length := w.expectedLength()
	over := now.Sub(w.clock.latest(w.reset))
	w.begin(w.reset.Add(length * (1 + over/length)))
}

// expectedLength is the window's length, or what the API documents as long as
// only one window has been seen.
func (w *window) expectedLength() time.Duration {
	if w.length > 0 {
		return w.length
	}
	return api.DefaultQuotaWindow
}

// pace says how many calls a second may start now, so that what is left of the
// quota is used up evenly, and just before the window ends. Zero: none, until
// the given time.
//
// A call that starts within the last moments may be counted in the next window.
// That is no matter: until it is answered it is held against both.
func (w *window) pace(now time.Time) (perSecond float64, until time.Time) {
	w.roll(now)
	allowed := w.allowed(now)
	if allowed < 1 {
		return 0, w.clock.latest(w.reset)
	}
	even := float64(w.limit) / w.expectedLength().Seconds()
	left := w.clock.earliest(w.reset).Sub(now) - w.lead()
	if left <= 0 {
		return even, time.Time{}
	}
	return min(float64(allowed)/left.Seconds(), catchUp*even), time.Time{}
}

// catchUp bounds the pace, as a multiple of the quota's own: what was left over
// while the API was away is not thrown at it in its first second.
const catchUp = 4

// lead is how long before the window's end the last call should start, so that
// it is counted before the end even where it is counted late.
func (w *window) lead() time.Duration {
	return min(w.latency.most(), w.expectedLength()/8)
}

// allowed is how many more calls may start in this window.
func (w *window) allowed(now time.Time) int {
	ours := int(math.Floor(float64(w.limit)*w.share)) - w.own - w.inFlight
	if w.others == 0 && w.before == 0 {
		return ours
	}
	// Others use the quota too: the server's own count is the truth, calls in
	// flight may not be in it yet, and others will go on as they have.
	return min(ours, w.least-w.inFlight-w.expectedOthers(now))
}

// expectedOthers is how many calls other clients will still make before the
// reset, going by this window and the one before. One is added for the call that
// comes early: theirs may be the customer's own production.
func (w *window) expectedOthers(now time.Time) int {
	if w.length == 0 {
		return 0
	}
	left := min(w.clock.latest(w.reset).Sub(now), w.length)
	seen := w.length - left
	rate := float64(w.before+w.others) / (w.length + seen).Seconds()
	return int(math.Ceil(rate*left.Seconds())) + 1
}

// latency follows how long answers take: a moving mean and deviation, weighted
// as TCP does for its round trips (RFC 6298).
type latency struct{ mean, deviation time.Duration }

func (l *latency) observe(d time.Duration) {
	if l.mean == 0 {
		l.mean, l.deviation = d, d/2
		return
	}
	l.deviation += ((l.mean - d).Abs() - l.deviation) / 4
	l.mean += (d - l.mean) / 8
}

// most is longer than nearly every answer takes.
func (l *latency) most() time.Duration { return l.mean + 2*l.deviation }
