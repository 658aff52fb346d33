package pace

import (
	"math"
	"time"
)

// Shares from which on workers count as all busy, and the quota as used up: what
// is missing is measuring errors, and the moments between two calls.
const (
	nearlyAllBusy = 0.9
	nearlyAllUsed = 0.95
)

// workersNeeded is how many workers would use the quota up at the speed at which
// calls were answered in this window, which ends; 0 if it was used up, or if
// something else than busy workers held calls back.
func (w *window) workersNeeded() int {
	ours := float64(w.limit) * w.share
	if w.workers == 0 || w.length == 0 || w.own == 0 || float64(w.own) > nearlyAllUsed*ours {
		return 0
	}
	inFlight := w.spent.Seconds() / w.length.Seconds() // on average, by Little's law
	if inFlight < nearlyAllBusy*float64(w.workers) {
		return 0
	}
	return int(math.Ceil(ours * inFlight / float64(w.own)))
}

// warnOfFewWorkers says, once, that more workers would use the quota up.
func (p *Pacer) warnOfFewWorkers() {
	if p.window.needed == 0 || p.warned || p.log == nil {
		return
	}
	p.warned = true
	p.log.Warn("too few workers to use the quota up, since all of them wait for answers: raise --workers",
		"workers", p.window.workers, "needed", p.window.needed, "latency", p.window.latency.mean.Round(time.Millisecond).String())
}
