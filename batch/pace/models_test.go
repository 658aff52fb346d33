package pace_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/batch/pace"
)

// limiter is how a gateway keeps and announces a quota. take counts a call that arrives now. It is called by one goroutine
// at a time.
type limiter interface {
	take(now time.Time) (allowed bool, quota api.Quota)
}

// Every limiter allows so many calls in a window in the long run.
const (
	modelLimit  = 1000
	modelWindow = time.Minute
)

// fixedWindow counts in windows that begin with the first call, or on the clock.
type fixedWindow struct {
	limit    int
	onClock  bool
	phase    time.Duration // of the clock
	end      time.Time
	used     int
	announce func(now, end time.Time) time.Time // the reset; nil: the end
	stale    time.Duration                      // age of the announced remaining
	history  []moment
}

type moment struct {
	at        time.Time
	remaining int
}

func (w *fixedWindow) take(now time.Time) (bool, api.Quota) {
	if w.limit == 0 {
		w.limit = modelLimit
	}
	if !now.Before(w.end) {
		w.used, w.end = 0, now.Add(modelWindow)
		if w.onClock || w.phase > 0 {
			w.end = now.Add(-w.phase).Truncate(modelWindow).Add(modelWindow + w.phase)
		}
	}
	allowed := w.used < w.limit
	if allowed {
		w.used++
	}
	reset, remaining := w.end, w.limit-w.used
	if w.announce != nil {
		reset = w.announce(now, w.end)
	}
	if w.stale > 0 {
		w.history = append(w.history, moment{now, remaining})
		for len(w.history) > 1 && now.Sub(w.history[1].at) >= w.stale {
			w.history = w.history[1:]
		}
		remaining = w.history[0].remaining
	}
	return allowed, api.Quota{Limit: w.limit, Remaining: remaining, Reset: reset}
}

// bucket is a token bucket. Its reset is when the next token comes.
type bucket struct {
	size   float64
	tokens float64
	last   time.Time
}

func (b *bucket) take(now time.Time) (bool, api.Quota) {
	perSecond := modelLimit / modelWindow.Seconds()
	if b.last.IsZero() {
		b.tokens, b.last = b.size, now
	}
	b.tokens = min(b.size, b.tokens+perSecond*now.Sub(b.last).Seconds())
	b.last = now
	allowed := b.tokens >= 1
	if allowed {
		b.tokens--
	}
	next := time.Duration((1 - (b.tokens - float64(int(b.tokens)))) / perSecond * float64(time.Second))
	return allowed, api.Quota{Limit: int(b.size), Remaining: int(b.tokens), Reset: now.Add(next)}
}

// slidingLog allows a call if fewer than the limit were made in the window before it. Its reset is when the oldest of them
// leaves the window, or a window from now.
type slidingLog struct {
	calls   []time.Time
	fromNow bool
}

func (s *slidingLog) take(now time.Time) (bool, api.Quota) {
	for len(s.calls) > 0 && now.Sub(s.calls[0]) >= modelWindow {
		s.calls = s.calls[1:]
	}
	allowed := len(s.calls) < modelLimit
	if allowed {
		s.calls = append(s.calls, now)
	}
	reset := s.calls[0].Add(modelWindow)
	if s.fromNow {
		reset = now.Add(modelWindow)
	}
	return allowed, api.Quota{Limit: modelLimit, Remaining: modelLimit - len(s.calls), Reset: reset}
}

// nodes are several limiters, of which each call meets one.
type nodes struct {
	random *rand.Rand
	each   []limiter
}

func (n *nodes) take(now time.Time) (bool, api.Quota) {
	return n.each[n.random.IntN(len(n.each))].take(now)
}

// outcome is what a pacer made of a limiter.
type outcome struct{ passed, refused, fastest int }

// follow drives a pacer against a limiter.
func follow(ctx context.Context, l limiter, latency func() time.Duration) (o outcome) {
	const workers = 64
	p := pace.New(pace.Options{})
	ended := make(chan struct{}, workers+1)
	go func() { p.Run(ctx); ended <- struct{}{} }()
	var mu sync.Mutex
	var second, inSecond int64
	for range workers {
		go func() {
			defer func() { ended <- struct{}{} }()
			for {
				permit, err := p.Acquire(ctx)
				if err != nil {
					return
				}
				half := latency() / 2
				time.Sleep(half)
				mu.Lock()
				now := time.Now()
				allowed, quota := l.take(now)
				answer := api.Answer{Status: http.StatusOK, Quota: quota, Date: now.Truncate(time.Second)}
				if allowed {
					o.passed++
				} else {
					o.refused++
					answer.Status = http.StatusTooManyRequests
				}
				if now.Unix() != second {
					second, inSecond = now.Unix(), 0
				}
				inSecond++
				o.fastest = max(o.fastest, int(inSecond))
				mu.Unlock()
				time.Sleep(half)
				permit.Done(answer)
			}
		}()
	}
	for range workers + 1 {
		<-ended
	}
	return o
}

func TestEveryWayToKeepAQuotaIsFollowed(t *testing.T) {
	var random *rand.Rand
	for name, c := range map[string]struct {
		limiter func() limiter
		least   float64 // of what is allowed
		refused float64 // of all calls, at the most
	}{
		"a window from the first call on": {func() limiter { return &fixedWindow{} }, 0.97, 0.005},
		"a window on the clock":           {func() limiter { return &fixedWindow{onClock: true} }, 0.97, 0.005},
		"a bucket of 1,000":               {func() limiter { return &bucket{size: 1000} }, 0.97, 0.005},
		"a bucket of 50":                  {func() limiter { return &bucket{size: 50} }, 0.97, 0.005},
		"a sliding log":                   {func() limiter { return &slidingLog{} }, 0.95, 0.005},
		"a sliding window":                {func() limiter { return &slidingLog{fromNow: true} }, 0.95, 0.005},
		"two nodes": {func() limiter {
			return &nodes{random, []limiter{&fixedWindow{limit: 500, onClock: true}, &fixedWindow{limit: 500, phase: 23 * time.Second}}}
		}, 0.90, 0.005},
		"resets that differ by a second": {func() limiter {
			return &fixedWindow{announce: func(_, end time.Time) time.Time {
				return end.Add(time.Duration(random.IntN(2)) * time.Second)
			}}
		}, 0.97, 0.005},
		"a reset in whole seconds": {func() limiter {
			return &fixedWindow{announce: func(_, end time.Time) time.Time { return end.Truncate(time.Second) }}
		}, 0.97, 0.005},
		"a remaining that is 5 s old": {func() limiter { return &fixedWindow{stale: 5 * time.Second} }, 0.90, 0.005},
		"reset is now": {func() limiter {
			return &fixedWindow{announce: func(now, _ time.Time) time.Time { return now }}
		}, 0.80, 0.02},
		"reset is past": {func() limiter {
			return &fixedWindow{announce: func(now, _ time.Time) time.Time { return now.Add(-time.Hour) }}
		}, 0.80, 0.02},
		"reset is in 2286": {func() limiter {
			return &fixedWindow{announce: func(time.Time, time.Time) time.Time { return time.UnixMilli(9_999_999_999_999) }}
		}, 0.80, 0.02},
		"reset is 10 h ahead": {func() limiter {
			return &fixedWindow{announce: func(_, end time.Time) time.Time { return end.Add(10 * time.Hour) }}
		}, 0.60, 0.02},
	} {
		t.Run(name, func(t *testing.T) {
			for i, slow := range []time.Duration{20 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second} {
				random = rand.New(rand.NewPCG(3, uint64(i)))
				synctest.Test(t, func(t *testing.T) {
					const lasts = 12*time.Minute - time.Second
					ctx, cancel := context.WithTimeout(t.Context(), lasts)
					defer cancel()
					o := follow(ctx, c.limiter(), evenly(slow/4, slow))
					used := float64(o.passed) / (modelLimit * lasts.Minutes())
					refused := float64(o.refused) / float64(o.passed+o.refused)
					t.Logf("up to %s: %.1f %% used, %.2f %% refused, at most %d in a second", slow, 100*used, 100*refused, o.fastest)
					if used < c.least || refused > c.refused || o.fastest > 4*modelLimit/60+8 {
						t.Errorf("up to %s: %.1f %% used, %.2f %% refused, at most %d in a second", slow, 100*used, 100*refused, o.fastest)
					}
				})
			}
		})
	}
}
