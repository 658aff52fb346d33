package pace

import (
	"time"

	"golang.org/x/time/rate"
)

// PaceStatus is what a pacer knows at one moment.
type Status struct {
	PerSecond   float64   // calls a second that may start; 0: nothing limits them
	Quota       int       // calls in a window, as the API announced; 0: it has announced none
	Remaining   int       // of them, the fewest that the API said were left in this window
	Reset       time.Time // when the window ends, by this machine's clock; zero: not announced
	ClosedUntil time.Time // no call may start before; zero: calls may
}

// Status tells what the pacer knows at a moment.
func (p *Pacer) Status(now time.Time) Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	var s Status
	if limit := p.limiter.Limit(); limit != rate.Inf {
		s.PerSecond = float64(limit)
	}
	if p.window.announced() {
		s.Quota, s.Remaining = p.window.limit, p.window.least
		s.Reset = p.window.clock.latest(p.window.reset)
	}
	if p.gate.After(now) {
		s.ClosedUntil = p.gate
	}
	return s
}
