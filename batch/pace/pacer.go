package pace

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"simhook/api"
)

// PaceOptions say how fast one kind of calls may start.
type Options struct {
	Rate  Rate
	Share float64 // of the announced quota that is ours, above 0 to 1; 0: all
	Parts int     // processes that share the rate, this one included; 0: 1

	// Workers are how many calls can be in flight. When they are too few for the
	// announced quota, Log is told so, once. Both may be missing.
	Workers int
	Log     *slog.Logger
}

// Pacer hands out permits to start a call: one for every attempt, retries
// included. A single dispatcher hands them to whichever worker asks, so that a
// changed rate or a closed gate acts at once on all of them.
//
// With an automatic rate it starts a little under the documented quota and then
// follows the one that answers announce. A fixed rate stays what it is. Either
// way a gate closes for all workers when the server says that the quota is used
// up.
type Pacer struct {
	auto    bool
	permits chan struct{}
	wake    chan struct{} // what the dispatcher waits for may have changed

	mu       sync.Mutex
	limiter  *rate.Limiter
	window   window
	gate     time.Time // closed until then
	refusals int       // 429s since the last call that was let through
	unguided float64   // calls a second of an automatic rate without announcements
	ceiling  float64   // the most that unguided may be
	slowed   time.Time // when unguided was last lowered
	log      *slog.Logger
	warned   bool // of too few workers
}

// Margins of an automatic rate, as shares: below the documented quota as long
// as the server announces none, and for each 429 it answers all the same.
const (
	unguidedShare = 0.985
	slowDown      = 0.75
	speedUp       = 1.0005 // per call that went well
)

// NewPacer makes a pacer. Its permits flow while Run does.
func New(options Options) *Pacer {
	parts := float64(max(options.Parts, 1))
	share := options.Share
	if share == 0 {
		share = 1
	}
	p := &Pacer{
		auto:    options.Rate.Auto(),
		permits: make(chan struct{}),
		wake:    make(chan struct{}, 1),
		window:  window{share: share / parts, workers: options.Workers},
		log:     options.Log,
	}
	perSecond := rate.Inf
	switch {
	case p.auto:
		p.ceiling = unguidedShare * p.window.share * api.DefaultQuota / api.DefaultQuotaWindow.Seconds()
		p.unguided = p.ceiling
		perSecond = rate.Limit(p.unguided)
	case !options.Rate.Unlimited():
		perSecond = rate.Limit(options.Rate.PerSecond() / parts)
	}
	p.limiter = rate.NewLimiter(perSecond, burst(perSecond))
	return p
}

// PerSecond is how many calls a second may start at present, as far as that is
// known. Zero: nothing limits them.
func (p *Pacer) PerSecond() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if limit := p.limiter.Limit(); limit != rate.Inf {
		return float64(limit)
	}
	return 0
}

// burst is how many permits may go out at once after a pause: what 5 ms are
// worth. A single one would hold rates above 1,850 a second back, since timers
// are not finer than that; many would use up two windows' quota at their border.
func burst(perSecond rate.Limit) int {
	if perSecond == rate.Inf {
		return 1
	}
	return max(1, int(float64(perSecond)*0.005))
}

// Permit allows one attempt. Done must be called when it is over.
type Permit struct {
	pacer *Pacer
	start time.Time
}

// Acquire waits for a permit. Its error is the context's.
func (p *Pacer) Acquire(ctx context.Context) (Permit, error) {
	if ctx.Err() != nil {
		return Permit{}, context.Cause(ctx)
	}
	select {
	case <-p.permits:
		return Permit{pacer: p, start: time.Now()}, nil
	case <-ctx.Done():
		return Permit{}, context.Cause(ctx)
	}
}

// Done tells the pacer what the attempt was answered; a zero answer is none.
func (t Permit) Done(a api.Answer) {
	p := t.pacer
	now := time.Now()
	p.mu.Lock()
	p.window.answered(a, t.start, now)
	changed := p.auto && p.window.announced()
	if changed {
		p.warnOfFewWorkers()
	}
	if a.Status == 429 || a.RetryAfter > 0 || a.Quota.Announced() && a.Quota.Remaining == 0 {
		changed = p.closeGate(a, now) || changed
	} else if a.Status != 0 {
		p.refusals = 0
		p.recover()
	}
	p.mu.Unlock()
	if changed {
		p.poke()
	}
}

func (p *Pacer) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run hands out permits until the context ends.
func (p *Pacer) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		wait := p.next(time.Now())
		if wait == 0 {
			p.grant(ctx)
			continue
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-p.wake:
		case <-ctx.Done():
		}
	}
}

// grant hands the permit that next has counted to a worker, or takes it back
// when something changes before one asks.
func (p *Pacer) grant(ctx context.Context) {
	select {
	case p.permits <- struct{}{}:
		return
	case <-p.wake:
	case <-ctx.Done():
	}
	p.mu.Lock()
	p.window.unsent()
	p.mu.Unlock()
}

// next counts a permit and returns 0, or returns how long to wait before asking
// again.
func (p *Pacer) next(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.gate.Sub(now); wait > 0 {
		return wait
	}
	if p.auto {
		perSecond := p.unguided
		if p.window.announced() {
			var until time.Time
			if perSecond, until = p.window.pace(now); perSecond == 0 {
				return max(until.Sub(now), time.Millisecond)
			}
		}
		p.setRate(now, rate.Limit(perSecond))
	}
	if !p.limiter.AllowN(now, 1) {
		missing := 1 - p.limiter.TokensAt(now)
		return max(time.Duration(missing/float64(p.limiter.Limit())*float64(time.Second)), time.Microsecond)
	}
	p.window.sent()
	return 0
}

func (p *Pacer) setRate(now time.Time, perSecond rate.Limit) {
	p.limiter.SetLimitAt(now, perSecond)
	if b := burst(perSecond); b != p.limiter.Burst() {
		p.limiter.SetBurstAt(now, b)
	}
}
