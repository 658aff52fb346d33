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
	found     bool    // that is all that comes back
}

// Limits of a measurement, and steps. They are chosen.
const (
	refillTime  = time.Second
	refillCalls = 16
	refillNoise = 8 // what remains may fall by an eighth of the calls

	refillFirstStep = 2    // until the rate is found
	refillStep      = 1.05 // from then on
)

// observe takes an answer into account. perSecond is the rate of our calls. It returns the rate that is proved to come back, or
// the next one to try: what remains covers that even if nothing comes back. 0: nothing new is known.
func (r *refill) observe(q api.Quota, perSecond float64, now time.Time) (next float64) {
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
		step := perSecond * refillFirstStep
		if r.found {
			step = perSecond * refillStep
		}
		if r.proved = perSecond; float64(q.Remaining) > step*refillTime.Seconds() && q.Remaining > q.Limit/2 {
			return step
		}
	} else if r.proved > 0 && r.proved < perSecond && !r.found {
		r.found = true
		return unguidedShare * max(float64(calls-fell)/took.Seconds(), r.proved)
	}
	return 0
}

func (r *refill) begin(q api.Quota, now time.Time) {
	r.at, r.remaining, r.calls = now, q.Remaining, 0
}
