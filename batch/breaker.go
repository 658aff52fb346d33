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
	breakerThreshold  = 20               // failed attempts in a row, across workers
	thresholdInOutage = 3                // where the API is failing at another kind of call
	breakerSIMs       = 10               // different SIMs among them, that are too many to be the SIMs' own fault
	firstProbeWait    = time.Second      // doubled after each failed probe
	longestProbeWait  = 10 * time.Second // so that a run is at full speed soon after an outage
	maxThrottled      = 10               // answers 429 in a row, over twice the patience: then nothing else will come
)

// GoneError says that the API kept failing as a whole, for longer than calls are retried, or that it cannot be called at
// all (see [api.Hopeless]).
type GoneError struct {
	What string // kind of call, such as "setting webhooks"; "": all
	For  time.Duration
	Last error
}

func (e *GoneError) Error() string {
	if api.Hopeless(e.Last) {
		return fmt.Sprintf("the API cannot be called (%v): check the URL, any proxy, and this machine's network, CA certificates and clock", e.Last)
	}
	return fmt.Sprintf("the API has been failing for %s at %s (%v): gave up", e.For.Round(time.Second), cmp.Or(e.What, "all calls"), e.Last)
}

func (e *GoneError) Unwrap() error { return e.Last }

// breaker notices when the API as a whole is failing at one kind of call. All calls of that kind then wait, and one at a
// time probes the API, at growing intervals, until one is answered. When that takes longer than patience, giveUp is told,
// and all calls that wait end with a *GoneError.
//
// A few SIMs that always fail look the same when no other calls are left. So a breaker that has seen only few SIMs fail is
// in doubt: the probe is then a read of another SIM, and if that is answered, the failures are those of the SIMs.
type breaker struct {
	what     string        // the kind of call, for people
	patience time.Duration // without success before giving up
	giveUp   func(error)
	log      *slog.Logger
	doubts   doubts
	inOutage func() bool // whether the API is failing at some kind of call

	mu        sync.Mutex
	failures  int             // in a row
	sims      map[string]bool // that have failed in this row, up to breakerSIMs
	since     time.Time       // of the first of them
	open      *pause          // nil: calls may be made
	probing   bool
	wait      time.Duration
	nextTry   time.Time
	throttled int // answers 429 in a row
	slowSince time.Time
}

// doubts say when a breaker takes it for possible that it is the SIMs that fail.
type doubts int

const (
	doubtFewSIMs doubts = iota
	doubtAlways         // a read of another SIM tells all of this kind of call
	doubtNever          // the calls are not about SIMs
)

// pause is what calls wait for while the breaker is open.
type pause struct {
	over    chan struct{} // closed: ask again
	err     error         // set before over is closed, where calls are to be given up
	doubted bool          // it may be the SIMs that fail
	outage  bool          // a probe has failed: it is the API
}

func (p *pause) next() *pause {
	return &pause{over: make(chan struct{}), doubted: p.doubted, outage: p.outage}
}

// admission is how a call may be attempted.
type admission struct {
	held    bool // it had to wait for the API: its failures until then were not its own
	probes  bool // it is a probe
	doubted bool // and should be that of another SIM
}

// enter returns when a call may be attempted. Its error is the context's, or a *GoneError.
func (b *breaker) enter(ctx context.Context) (a admission, err error) {
	for {
		b.mu.Lock()
		if b.open == nil {
			b.mu.Unlock()
			return a, nil
		}
		waiting, turn := b.open, (<-chan time.Time)(nil)
		a.held = a.held || waiting.outage
		var timer *time.Timer
		if !b.probing {
			wait := time.Until(b.nextTry)
			if wait <= 0 {
				b.probing = true
				a.probes, a.doubted = true, waiting.doubted
				b.mu.Unlock()
				return a, nil
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
			return a, err
		}
	}
}

// succeeded notes that the API has answered, whatever it said.
func (b *breaker) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.throttled = 0
	b.close("the API answers again")
}

// absolved notes that another SIM was answered: the API is there, and it is the SIMs that fail.
func (b *breaker) absolved() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.close("the API answers for another SIM: only some SIMs are failing")
}

func (b *breaker) close(why string) {
	b.failures = 0
	clear(b.sims)
	if b.open == nil {
		return
	}
	b.log.Info(why, "at", b.what, "after", time.Since(b.since).Round(time.Second).String())
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

// failed notes a failed attempt for a SIM, and reports whether the API as a whole is failing, or may be: the call then waits. gone is a *GoneError where
// that has lasted for too long.
func (b *breaker) failed(iccid string, err error) (failing bool, gone error) {
	threshold := breakerThreshold
	if b.inOutage() { // the few calls that are not held by another breaker may be too few for the threshold
		threshold = thresholdInOutage
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.failures++; b.failures == 1 {
		b.since = now
	}
	if b.sims == nil {
		b.sims = map[string]bool{}
	}
	if len(b.sims) < breakerSIMs {
		b.sims[iccid] = true
	}
	if b.open == nil && b.failures < threshold {
		return false, nil
	}
	if b.open == nil {
		doubted := b.doubts == doubtAlways || b.doubts == doubtFewSIMs && len(b.sims) < breakerSIMs
		b.open = &pause{over: make(chan struct{}), doubted: doubted}
		b.wait, b.nextTry = firstProbeWait, now
		if !b.open.doubted {
			b.nextTry = now.Add(b.wait)
			b.warn(err)
		}
		return true, nil
	}
	if b.open.doubted && !b.open.outage && !b.probing {
		return true, nil // it was under way before, and waits for what the probe tells
	}
	return true, b.probeFailed(now, err)
}

// warn says that calls wait.
func (b *breaker) warn(err error) {
	b.open.outage = true
	b.log.Warn("the API is failing: all calls of this kind wait until it answers again", "at", b.what, "error", err.Error(), "in_a_row", b.failures)
}

// otherFailed notes that the read of another SIM failed, too.
func (b *breaker) otherFailed(err error) (gone error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		return nil
	}
	return b.probeFailed(time.Now(), err)
}

func (b *breaker) probeFailed(now time.Time, err error) (gone error) {
	if !b.open.outage {
		b.warn(err)
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
	return gone
}

// wake ends a probe: the next call that asks takes its turn. Those that wait are told to ask again.
func (b *breaker) wake() {
	b.probing = false
	over := b.open
	b.open = over.next()
	close(over.over)
}

// refused429 notes an answer 429. The API is there, so calls may go on at the pace that the answers allow; but not for ever.
func (b *breaker) refused429(err error) (gone error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.close("the API answers again")
	if b.throttled++; b.throttled == 1 {
		b.slowSince = time.Now()
	}
	lasted := time.Since(b.slowSince)
	if b.throttled < maxThrottled || lasted < 2*b.patience {
		return nil
	}
	gone = &GoneError{What: b.what, For: lasted, Last: err}
	b.giveUp(gone)
	return gone
}

// pausedSince is when the API began to fail as a whole; zero if it does not.
func (b *breaker) pausedSince() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil || !b.open.outage {
		return time.Time{}
	}
	return b.since
}
