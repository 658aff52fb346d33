package pace

import (
	"net/http"
	"time"

	"simhook/api"
)

// Waits after a 429 that does not say how long to wait. The wait doubles with each 429 in a row. Both are
// chosen; the longest is the documented window.
const (
	firstRefusalWait   = time.Second
	longestRefusalWait = time.Minute
)

// longestAskedWait bounds a Retry-After that no quota explains, such as that of a 503: a pause of an hour would rest on the
// word of one answer. It is chosen.
const longestAskedWait = time.Minute

// closesGate reports whether an answer says that no call may start for a while. A Retry-After with a success is about
// something else.
func (p *Pacer) closesGate(a api.Answer) bool {
	_, believed := p.believed(a.Quota)
	return a.Status == http.StatusTooManyRequests || a.RetryAfter > 0 && a.Status >= 400 ||
		believed && a.Quota.Remaining == 0 && !p.window.stale
}

// believed is the reset of an answer, if a fixed window is believed in.
func (p *Pacer) believed(q api.Quota) (reset time.Time, ok bool) {
	return p.window.believed(q.Reset), q.Announced() && !p.window.trust.steady
}

// closeGate holds all calls back until the announced reset, or for the Retry-After if that is later, or for a
// growing time if neither is known. A call that was sent before the gate closed tells nothing new of the latter. It
// reports whether the gate is now closed for longer than before.
func (p *Pacer) closeGate(a api.Answer, sent, now time.Time) bool {
	refused := a.Status == http.StatusTooManyRequests
	asked := a.RetryAfter
	if !refused {
		asked = min(asked, longestAskedWait)
	}
	until := now.Add(asked)
	reset, believed := p.believed(a.Quota)
	switch {
	// Retry-After counts whole seconds: one that only rounds the reset up is not waited for.
	case believed && reset.After(now) && reset.After(until.Add(-time.Second)):
		until = reset
	case a.RetryAfter == 0 && refused && sent.Before(p.closedAt):
		return false
	case a.RetryAfter == 0 && refused:
		until = now.Add(min(firstRefusalWait<<min(p.refusals, 6), longestRefusalWait))
	}
	if !until.After(p.closedUntil) || !until.After(now) {
		return false // other calls in flight were answered the same, or the window is over
	}
	if refused && !sent.Before(p.closedAt) {
		p.refusals++
	}
	p.closedUntil, p.closedAt = until, now
	p.closedBy = a.Status
	return true
}

// Limits of an automatic rate while no quota is announced. The steps are those of TCP (additive increase, multiplicative
// decrease); the numbers are chosen: the rate falls within seconds, and grows back within a minute.
const (
	slowDown        = 0.75        // the step after a refusal
	slowDownALittle = 0.95        // where few calls are refused
	fewRefused      = 0.2         // of the last calls
	shareCalls      = 30          // that they are counted over, as a moving mean
	slowDownPause   = time.Second // so that calls that were refused together make one step
	speedUpTime     = time.Minute // from nothing to the most, below the rate that was refused last
	probingFactor   = 20          // so much slower above it
	slowestPortion  = 1.0 / 64    // of the most
)

// slow lowers an automatic rate while no quota is announced: to the limit that the text of a 429 names, or else by a step.
func (p *Pacer) slow(named api.Quota, now time.Time) {
	p.refusedShare += (1 - p.refusedShare) / shareCalls
	switch {
	case !p.auto || p.window.announced():
	case named.Limit > 0 && named.Window > 0:
		p.ceiling = unguidedShare * p.window.share * float64(named.Limit) / named.Window.Seconds()
		p.unguided = p.ceiling
	case now.Sub(p.slowed) >= slowDownPause:
		p.refusedRate = p.unguided
		step := slowDown
		if p.refusedShare < fewRefused {
			step = slowDownALittle
		}
		p.unguided = max(p.unguided*step, p.ceiling*slowestPortion)
		p.slowed = now
	}
}

// recover lets an automatic rate that slow has lowered grow back, by the same amount in each second: soon to where it was
// refused, and from there slowly.
func (p *Pacer) recover() {
	p.refusedShare -= p.refusedShare / shareCalls
	step := p.ceiling / (p.unguided * speedUpTime.Seconds())
	if p.unguided > p.refusedRate*nearlyRefused {
		step /= probingFactor
	}
	p.unguided = min(p.unguided+step, p.ceiling)
}

// nearlyRefused is the part of the rate that was refused last up to which the rate grows fast. It is chosen.
const nearlyRefused = 0.9
