package pace

import (
	"math"
	"net/http"
	"time"

	"simhook/api"
)

// window follows the quota that the server announces: a number of calls in a fixed window of time, shared
// with every other client of the same credentials. The package's documentation has a drawing of one.
//
// It does not rely on "remaining" alone, which is out of date when it arrives. The reset of each answer tells
// in which window the call was counted. So our own calls are known exactly: those answered in this window,
// and those in flight, which may be counted in it. What the server counted beyond them are calls of others.
type window struct {
	share   float64 // of the limit that all parts may use, 0 to 1
	parts   int     // processes that share it
	workers int     // calls in flight at the most; 0: not known

	limit          int           // calls the server allows in a window; 0: it has announced nothing
	announcedReset time.Time     // the last reset that was announced, on the server's clock
	windowEnd      time.Time     // of this window, on the server's clock; later than announcedReset while presumed
	length         time.Duration // 0: not known yet
	whole          bool          // this window was followed from its beginning on

	lastSent         time.Time
	inFlight         int // our calls that may be counted in this window
	oursUsed         int // our calls counted in this window
	oursUsedBefore   int // the same of the window before
	othersUsed       int // calls of other clients in this window, at least
	othersUsedBefore int // the same of the window before
	minRemaining     int // the lowest remaining that was announced in this window
	minSeen          time.Time
	stale            bool // the last announcement was out of date

	answering     time.Duration // all our calls answered in this window took together
	workersWanted int           // to use up the window before; 0: there were enough

	clock   clock
	latency latency
	trust   trust
}

func (w *window) announced() bool { return w.limit > 0 && !w.trust.steady }

// sent counts a call that is about to start.
func (w *window) sent(now time.Time) {
	w.inFlight++
	w.lastSent = now
}

// unsent takes back a call that did not start.
func (w *window) unsent() { w.inFlight-- }

// answered takes the answer of a call into account. A zero answer means that none came.
func (w *window) answered(a api.Answer, sent, now time.Time) {
	w.inFlight--
	w.answering += now.Sub(sent)
	if a.Status != 0 {
		w.latency.observe(now.Sub(sent))
		w.clock.observe(a.Date, sent, now)
	}
	quota := a.Quota
	if !quota.Announced() {
		w.oursUsed++ // the server may have counted it
		return
	}
	server, doubt := w.clock.at(sent, now)
	w.trust.observe(quota, server, doubt, sent, now, w.length)
	if w.trust.steady {
		w.limit = quota.Limit
		return
	}
	later := quota.Reset.Sub(w.announcedReset)
	switch {
	case !w.announced() || later > w.tolerance():
		w.enter(quota, later)
	case later < -w.tolerance() || w.presumed():
		return // counted in a window that is over
	}
	if a.Status != http.StatusTooManyRequests { // a refused call uses nothing of the quota
		w.oursUsed++
	}
	w.limit = quota.Limit
	if w.stale = w.isStale(a, now); w.stale {
		return
	}
	// Within a window nothing is given back: a call that was sent later and found more left tells that the lower number was
	// out of date.
	if quota.Remaining < w.minRemaining || quota.Remaining > w.minRemaining+w.inFlight && sent.After(w.minSeen) {
		w.minRemaining, w.minSeen = quota.Remaining, now
		w.othersUsed = 0
	}
	w.othersUsed = max(w.othersUsed, w.limit-w.minRemaining-w.oursUsed-w.inFlight)
}

// isStale reports whether a success announces that most of the quota is used, although we have used little of it, and other
// clients far less by this time of the last window: some gateways announce what was left seconds ago, in the window before.
func (w *window) isStale(a api.Answer, now time.Time) bool {
	ours := w.oursUsed + w.inFlight
	if a.Status == http.StatusTooManyRequests || ours >= w.limit/4 || w.length == 0 {
		return false
	}
	passed := w.length - min(max(w.clock.latest(w.windowEnd).Sub(now), 0), w.length)
	expected := float64(w.othersUsedBefore) * passed.Seconds() / w.length.Seconds()
	return float64(w.limit-a.Quota.Remaining-ours) > float64(w.limit)/2+2*expected
}

// enter starts the window that an answer is the first to announce. Its reset is later than the last announced
// one by the given time.
func (w *window) enter(quota api.Quota, later time.Duration) {
	if w.announced() && w.trust.surprises == 0 {
		w.learnLength(later)
		w.clock.age(later)
	}
	if w.presumed() {
		w.windowEnd = quota.Reset
	} else {
		w.begin(quota.Reset)
	}
	w.announcedReset = quota.Reset
	w.limit, w.minRemaining, w.minSeen = quota.Limit, quota.Limit, time.Time{}
}

// learnLength takes the time between two resets as the length of a window, unless it is a multiple of the
// known length.
func (w *window) learnLength(between time.Duration) {
	if between < shortestWindow {
		return
	}
	if w.length > 0 {
		beyond := between % w.length
		if between > w.length/2 && min(beyond, w.length-beyond) <= w.tolerance() {
			return
		}
	}
	w.length = between
}

// begin starts counting anew, for a window with the given end.
func (w *window) begin(end time.Time) {
	w.workersWanted = w.workersNeeded()
	w.windowEnd, w.answering = end, 0
	w.oursUsedBefore, w.othersUsedBefore = w.oursUsed, w.othersUsed
	if w.parts > 1 && !w.whole && w.limit > 0 { // what was seen of the first window is less than a window
		w.whole = true
		fair := int(w.fairShare())
		w.oursUsedBefore, w.othersUsedBefore = fair, max(w.othersUsed, (w.parts-1)*fair)
	}
	w.othersUsed = 0
	w.oursUsed, w.minRemaining = 0, w.limit
}

// presumed reports whether the window has begun by our clock alone, before an answer announced it.
func (w *window) presumed() bool { return !w.windowEnd.Equal(w.announcedReset) }

func (w *window) tolerance() time.Duration {
	if w.length == 0 {
		return w.trust.tolerance
	}
	return toleranceOf(w.length)
}

// roll begins the next window once the last one is certainly over.
func (w *window) roll(now time.Time) {
	end := w.clock.latest(w.windowEnd)
	if now.Before(end) {
		return
	}
	length := w.expectedLength()
	w.begin(w.windowEnd.Add(length * (1 + now.Sub(end)/length)))
}

// expectedLength is the window's length. While only one window has been seen it is the documented one.
func (w *window) expectedLength() time.Duration {
	if w.length > 0 {
		return w.length
	}
	return api.DefaultQuotaWindow
}

// allowance is how fast calls may start at one moment: so many a second, or none until a given time.
type allowance struct {
	perSecond   float64
	closedUntil time.Time // zero: calls may start
}

// catchUp bounds the rate, as a multiple of the quota's own. It is chosen: what is left over after a pause
// must not reach the API within one second.
const catchUp = 4

// allow spreads what is left of the quota evenly over the time up to the last start of this window.
//
// A call that starts in the last moments of a window may be counted in the next one. Until it is answered it
// is counted against both windows, so neither is overdrawn.
func (w *window) allow(now time.Time) allowance {
	w.roll(now)
	calls := w.callsLeft(now)
	even := float64(w.limit) / w.expectedLength().Seconds()
	if calls < 1 {
		until := w.believed(w.windowEnd)
		if now.After(until) {
			return allowance{perSecond: even} // one call, to see whether the end that was announced is true
		}
		return allowance{closedUntil: until.Add(time.Millisecond)}
	}
	left := w.clock.earliest(w.windowEnd).Sub(now) - w.lead()
	if left <= 0 {
		return allowance{perSecond: even}
	}
	fastest := catchUp * even
	if w.trust.surprises > 0 {
		fastest = even
	}
	perSecond := float64(calls) / left.Seconds()
	switch {
	case w.length == 0 && w.parts > 1: // the others count on what is left
		fastest = w.fairShare() / w.expectedLength().Seconds()
	case w.length == 0: // its end is not yet known to be true
		perSecond = max(perSecond, w.share*api.DefaultQuota/api.DefaultQuotaWindow.Seconds())
	}
	return allowance{perSecond: min(perSecond, fastest)}
}

// believed is the end of a pause until an announced reset, by our clock. A reset that is very far ahead is looked at again
// after the length of a window.
func (w *window) believed(reset time.Time) time.Time {
	until := w.clock.latest(reset)
	if until.Sub(w.lastSent) > longestSliding {
		until = w.lastSent.Add(max(w.length, api.DefaultQuotaWindow))
	}
	return until
}

// lead is how long before the window's end the last call should start, so that it is counted in time even if
// its answer is slow.
func (w *window) lead() time.Duration {
	return min(w.latency.most(), w.expectedLength()/8)
}

// fairShare is what each part may use of a window when all use it.
func (w *window) fairShare() float64 { return float64(w.limit) * w.share / float64(max(w.parts, 1)) }

// leastShare is the part of a fair share that is never left to others. It is chosen: one that has done little for a while, such as
// in an outage, gets a foot in the door again.
const leastShare = 0.25

// callsLeftOfParts is how many more of our calls may start in this window, where several processes use a quota up together without
// knowing of each other. Each takes the part of what remains that it had of what was called lately. So they never take more
// than there is, whoever else calls; and when some end, the others grow to what is left.
//
// Of a share of the quota that is less than the whole, each takes at least the part that is fair, and more only while all
// calls together, other clients' among them, stay inside the share: who the others are is not known.
func (w *window) callsLeftOfParts(now time.Time) int {
	left := min(max(w.clock.latest(w.windowEnd).Sub(now), 0), w.length).Seconds() / w.length.Seconds()
	lately := func(before, now int) float64 { return float64(before)*left + float64(now) }
	ours := max(lately(w.oursUsedBefore, w.oursUsed+w.inFlight), w.fairShare()*leastShare)
	others := lately(w.othersUsedBefore, w.othersUsed)
	unseen := others * w.latency.mean.Seconds() / w.length.Seconds() // calls of others since the last answer
	calls := (float64(w.minRemaining) - unseen) * ours / (ours + others)
	if w.share < 1 {
		most := max(w.fairShare(), ours*w.share*float64(w.limit)/(ours+others+unseen))
		calls = min(calls, most-float64(w.oursUsed))
	}
	return int(math.Floor(calls)) - w.inFlight
}

// callsLeft is how many more of our calls may start in this window.
func (w *window) callsLeft(now time.Time) int {
	if w.parts > 1 && w.length > 0 {
		return w.callsLeftOfParts(now)
	}
	ours := int(math.Floor(w.fairShare())) - w.oursUsed - w.inFlight
	if w.othersUsed == 0 && w.othersUsedBefore == 0 {
		return ours
	}
	// Calls in flight may be missing from the server's own count, and other clients will continue.
	return min(ours, w.minRemaining-w.inFlight-w.expectedOthers(now))
}

// expectedOthers is how many calls other clients will still make before the reset, at their rate in this
// window and the one before. One is added for a call that comes early, because the other client may be the
// customer's production.
func (w *window) expectedOthers(now time.Time) int {
	if w.length == 0 {
		return 0
	}
	left := min(w.clock.latest(w.windowEnd).Sub(now), w.length)
	seen := w.length - left
	rate := float64(w.othersUsedBefore+w.othersUsed) / (w.length + seen).Seconds()
	return int(math.Ceil(rate*left.Seconds())) + 1
}

// Shares from which on all workers count as busy, and the quota as used up. They are chosen: what is missing
// are errors of measurement and the moments between two calls.
const (
	nearlyAllBusy = 0.9
	nearlyAllUsed = 0.95
)

// workersNeeded is how many workers would have used up the window that ends now, with answers as slow as they
// were. 0: the quota was used up, or something other than busy workers held calls back.
func (w *window) workersNeeded() int {
	ours := w.fairShare()
	if w.workers == 0 || w.length == 0 || w.oursUsed == 0 || float64(w.oursUsed) > nearlyAllUsed*ours {
		return 0
	}
	inFlight := w.answering.Seconds() / w.length.Seconds() // on average, by Little's law
	if inFlight < nearlyAllBusy*float64(w.workers) {
		return 0
	}
	return int(math.Ceil(ours * inFlight / float64(w.oursUsed)))
}

// latency follows how long answers take: a moving mean and deviation, weighted as TCP weights its round trips
// (RFC 6298).
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
