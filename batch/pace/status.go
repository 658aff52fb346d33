package pace

import (
	"time"

	"golang.org/x/time/rate"
)

// Status is what a Pacer knows at one moment.
type Status struct {
	PerSecond   float64   // calls a second that may start; 0: nothing limits them
	Quota       int       // calls in a window, as the API announced; 0: it has announced none
	Remaining   int       // of Quota, the fewest that the API said were left in this window
	Used        float64   // part of what the quota has allowed since the first call, 1 at most; 0: no whole window has passed, or it is not known
	Sharing     string    // which calls have quotas of their own; "": one quota for all
	Model       string    // why the quota is not taken for fixed windows, and calls are spread evenly; "": it is
	Reset       time.Time // when the window ends, by this machine's clock; zero: not announced
	ClosedUntil time.Time // no call may start before; zero: calls may start
	ClosedBy    int       // HTTP status of the answer that said so: 429, another one that asked for a pause, or a success that used the quota up
}

// Status tells what the Pacer knows at a moment.
func (p *Pacer) Status(now time.Time) Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{PerSecond: p.perSecond()}
	if p.window.announced() {
		s.Quota, s.Remaining = p.window.limit, p.window.minRemaining
		s.Reset = p.window.clock.latest(p.window.windowEnd)
	}
	if length := p.window.length; p.window.announced() && length > 0 && p.calls > 0 && now.Sub(p.since) >= length {
		// All calls of a window may start before its end, so a run can be ahead of the clock, by up to a window: 2,000 calls in
		// 118 s are all that 1,000 a minute allow, until the next window begins.
		allowed := float64(p.window.limit) * now.Sub(p.since).Seconds() / length.Seconds()
		s.Used = min(float64(p.calls)/allowed, 1)
	}
	if p.window.trust.steady {
		s.Model = p.window.trust.why
	}
	if p.closedUntil.After(now) {
		s.ClosedUntil, s.ClosedBy = p.closedUntil, p.closedBy
	}
	return s
}

// perSecond is how many calls a second may start at present, as far as it is known. 0: nothing limits them.
func (p *Pacer) perSecond() float64 {
	if limit := p.limiter.Limit(); limit != rate.Inf {
		return float64(limit)
	}
	return 0
}

// add makes this the status of two quotas that are used side by side.
func (s *Status) add(o Status) {
	s.PerSecond += o.PerSecond
	s.Quota += o.Quota
	s.Remaining += o.Remaining
	s.Used = max(s.Used, o.Used)
	if s.Model == "" {
		s.Model = o.Model
	}
	if o.Reset.After(s.Reset) {
		s.Reset = o.Reset
	}
	if o.ClosedUntil.Before(s.ClosedUntil) {
		s.ClosedUntil, s.ClosedBy = o.ClosedUntil, o.ClosedBy
	}
}
