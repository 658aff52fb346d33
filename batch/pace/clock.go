package pace

import "time"

// clock compares the server's clock with ours, by the Date headers of the answers. It holds bounds for how far
// the server's is ahead. A Date is cut to the second and was written between sending and receiving, so each
// answer gives an interval. The intervals of many answers overlap in a narrow one.
type clock struct {
	known     bool
	low, high time.Duration // how far the server's clock is ahead of ours, at least and at most
}

// driftPerSecond is how far two clocks may drift apart: cheap quartz is wrong by up to 100 parts per million,
// and there are two of them.
const driftPerSecond = 200 * time.Microsecond

// observe takes the Date of an answer into account; a zero one is ignored.
func (c *clock) observe(date, sent, received time.Time) {
	if date.IsZero() {
		return
	}
	low, high := date.Sub(received), date.Add(time.Second).Sub(sent)
	if !c.known || low > c.high || high < c.low {
		*c = clock{known: true, low: low, high: high} // the first answer, or one of the clocks was set
		return
	}
	c.low, c.high = max(c.low, low), min(c.high, high)
}

// age widens the bounds by what the clocks may have drifted apart in d.
func (c *clock) age(d time.Duration) {
	drift := time.Duration(d.Seconds() * float64(driftPerSecond))
	c.low -= drift
	c.high += drift
}

// at is the server's clock when it answered a call, give or take doubt.
func (c *clock) at(sent, received time.Time) (server time.Time, doubt time.Duration) {
	first, last := sent.Add(c.low), received.Add(c.high)
	doubt = last.Sub(first) / 2
	return first.Add(doubt), doubt
}

// earliest and latest bound a time of the server's clock on ours.
func (c *clock) earliest(server time.Time) time.Time { return server.Add(-c.high) }
func (c *clock) latest(server time.Time) time.Time   { return server.Add(-c.low) }
