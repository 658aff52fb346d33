package pace

import (
	"time"

	"simhook/api"
)

// Bounds of what is believed. They are chosen: no gateway is known to count in windows outside them.
const (
	shortestWindow = 900 * time.Millisecond // one second, give or take
	shortestAhead  = 150 * time.Millisecond // from the first call of a window to its reset
	longestWindow  = 24 * time.Hour
	longestSliding = time.Hour
)

// maxSurprises is how many announcements in a row may contradict a fixed window until it is no longer believed that there
// is one.
const maxSurprises = 3

// Why a quota that comes back bit by bit is no fixed window.
const (
	whyNextCall = "the reset is when the next call is possible"
	whyMoves    = "the reset moves before it is reached"
)

// trust compares announcements with what a fixed window would announce: a reset that stays where it is until it is reached,
// and then moves by the length of a window. Gateways that keep their quota in another way announce resets that move all the
// time (a sliding window, a token bucket), that jump between nodes, or that are no times of use at all. Of those only the
// limit is believed, and the length of a window where all announcements agree on it. The rate is then even.
type trust struct {
	surprises int // announcements in a row that contradict a fixed window
	steady    bool
	why       string // what contradicted it, for people

	begun     bool
	reset     time.Time     // of the window, as it was announced first
	seen      time.Time     // when that was
	length    time.Duration // that the times to the reset have agreed on
	agreed    int           // announcements in a row that did
	backward  int           // calls that were sent after a reset was announced, and found an earlier one
	fullSpan  time.Duration // from the first call ever to its reset, if it found the whole quota; 0: it did not
	doubt     time.Duration // of the server's clock
	tolerance time.Duration // how far resets of one window may differ
}

// observe takes an announcement into account. server is the server's clock when it answered, give or take doubt.
func (t *trust) observe(q api.Quota, server time.Time, doubt time.Duration, sent, now time.Time, length time.Duration) {
	ahead := q.Reset.Sub(server)
	t.doubt = doubt
	if !t.begun {
		t.begin(q, ahead)
	}
	if (ahead - t.length).Abs() <= t.length/20+doubt {
		t.agreed++
	} else {
		t.length, t.agreed = ahead, 0
	}
	moved := q.Reset.Sub(t.reset)
	switch {
	case ahead > longestWindow:
		t.surprise("the reset is too far ahead")
	case ahead < -doubt-t.tolerance && sent.After(t.seen):
		t.surprise("the reset is in the past")
	case t.reset.IsZero():
		t.reset, t.seen = q.Reset, now
	case moved.Abs() <= t.tolerance:
	case moved < 0:
		if sent.After(t.seen) {
			if t.backward++; t.backward >= maxSurprises {
				t.surprises = maxSurprises
				t.surprise("several nodes count by themselves")
			}
		}
	case t.reset.After(server.Add(doubt + t.tolerance)):
		t.reset, t.seen = q.Reset, now
		t.surprise(whyMoves)
	case ahead < max(shortestAhead, length/8):
		t.reset, t.seen = q.Reset, now
		t.surprise(whyNextCall)
	default:
		t.reset, t.seen, t.surprises, t.backward = q.Reset, now, 0, 0
	}
}

// begin takes the first announcement of all.
func (t *trust) begin(q api.Quota, ahead time.Duration) {
	t.begun = true
	if q.Remaining >= q.Limit-1 && ahead >= shortestWindow && ahead <= longestSliding {
		t.fullSpan = ahead
	}
	t.tolerance = toleranceOf(ahead)
}

// toleranceOf is how far two announced resets of one window may differ: servers that compute the reset as "now plus what is
// left" round it differently each time, and the clocks of nodes differ.
func toleranceOf(window time.Duration) time.Duration {
	return min(max(window/8, minTolerance), maxTolerance)
}

// Bounds of the tolerance. They are chosen.
const (
	minTolerance = 100 * time.Millisecond
	maxTolerance = 1500 * time.Millisecond
)

func (t *trust) surprise(why string) {
	if t.surprises++; t.surprises >= maxSurprises && !t.steady {
		t.steady, t.why = true, why
	}
}

// bitByBit reports whether the quota may come back bit by bit.
func (t *trust) bitByBit() bool { return t.steady && (t.why == whyNextCall || t.why == whyMoves) }

// tellsNextCall reports whether the reset is when the next call is possible.
func (t *trust) tellsNextCall() bool { return t.steady && t.why == whyNextCall }

// perSecond is the even rate to begin with. It is the documented one unless the announcements tell the length of a window
// for certain: all of them agree on the time to the reset, or the first call ever found the whole quota. A length is not
// measured exactly: one that is nearly the documented one is that.
func (t *trust) perSecond(limit int) (told float64, exact bool) {
	documented := api.DefaultQuota / api.DefaultQuotaWindow.Seconds()
	var length time.Duration
	switch {
	case t.agreed >= maxSurprises && t.length >= shortestWindow && t.length <= longestSliding:
		length = t.length
	case t.fullSpan > 0 && t.backward == 0:
		length = t.fullSpan
	default:
		return documented, true
	}
	told = float64(limit) / (length + t.doubt).Seconds() // rather too slow at first than too fast
	if told/documented > 0.95 && told/documented < 1.05 {
		return documented, true
	}
	return told, false
}
