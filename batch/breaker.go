package batch

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"simhook/api"
)

// Limits of the breaker.
const (
	breakerThreshold = 20               // failed attempts in a row, across workers
	firstProbeWait   = time.Second      // doubled after each failed probe
	longestProbeWait = 10 * time.Second // so that a run is at full speed soon after an outage
)

// GoneError says that the API kept failing as a whole, for longer than calls are retried, or that its TLS cannot be
// accepted (see [api.Untrusted]).
type GoneError struct {
	What string // kind of call, such as "setting webhooks"; "": all
	For  time.Duration
	Last error
}

func (e *GoneError) Error() string {
	if api.Untrusted(e.Last) {
		return fmt.Sprintf("the API cannot be called safely (%v): check the URL, any proxy, and this machine's CA certificates and clock", e.Last)
	}
	return fmt.Sprintf("the API has been failing for %s at %s (%v): gave up", e.For.Round(time.Second), cmp.Or(e.What, "all calls"), e.Last)
}

func (e *GoneError) Unwrap() error { return e.Last }

// breaker notices when the API as a whole is failing at one kind of call. All calls of that kind then wait, and one at a time probes the API, at growing
// intervals, until one is answered. When that takes longer than patience, giveUp is told, and all calls that wait end
// with a *GoneError.
type breaker struct {
	what     string        // the kind of call, for people
	patience time.Duration // without success before giving up
	giveUp   func(error)
	log      *slog.Logger

	mu       sync.Mutex
	failures int       // in a row
	since    time.Time // of the first of them
	open     *pause    // nil: calls may be made
	probing  bool
	wait     time.Duration
	nextTry  time.Time
}

// pause is what calls wait for while the breaker is open.
type pause struct {
	over chan struct{} // closed: ask again
	err  error         // set before over is closed, where calls are to be given up
}

func newPause() *pause { return &pause{over: make(chan struct{})} }

// enter returns when a call may be attempted. held reports that it had to wait for the API: its failures until then
// were not its own. Its error is the context's, or a *GoneError.
func (b *breaker) enter(ctx context.Context) (held bool, err error) {
	for {
		b.mu.Lock()
		if b.open == nil {
			b.mu.Unlock()
			return held, nil
		}
		held = true
		waiting, turn := b.open, (<-chan time.Time)(nil)
		var timer *time.Timer
		if !b.probing {
			wait := time.Until(b.nextTry)
			if wait <= 0 {
				b.probing = true
				b.mu.Unlock()
				return held, nil
			}
			timer = time.NewTimer(wait)
			turn = timer.C
		}
		b.mu.Unlock()
		select {
		case <-waiting.over:
			err = waiting.err
		case <-turn:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		if timer != nil {
			timer.Stop()
		}
		if err != nil {
			return held, err
		}
	}
}

// succeeded notes that the API has answered, whatever it said.
func (b *breaker) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = 0
	if b.open == nil {
		return
	}
	b.log.Info("the API answers again", "at", b.what, "after", time.Since(b.since).Round(time.Second).String())
	close(b.open.over)
	b.open, b.probing = nil, false
}

// abandoned gives up a probe: the attempt ended for reasons of our own, so another call may probe.
func (b *breaker) abandoned() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open != nil && b.probing {
		b.wake()
	}
}

// failed notes a failed attempt, and reports whether the API as a whole is failing. gone is a *GoneError where that has
// lasted for too long.
func (b *breaker) failed(err error) (failing bool, gone error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.failures++; b.failures == 1 {
		b.since = now
	}
	if b.open == nil && b.failures < breakerThreshold {
		return false, nil
	}
	if b.open == nil {
		b.open, b.wait = newPause(), firstProbeWait
		b.nextTry = now.Add(b.wait)
		b.log.Warn("the API is failing: all calls of this kind wait until it answers again", "at", b.what, "error", err.Error(), "in_a_row", b.failures)
		return true, nil
	}
	if lasted := now.Sub(b.since); lasted >= b.patience {
		gone = &GoneError{What: b.what, For: lasted, Last: err}
		b.giveUp(gone)
		b.open.err = gone
	}
	if b.probing || gone != nil {
		b.wait = min(2*b.wait, longestProbeWait)
		b.nextTry = now.Add(b.wait)
		b.wake()
	}
	return true, gone
}

// wake ends a probe: the next call that asks takes its turn. Those that wait are told to ask again.
func (b *breaker) wake() {
	b.probing = false
	close(b.open.over)
	b.open = newPause()
}

// pausedSince is when the API began to fail as a whole; zero if it does not.
func (b *breaker) pausedSince() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		return time.Time{}
	}
	return b.since
}
