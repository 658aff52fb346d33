package pace

import (
	"context"
	"sync"
	"time"

	"simhook/api"
)

// Quotas paces calls of several kinds. They begin with one quota for all. Where the announcements show that each
// notification type, or each method, has a quota of its own, each is followed by itself, so that all are used.
//
// Its methods are safe for concurrent use.
type Quotas struct {
	options Options
	begun   chan struct{} // there are Pacers that wait to be run

	mu       sync.Mutex
	waiting  []*Pacer // to be run
	pacers   map[Kind]*Pacer
	before   *Pacer // one that was used before the kinds parted: new ones begin with what it knows
	evidence evidence
}

// NewQuotas makes Quotas. It hands out permits while its Run does.
func NewQuotas(options Options) *Quotas {
	return &Quotas{options: options, begun: make(chan struct{}, 1), pacers: map[Kind]*Pacer{}}
}

// Acquire waits for a permit for a call of some kind. Its only error is the cause of ctx.
func (q *Quotas) Acquire(ctx context.Context, kind Kind) (Permit, error) {
	for {
		permit, err := q.pacer(kind).Acquire(ctx)
		if err != nil {
			return Permit{}, err
		}
		if permit.pacer == nil { // the kinds have parted meanwhile
			continue
		}
		permit.quotas, permit.kind = q, kind
		if q.options.Rate.Auto() {
			q.mu.Lock()
			permit.before = q.evidence.sent(kind)
			q.mu.Unlock()
		}
		return permit, nil
	}
}

// pacer is the Pacer of the quota that a kind of call uses. Run runs it, even if the call that was the first to ask for it
// is given up.
func (q *Quotas) pacer(kind Kind) *Pacer {
	q.mu.Lock()
	defer q.mu.Unlock()
	quota := q.evidence.current.quota(kind)
	p := q.pacers[quota]
	if p == nil {
		p = New(q.options)
		q.before.bequeath(p)
		q.pacers[quota] = p
		q.waiting = append(q.waiting, p)
		select {
		case q.begun <- struct{}{}:
		default:
		}
	}
	return p
}

// answered takes an answer into account.
func (q *Quotas) answered(t Permit, a api.Answer, now time.Time) {
	if !q.options.Rate.Auto() {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.evidence.answered(t.kind, a, t.before, t.start, now) {
		return
	}
	for quota, p := range q.pacers {
		p.retire()
		q.before = p
		delete(q.pacers, quota)
	}
	q.before.log.Info("there is " + q.evidence.current.String() + ", and all of them are used side by side")
}

// bequeath gives another Pacer what is true of all quotas of an API.
func (p *Pacer) bequeath(heir *Pacer) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	heir.window.length, heir.window.clock, heir.window.latency = p.window.length, p.window.clock, p.window.latency
}

// Run hands out permits until ctx ends. One Run serves all workers.
func (q *Quotas) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for {
		select {
		case <-q.begun:
			q.mu.Lock()
			for _, p := range q.waiting {
				running.Go(func() { p.Run(ctx) })
			}
			q.waiting = nil
			q.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

// Status tells what is known at a moment, of all quotas together. Calls may start as long as one of them is not closed.
func (q *Quotas) Status(now time.Time) Status {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.pacers) == 0 {
		return New(q.options).Status(now)
	}
	var all Status
	first := true
	for _, p := range q.pacers {
		s := p.Status(now)
		if first {
			all, first = s, false
			continue
		}
		all.add(s)
	}
	if q.evidence.current != together {
		all.Sharing = q.evidence.current.String()
	}
	return all
}

// PerSecond is how many calls a second may start at present, as far as it is known. 0: nothing limits them.
func (q *Quotas) PerSecond() float64 { return q.Status(time.Now()).PerSecond }
