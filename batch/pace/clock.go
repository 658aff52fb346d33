package pace

import "time"

// skew is what the Date headers tell of the server's clock: how far it is ahead
// of ours, as bounds that many answers narrow down. A Date is cut to the second
// and was written somewhere between sending and receiving, so that each answer
// gives an interval, and all of them together the part they share.
type skew struct {
	known     bool
	low, high time.Duration
}

// driftPerSecond is how far two clocks may drift apart: a cheap quartz runs
// wrong by up to 100 parts per million.
const driftPerSecond = 200 * time.Microsecond

// observe takes the Date of an answer into account.
func (s *skew) observe(date, sent, received time.Time) {
	if date.IsZero() {
		return
	}
	low, high := date.Sub(received), date.Add(time.Second).Sub(sent)
	if !s.known || low > s.high || high < s.low {
		*s = skew{known: true, low: low, high: high} // the first, or a clock was set
		return
	}
	s.low, s.high = max(s.low, low), min(s.high, high)
}

// age widens the bounds by what the clocks may have drifted apart in d.
func (s *skew) age(d time.Duration) {
	drift := time.Duration(d.Seconds() * float64(driftPerSecond))
	s.low -= drift
	s.high += drift
}

// earliest and latest are the bounds of a server's time on our clock.
func (s *skew) earliest(server time.Time) time.Time { return server.Add(-s.high) }
func (s *skew) latest(server time.Time) time.Time   { return server.Add(-s.low) }
