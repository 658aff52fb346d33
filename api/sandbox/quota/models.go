package quota

import (
	"math"
	"math/rand/v2"
	"time"

	"simhook/api"
)

// fixed counts in windows of the same length. They begin with a call, or on the clock.
type fixed struct {
	limit    int
	length   time.Duration
	onClock  bool
	phase    time.Duration                      // of the clock
	announce func(now, end time.Time) time.Time // the reset; nil: the end
	stale    time.Duration                      // age of the announced remaining

	end     time.Time
	used    int
	history []moment
}

type moment struct {
	at        time.Time
	remaining int
}

func (f *fixed) Take(now time.Time) (bool, api.Quota) {
	if !now.Before(f.end) {
		f.used, f.end = 0, now.Add(f.length)
		if f.onClock {
			f.end = now.Add(-f.phase).Truncate(f.length).Add(f.length + f.phase)
		}
	}
	allowed := f.used < f.limit
	if allowed {
		f.used++
	}
	reset := f.end
	if f.announce != nil {
		reset = f.announce(now, f.end)
	}
	return allowed, api.Quota{Limit: f.limit, Remaining: f.remaining(now), Reset: reset}
}

func (f *fixed) remaining(now time.Time) int {
	left := f.limit - f.used
	if f.stale == 0 {
		return left
	}
	f.history = append(f.history, moment{now, left})
	for len(f.history) > 1 && now.Sub(f.history[1].at) >= f.stale {
		f.history = f.history[1:]
	}
	return f.history[0].remaining
}

// bucket holds tokens, of which each call takes one. They come back evenly.
type bucket struct {
	size, tokens, perSecond float64
	last                    time.Time
}

func newBucket(size, limit int, length time.Duration) *bucket {
	return &bucket{size: float64(size), tokens: float64(size), perSecond: float64(limit) / length.Seconds()}
}

func (b *bucket) Take(now time.Time) (bool, api.Quota) {
	if !b.last.IsZero() {
		b.tokens = min(b.size, b.tokens+b.perSecond*now.Sub(b.last).Seconds())
	}
	b.last = now
	allowed := b.tokens >= 1
	if allowed {
		b.tokens--
	}
	missing := 1 - (b.tokens - math.Floor(b.tokens))
	next := time.Duration(missing / b.perSecond * float64(time.Second))
	return allowed, api.Quota{Limit: int(b.size), Remaining: int(b.tokens), Reset: now.Add(next)}
}

// sliding allows a call if fewer than the limit were allowed in the window before it.
type sliding struct {
	limit   int
	length  time.Duration
	fromNow bool // the reset is a window from now; else when the oldest call leaves the window
	calls   []time.Time
}

func (s *sliding) Take(now time.Time) (bool, api.Quota) {
	for len(s.calls) > 0 && now.Sub(s.calls[0]) >= s.length {
		s.calls = s.calls[1:]
	}
	allowed := len(s.calls) < s.limit
	if allowed {
		s.calls = append(s.calls, now)
	}
	reset := s.calls[0].Add(s.length)
	if s.fromNow {
		reset = now.Add(s.length)
	}
	return allowed, api.Quota{Limit: s.limit, Remaining: s.limit - len(s.calls), Reset: reset}
}

// nodes are several limiters, of which each call meets one.
type nodes struct {
	random *rand.Rand
	each   []Limiter
}

func newNodes(limit int, length time.Duration, random *rand.Rand) Limiter {
	half := max(limit/2, 1)
	return &nodes{random, []Limiter{
		&fixed{limit: half, length: length, onClock: true},
		&fixed{limit: half, length: length, onClock: true, phase: length * 23 / 60},
	}}
}

func (n *nodes) Take(now time.Time) (bool, api.Quota) {
	return n.each[n.random.IntN(len(n.each))].Take(now)
}
