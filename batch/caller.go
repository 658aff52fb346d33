package batch

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"simhook/api"
	"simhook/batch/pace"
	"simhook/report"
)

// Caller makes calls for single SIMs that outlast passing faults: paced by the account's quota, retried with backoff,
// with renewed tokens and a correlation ID for every attempt. A webhook that is there already, and a write that may
// have taken effect although it failed, are settled by reading what the SIM has.
//
// It is safe for concurrent use. While the API is failing at a kind of call as a whole, all calls of that kind wait and
// one at a time probes it.
type Caller struct {
	options CallOptions
	writes  *pace.Quotas
	reads   *pace.Quotas
	counts  counts
	giveUp  func(error) // told when calling on is pointless

	sets, removals, readings route
	lists                    route    // of the account's subscriptions
	tokens                   *breaker // of the token endpoint

	other       atomic.Pointer[string] // ICCID of a SIM that was answered: a read of it tells whether the API is there
	otherProbes atomic.Int64           // reads of it

	byPUT atomic.Bool // the API has refused to register by POST, and done so by PUT

	mu        sync.Mutex
	strangers map[string]bool // SIMs that were answered by something else, before any answer of the API's

	close func() // ends the pacers
}

// route is a kind of call. Each kind has a breaker of its own: the API may fail at one while it answers the others.
type route struct {
	method  string
	quotas  *pace.Quotas
	breaker *breaker
}

// counts are of all calls together.
type counts struct {
	attempts  atomic.Int64
	reads     atomic.Int64 // answered
	writes    atomic.Int64 // answered
	retries   retryCounts  // attempts after a passing failure
	busy      atomic.Int64 // calls in flight
	throttled atomic.Int64 // 429s
}

// add counts an answer.
func (c *counts) add(answer api.Answer, method string) {
	switch {
	case answer.Status == 0:
	case method == http.MethodGet:
		c.reads.Add(1)
	default:
		c.writes.Add(1)
	}
}

func (c *counts) answered() answers { return answers{c.reads.Load(), c.writes.Load()} }

// NewCaller returns a Caller for single SIMs. Close frees what it holds.
func NewCaller(options CallOptions) (*Caller, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	c := newCaller(options, func(error) {}) // the call that met it returns it
	ctx, cancel := context.WithCancel(context.Background())
	wait := c.pace(ctx)
	c.close = sync.OnceFunc(func() {
		cancel()
		wait()
	})
	return c, nil
}

// newCaller returns a Caller whose permits flow while pace runs.
func newCaller(options CallOptions, giveUp func(error)) *Caller {
	c := &Caller{options: options, giveUp: giveUp, writes: pace.NewQuotas(options.Pace), reads: pace.NewQuotas(options.Pace)}
	c.sets = c.newRoute(http.MethodPost, c.writes, "setting webhooks")
	c.removals = c.newRoute(http.MethodDelete, c.writes, "removing webhooks")
	c.readings = c.newRoute(http.MethodGet, c.reads, "reading webhooks")
	c.readings.breaker.doubts = doubtAlways
	c.lists = c.newRoute(http.MethodGet, c.reads, "reading the account's subscriptions")
	c.lists.breaker.doubts = doubtNever
	c.tokens = c.newBreaker("getting access tokens")
	c.tokens.doubts = doubtNever
	return c
}

func (c *Caller) newRoute(method string, quotas *pace.Quotas, what string) route {
	return route{method, quotas, c.newBreaker(what)}
}

// paced is what gateways may keep a quota of its own for. A read is about all types.
func (r route) paced(a *attempts) pace.Kind {
	if r.method == http.MethodGet {
		return pace.Kind{Method: r.method}
	}
	return pace.Kind{Method: r.method, Type: a.kind}
}

func (c *Caller) newBreaker(what string) *breaker {
	return &breaker{
		what: what, patience: c.options.RetryMaxTime, giveUp: c.giveUp, log: c.options.Log,
		inOutage: func() bool { return !c.pausedSince().IsZero() },
	}
}

// registerMethod is POST or PUT. known is false while it may be the other one.
func (c *Caller) registerMethod() (method string, known bool) {
	switch chosen := c.options.Client.RegisterMethod(); {
	case chosen != "":
		return chosen, true
	case c.byPUT.Load():
		return http.MethodPut, true
	}
	return http.MethodPost, false
}

// registersByPUT notes that POST was answered 405, and PUT registers.
func (c *Caller) registersByPUT() {
	if c.byPUT.CompareAndSwap(false, true) {
		c.options.Log.Info("the API registers by PUT, and not by POST: all calls do so from now on")
	}
}

// knows names a SIM that the API answers for.
func (c *Caller) knows(iccid string) {
	if c.other.Load() == nil && iccid != "" {
		kept := iccid // only the first takes memory
		c.other.CompareAndSwap(nil, &kept)
	}
}

// askAnother reads another SIM than the one of a call, to learn whether the API is there. known is false where no other
// SIM is known to be answered. Any answer of the API's own is one.
func (c *Caller) askAnother(ctx contexts, a *attempts) (known bool, err error) {
	other := c.other.Load()
	if other == nil || *other == a.iccid {
		return false, nil
	}
	permit, err := c.readings.quotas.Acquire(ctx.wait, c.readings.paced(a))
	if err != nil {
		return true, errStopped
	}
	c.counts.attempts.Add(1)
	id := a.run + "-" + *other + "-C-" + strconv.FormatInt(c.otherProbes.Add(1), 10)
	_, answer, err := c.options.Client.Preferences(ctx.call, *other, id)
	permit.Done(answer)
	c.counts.add(answer, http.MethodGet)
	if e, ok := errors.AsType[*api.Error](err); ok && !e.Gateway && !api.Temporary(err) && !api.Unauthorised(err) {
		return true, nil
	}
	return true, err
}

// pausedSince is when the API began to fail as a whole at some kind of call; zero if it does not.
func (c *Caller) pausedSince() (earliest time.Time) {
	for _, b := range []*breaker{c.sets.breaker, c.removals.breaker, c.readings.breaker, c.lists.breaker, c.tokens} {
		if since := b.pausedSince(); !since.IsZero() && (earliest.IsZero() || since.Before(earliest)) {
			earliest = since
		}
	}
	return earliest
}

// pace hands out permits until the context ends. The function it returns waits for that.
func (c *Caller) pace(ctx context.Context) (wait func()) {
	var pacers sync.WaitGroup
	for _, p := range []*pace.Quotas{c.writes, c.reads} {
		pacers.Go(func() { p.Run(ctx) })
	}
	return pacers.Wait
}

// Close ends the Caller. Calls under way wait for their context.
func (c *Caller) Close() { c.close() }

// Register sets the webhook of a SIM for one notification type. Success is the outcome registered, unchanged (it was
// there already), or replaced (another one was; PreviousURL is what it was). The error is the last attempt's, or
// the context's; the Call then tells how far it came.
func (c *Caller) Register(ctx context.Context, iccid string, t api.NotificationType, webhookURL string) (report.Call, error) {
	s := c.newSimCalls(ctx, iccid)
	return s.result(t, func(a *attempts, call *report.Call) error { return s.register(t, webhookURL, a, call) })
}

// Unregister removes the webhook of a SIM for one notification type. Success is the outcome unregistered, or absent
// (there was none).
func (c *Caller) Unregister(ctx context.Context, iccid string, t api.NotificationType) (report.Call, error) {
	s := c.newSimCalls(ctx, iccid)
	return s.result(t, func(a *attempts, call *report.Call) error { return s.unregister(t, a, call) })
}

// Preferences reads which webhooks a SIM has.
func (c *Caller) Preferences(ctx context.Context, iccid string) (api.Preferences, error) {
	s := c.newSimCalls(ctx, iccid)
	err := s.read()
	return s.found, err
}

// newSimCalls begins calls for one SIM with correlation IDs of their own.
func (c *Caller) newSimCalls(ctx context.Context, iccid string) *simCalls {
	return &simCalls{caller: c, ctx: contexts{wait: ctx, call: ctx}, run: NewID(), iccid: iccid}
}

// Subscriptions reads one page of the account's subscriptions. The error is the last attempt's, or the context's.
func (c *Caller) Subscriptions(ctx context.Context, query api.SubscriptionQuery) (page api.Page, err error) {
	s := c.newSimCalls(ctx, "")
	err = c.do(s.ctx, c.lists, s.begin("L"), func(ctx context.Context, id string) (answer api.Answer, err error) {
		page, answer, err = c.options.Client.SubscriptionsPage(ctx, query, id)
		return answer, err
	}, nil)
	return page, err
}

// SIM reads one SIM as the account has it.
func (c *Caller) SIM(ctx context.Context, iccid string) (sim api.SIM, err error) {
	s := c.newSimCalls(ctx, iccid)
	err = c.do(s.ctx, c.readings, s.begin("S"), func(ctx context.Context, id string) (answer api.Answer, err error) {
		sim, answer, err = c.options.Client.SIM(ctx, iccid, id)
		return answer, err
	}, nil)
	return sim, err
}

// SIMSubscriptions reads the subscriptions of one SIM.
func (c *Caller) SIMSubscriptions(ctx context.Context, iccid string) (list []api.Subscription, err error) {
	s := c.newSimCalls(ctx, iccid)
	err = c.do(s.ctx, c.readings, s.begin("B"), func(ctx context.Context, id string) (answer api.Answer, err error) {
		list, answer, err = c.options.Client.SIMSubscriptions(ctx, iccid, id)
		return answer, err
	}, nil)
	return list, err
}
