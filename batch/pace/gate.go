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

// longestBusyWait bounds the pause after 503s in a row, which may be a limiter's, or an outage that others look after. It is
// chosen.
const longestBusyWait = time.Second

// longestSteadyWait bounds the pause where the quota comes back bit by bit. It is chosen.
const longestSteadyWait = 8 * time.Second

// refuses reports whether an answer may be a limiter's: they answer 429 or 503.
func refuses(a api.Answer) bool {
	return a.Status == http.StatusTooManyRequests || a.Status == http.StatusServiceUnavailable
}

// closesGate reports whether an answer says that no call may start for a while. A Retry-After with a success is about
// something else.
func (p *Pacer) closesGate(a api.Answer, sent, now time.Time) bool {
	reset, believed := p.believed(a.Quota)
	if p.window.trust.tellsNextCall() && a.Quota.Announced() && a.Quota.Remaining == 0 && reset.After(now) {
		return true
	}
	return refuses(a) && p.onlyRefused && sent.After(p.slowed) || a.Status == http.StatusTooManyRequests || a.RetryAfter > 0 && a.Status >= 400 ||
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
	refused := refuses(a)
	asked, longest := a.RetryAfter, longestRefusalWait
	if a.Status != http.StatusTooManyRequests {
		asked, longest = min(asked, longestAskedWait), longestBusyWait
	}
	first := firstRefusalWait
	if p.steady {
		documented := api.DefaultQuota / api.DefaultQuotaWindow.Seconds()
		first = min(first, time.Duration(documented/p.unguided*float64(first))) // so many calls, at any rate
		longest = longestSteadyWait
	}
	until, guessed := now.Add(asked), false
	reset, believed := p.believed(a.Quota)
	switch {
	case p.window.trust.tellsNextCall() && a.Quota.Announced() && reset.After(until):
		until = earliest(reset, now.Add(longestSteadyWait))
	// Retry-After counts whole seconds: one that only rounds the reset up is not waited for.
	case believed && reset.After(now) && reset.After(until.Add(-time.Second)):
		until = reset
	case a.RetryAfter == 0 && refused && sent.Before(p.closedAt):
		return false
	case a.RetryAfter == 0 && refused:
		guessed = true
		until = now.Add(min(first<<min(p.refusals, 6), longest))
	}
	if !until.After(p.closedUntil) || !until.After(now) {
		return false // other calls in flight were answered the same, or the window is over
	}
	if refused && !sent.Before(p.closedAt) {
		p.refusals++
	}
	p.closedUntil, p.closedAt = until, now
	p.closedBy = a.Status
	p.probing, p.probed = guessed, time.Time{}
	return true
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
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
	refusedInARow   = 3           // from then on each makes another step
	probingFactor   = 20          // so much slower above it
	slowestPortion  = 1.0 / 64    // of the most
)

// heed follows a limit that is named without what remains of it: by the text of a 429, or by headers that tell a rate. The
// latter do not raise the rate.
func (p *Pacer) heed(q api.Quota, refused bool) (heeded bool) {
	if !p.auto || p.window.announced() || q.Limit == 0 || q.Window == 0 {
		return false
	}
	named := unguidedShare * p.part() * float64(q.Limit) / q.Window.Seconds()
	if refused || named < p.ceiling {
		p.ceiling, p.unguided = named, named
	}
	return true
}

// slow lowers an automatic rate by a step, while no quota is announced.
// Calls that were sent before the last step tell nothing new. Neither do the first of those that are refused one
// after the other: then a pause is what helps.
func (p *Pacer) slow(a api.Answer, sent, now time.Time) {
	p.refusedShare += (1 - p.refusedShare) / shareCalls
	switch {
	case !p.auto || p.window.announced() || p.braking() && a.Quota.Announced(): // the brake looks after it
	case p.onlyRefused && (p.refusals < refusedInARow || a.Status != http.StatusTooManyRequests) || sent.Before(p.slowed):
	case now.Sub(p.slowed) >= slowDownPause:
		p.onlyRefused = true
		p.refusedRate = p.unguided
		step := slowDown
		if p.refusedShare < fewRefused {
			step = slowDownALittle
		}
		p.unguided = max(p.unguided*step, p.ceiling*slowestPortion)
		p.slowed = now
	}
}

// Limits of the brake. They are chosen.
const (
	brakePart      = 128 // of the limit: an even rate below the documented one leaves twice as many
	strongestBrake = 0.1 // of the rate
)

// brake lowers an even rate while little remains, before calls are refused: by as much as what remains is less than what is
// called until an answer tells of it.
func (p *Pacer) brake(q api.Quota, now time.Time) {
	if !p.steady || !q.Announced() {
		return
	}
	little := float64(q.Limit)/brakePart + 1 + p.unguided*p.window.latency.mean.Seconds()
	if p.window.trust.bitByBit() {
		next := p.refill.observe(q, p.unguided, little, now)
		if next > 0 && (next > p.ceiling || p.refill.found) && now.Sub(p.slowed) > speedUpTime {
			p.ceiling, p.unguided = next, next
		}
	}
	p.braked = min(max(float64(q.Remaining)/little, strongestBrake), 1)
}

// braking reports whether the brake alone looks after a rate that the announcements did not tell exactly.
func (p *Pacer) braking() bool { return p.window.trust.bitByBit() && p.refill.most > 0 }

// recover lets an automatic rate that slow has lowered grow back, by the same amount in each second: soon to where it was
// refused, and from there slowly.
func (p *Pacer) recover(sent time.Time) {
	p.refusedShare -= p.refusedShare / shareCalls
	if sent.After(p.slowed) {
		p.onlyRefused = false
	}
	step := p.ceiling / (p.unguided * speedUpTime.Seconds())
	if p.unguided > p.refusedRate*nearlyRefused {
		step /= probingFactor
	}
	p.unguided = min(p.unguided+step, p.ceiling)
}

// nearlyRefused is the part of the rate that was refused last up to which the rate grows fast. It is chosen.
const nearlyRefused = 0.9
