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

// closesGate reports whether an answer says that no call may start for a while.
func closesGate(a api.Answer) bool {
	return a.Status == http.StatusTooManyRequests || a.RetryAfter > 0 || a.Quota.Announced() && a.Quota.Remaining == 0
}

// closeGate holds all calls back until the announced reset, or for the Retry-After if that is later, or for a
// growing time if neither is known. It reports whether the gate is now closed for longer than before.
func (p *Pacer) closeGate(a api.Answer, now time.Time) bool {
	refused := a.Status == http.StatusTooManyRequests
	until := now.Add(a.RetryAfter)
	reset := p.window.clock.latest(a.Quota.Reset)
	switch {
	// Retry-After counts whole seconds: one that only rounds the reset up is not waited for.
	case a.Quota.Announced() && reset.After(now) && reset.After(until.Add(-time.Second)):
		until = reset
	case a.RetryAfter == 0 && refused:
		until = now.Add(min(firstRefusalWait<<min(p.refusals, 6), longestRefusalWait))
	}
	if !until.After(p.closedUntil) || !until.After(now) {
		return false // other calls in flight were answered the same, or the window is over
	}
	if refused {
		p.refusals++
		p.slow(a.Quota, now)
	}
	p.closedUntil = until
	return true
}

// slow lowers an automatic rate while no quota is announced: to the limit that the text of the 429 names, or
// else by one step a window.
func (p *Pacer) slow(named api.Quota, now time.Time) {
	switch {
	case !p.auto || p.window.announced():
	case named.Limit > 0 && named.Window > 0:
		p.ceiling = unguidedShare * p.window.share * float64(named.Limit) / named.Window.Seconds()
		p.unguided = p.ceiling
	case now.Sub(p.slowed) >= api.DefaultQuotaWindow:
		p.unguided *= slowDown
		p.slowed = now
	}
}

// recover lets an automatic rate that slow has lowered by steps grow back.
func (p *Pacer) recover() {
	p.unguided = min(p.unguided*speedUp, p.ceiling)
}
