package pace

import (
	"time"

	"simhook/api"
)

// Waits before trying again where a 429 does not say how long to wait: doubled
// with each one in a row.
const (
	firstRefusalWait = time.Second
	longestRefusal   = time.Minute
)

// closeGate holds all calls back until the server will take some again: until
// the announced reset, or as Retry-After says where that is later, or for a
// growing time. It reports whether that is news.
func (p *Pacer) closeGate(a api.Answer, now time.Time) bool {
	refused := a.Status == 429
	until := now.Add(a.RetryAfter)
	reset := p.window.clock.latest(a.Quota.Reset)
	switch {
	// Retry-After counts whole seconds: one that only rounds the reset up is not waited for.
	case a.Quota.Announced() && reset.After(now) && reset.After(until.Add(-time.Second)):
		until = reset
	case a.RetryAfter == 0 && refused:
		until = now.Add(min(firstRefusalWait<<min(p.refusals, 6), longestRefusal))
	}
	if !until.After(p.gate) || !until.After(now) {
		return false // others in flight were answered the same, or the window is over
	}
	if refused {
		p.refusals++
		p.slow(a.Quota, now)
	}
	p.gate = until
	return true
}

// slow lowers an automatic rate that no announcement guides: to what the text
// of the 429 says is allowed, or else by a step a window.
func (p *Pacer) slow(said api.Quota, now time.Time) {
	switch {
	case !p.auto || p.window.announced():
	case said.Limit > 0 && said.Window > 0:
		p.ceiling = unguidedShare * p.window.share * float64(said.Limit) / said.Window.Seconds()
		p.unguided = p.ceiling
	case now.Sub(p.slowed) >= api.DefaultQuotaWindow:
		p.unguided *= slowDown
		p.slowed = now
	}
}

// recover lets an automatic rate that was lowered without being told a number
// grow back.
func (p *Pacer) recover() {
	p.unguided = min(p.unguided*speedUp, p.ceiling)
}

// ClosedUntil is when calls may start again; a time in the past: now.
func (p *Pacer) ClosedUntil() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gate
}
