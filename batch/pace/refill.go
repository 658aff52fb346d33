package pace

import (
	"time"

	"simhook/api"
)

// refill measures how fast a quota comes back that does so bit by bit, as that of a token bucket or of a sliding log does. In a
// fixed window each call takes one from what remains. Where calls are made and what remains stays the same, as many came back.
type refill struct {
	at        time.Time // the answer from which it is measured
	remaining int
	calls     int     // answered since then
	proved    float64 // calls a second that came back
	found     bool    // that is all that comes back, or the announcements tell it
	most      float64 // that is believed to come back; 0: not known
}

// Limits of a measurement, and steps. They are chosen.
const (
	refillTime  = time.Second
	refillCalls = 16
	refillNoise = 8 // what remains may fall by an eighth of the calls

	refillFirstStep = 2    // until the rate is found
	refillStep      = 1.05 // from then on
	refillDoubt     = 1.2  // a rate that the announcements tell may be so much higher: clocks announce whole seconds
	refillHeld      = 1.02 // of the rate that was found: the brake looks after the rest
)

// observe takes an answer into account. perSecond is the rate of our calls, and little is how few calls may remain until the
// brake takes hold. It returns the rate that is proved to come back, or the next one to try: what remains covers a large step
// even if nothing comes back, and the brake looks after a small one. 0: nothing new is known.
func (r *refill) observe(q api.Quota, perSecond, little float64, now time.Time) (next float64) {
	r.calls++
	took := now.Sub(r.at)
	if r.at.IsZero() || q.Remaining > r.remaining+q.Limit/refillNoise {
		r.begin(q, now)
		return 0
	}
	if took < refillTime || r.calls < refillCalls {
		return 0
	}
	fell, calls := r.remaining-q.Remaining, r.calls
	r.begin(q, now)
	if fell*refillNoise <= calls {
		remaining, step := float64(q.Remaining), perSecond*refillFirstStep
		enough := max(step*refillTime.Seconds(), float64(q.Limit)/2)
		if r.found {
			step, enough = perSecond*refillStep, 2*little
			if r.most > 0 {
				step = min(step, r.most)
			}
		}
		if r.proved = perSecond; remaining > enough {
			return step
		}
	} else if r.proved > 0 && r.proved < perSecond && !r.found {
		r.found = true
		return refillHeld * max(float64(calls-fell)/took.Seconds(), r.proved)
	}
	return 0
}

func (r *refill) begin(q api.Quota, now time.Time) {
	r.at, r.remaining, r.calls = now, q.Remaining, 0
}
