package pace

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"simhook/api"
)

// Options say how fast calls may start that share one quota. The zero value follows the whole quota.
type Options struct {
	Rate  Rate
	Share float64 // of the announced quota to use, above 0 to 1; 0: all of it
	Parts int     // processes that share the quota and the rate, this one included; 0: 1

	Workers int          // calls in flight at the most; 0: not known, so there is no warning of too few
	Log     *slog.Logger // told once, if Workers are too few to use the quota up; nil: nothing is logged
}

// Pacer hands out permits to start calls that share one quota. A single dispatcher serves all workers, so a
// changed rate or a closed gate takes effect on all of them at once. Its methods are safe for concurrent use.
//
// With an automatic rate it starts a little under the documented quota and then follows the announced one. A
// fixed rate stays as it is. At any rate a gate closes for all workers when the server says that the quota is
// used up.
type Pacer struct {
	auto    bool
	permits chan struct{} // closed once it has retired
	wake    chan struct{} // the dispatcher has to look again

	mu           sync.Mutex
	retired      bool // no more permits are to be had, since other Pacers have taken its place
	limiter      *rate.Limiter
	window       window
	closedUntil  time.Time // the gate is closed until then
	closedAt     time.Time // when it was closed
	closedBy     int       // status of the answer that closed it
	probing      bool      // after a pause of a guessed length: one call at a time, until one is let through
	probed       time.Time // when that call started; zero: none is under way
	refusals     int       // 429s since the last call that was let through
	unguided     float64   // calls a second of an automatic rate while no quota is announced
	ceiling      float64   // the most that unguided may be
	slowed       time.Time // when unguided was last lowered by a step
	refusedRate  float64   // what it was then
	refill       refill
	braked       float64   // part of unguided that is used, while little remains
	onlyRefused  bool      // no call that was sent since then has been let through
	refusedShare float64   // of the last calls
	steady       bool      // the rate is even, since announcements do not fit a fixed window
	calls        int       // that were allowed to start
	since        time.Time // the first of them
	log          *slog.Logger
	warned       bool // of too few workers
}

// unguidedShare is the part of an automatic rate while no quota is announced. It is chosen.
const unguidedShare = 0.985 // of the documented quota

// New makes a Pacer. It hands out permits while its Run does.
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
		braked:  1,
		window:  window{share: share, parts: max(options.Parts, 1), workers: options.Workers},
		log:     options.Log,
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	perSecond := rate.Inf
	switch {
	case p.auto:
		p.ceiling = unguidedShare * p.part() * api.DefaultQuota / api.DefaultQuotaWindow.Seconds()
		p.unguided = p.ceiling
		perSecond = rate.Limit(p.unguided)
	case !options.Rate.unlimited:
		perSecond = rate.Limit(options.Rate.perSecond() / parts)
	}
	p.limiter = rate.NewLimiter(perSecond, burst(perSecond))
	return p
}

// part is the part of a quota that is this process's, as long as what the others use is not known.
func (p *Pacer) part() float64 { return p.window.share / float64(p.window.parts) }

// burst is how many permits may go out at once after a pause: as many as 5 ms are worth. One alone would hold
// rates above 1,850 a second back, because timers are not finer than that (measured). Many would use up the
// quotas of two windows at the border between them.
func burst(perSecond rate.Limit) int {
	if perSecond == rate.Inf {
		return 1
	}
	return max(1, int(float64(perSecond)*0.005))
}

// Permit allows one attempt. Done must be called exactly once, when the attempt is over: until then it counts
// as a call in flight. The zero Permit is not usable.
type Permit struct {
	pacer *Pacer
	start time.Time

	quotas *Quotas // nil: the Pacer is on its own
	kind   Kind
	before between
}

// Acquire waits for a permit, which is the zero Permit if the Pacer has retired. Its only error is the cause of ctx.
func (p *Pacer) Acquire(ctx context.Context) (Permit, error) {
	if ctx.Err() != nil {
		return Permit{}, context.Cause(ctx)
	}
	select {
	case _, ok := <-p.permits:
		if !ok {
			return Permit{}, nil
		}
		return Permit{pacer: p, start: time.Now()}, nil
	case <-ctx.Done():
		return Permit{}, context.Cause(ctx)
	}
}

// Done tells the pacer how the attempt was answered. A zero Answer means that no answer came.
func (t Permit) Done(a api.Answer) {
	p := t.pacer
	now := time.Now()
	if t.quotas != nil {
		t.quotas.answered(t, a, now)
	}
	p.mu.Lock()
	p.window.answered(a, t.start, now)
	p.follow()
	changed := p.auto && p.window.announced()
	if changed {
		p.warnOfFewWorkers()
	}
	closes := p.closesGate(a, t.start, now)
	if closes {
		changed = p.closeGate(a, t.start, now) || changed
	}
	switch heeded := p.heed(a.Quota, refuses(a)); {
	case heeded && refuses(a):
	case refuses(a):
		p.slow(a, t.start, now)
	case a.Status != 0 && !closes:
		p.refusals = 0
		p.recover(t.start)
		p.brake(a.Quota, now)
	}
	if !p.probed.IsZero() && !t.start.Before(p.closedUntil) {
		p.probing = p.probing && refuses(a)
		p.probed, changed = time.Time{}, true
	}
	p.mu.Unlock()
	if changed {
		p.lookAgain()
	}
}

// follow sets the even rate of a quota that is not kept in fixed windows, when that is found out.
func (p *Pacer) follow() {
	steady := p.window.trust.steady
	if !steady || p.steady || !p.auto {
		return
	}
	p.steady = true
	told, exact := p.window.trust.perSecond(p.window.limit)
	p.ceiling = unguidedShare * p.part() * told
	p.unguided = p.ceiling
	if !exact {
		p.refill.found, p.refill.most = true, p.ceiling*refillDoubt
	}
	p.log.Info("the quota is not kept in fixed windows: calls are spread evenly, and slowed down when they are refused",
		"because", p.window.trust.why, "calls_per_minute", int(p.ceiling*60+0.5))
}

// warnOfFewWorkers says, once, that more workers would use the quota up.
func (p *Pacer) warnOfFewWorkers() {
	if p.window.workersWanted == 0 || p.warned {
		return
	}
	p.warned = true
	p.log.Warn("too few workers to use the quota up, since all of them wait for answers: raise --workers",
		"workers", p.window.workers, "needed", p.window.workersWanted,
		"latency", p.window.latency.mean.Round(time.Millisecond).String())
}

// retire ends the Pacer: whoever waits for a permit asks another one.
func (p *Pacer) retire() {
	p.mu.Lock()
	p.retired = true
	p.mu.Unlock()
	p.lookAgain()
}

// lookAgain makes the dispatcher decide anew.
func (p *Pacer) lookAgain() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run hands out permits until ctx ends or the Pacer retires. One Run serves all workers.
func (p *Pacer) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait, retired := p.next(time.Now())
		if retired {
			close(p.permits)
			return
		}
		if wait == 0 {
			if !p.grant(ctx) {
				return
			}
			continue
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-p.wake:
		case <-ctx.Done():
			return
		}
	}
}

// grant hands the permit that next has counted to a worker. It takes the permit back if something changes
// before a worker asks for it. more reports whether other permits may follow.
func (p *Pacer) grant(ctx context.Context) (more bool) {
	select {
	case p.permits <- struct{}{}:
		return true
	case <-p.wake:
		more = true
	case <-ctx.Done():
	}
	p.mu.Lock()
	p.window.unsent()
	p.probed = time.Time{}
	p.calls--
	p.mu.Unlock()
	return more
}

// probeWait is how long the answer of a single call after a refusal is waited for before the next is made. It is chosen.
const probeWait = 10 * time.Second

// next counts a permit and returns 0, or returns how long to wait before asking again.
func (p *Pacer) next(now time.Time) (wait time.Duration, retired bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.retired {
		return 0, true
	}
	if wait := p.closedUntil.Sub(now); wait > 0 {
		return wait, false
	}
	if wait := p.probed.Add(probeWait).Sub(now); wait > 0 {
		return wait, false
	}
	if p.auto {
		perSecond := p.unguided * p.braked
		if p.window.announced() {
			allowance := p.window.allow(now)
			if !allowance.closedUntil.IsZero() {
				return max(allowance.closedUntil.Sub(now), time.Millisecond), false
			}
			perSecond = allowance.perSecond
		}
		p.setRate(now, rate.Limit(perSecond))
	}
	if !p.limiter.AllowN(now, 1) {
		missing := 1 - p.limiter.TokensAt(now)
		return max(time.Duration(missing/float64(p.limiter.Limit())*float64(time.Second)), time.Microsecond), false
	}
	p.window.sent(now)
	if p.probing {
		p.probed = now
	}
	if p.calls++; p.calls == 1 {
		p.since = now
	}
	return 0, false
}

func (p *Pacer) setRate(now time.Time, perSecond rate.Limit) {
	p.limiter.SetLimitAt(now, perSecond)
	if b := burst(perSecond); b != p.limiter.Burst() {
		p.limiter.SetBurstAt(now, b)
	}
}
