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
	"simhook/api/sandbox/quota"
	"simhook/batch/pace"
)

// The quota of the models.
const (
	modelLimit  = 1000
	modelWindow = time.Minute
)

// gateway keeps quotas, one for all calls or one for each part of them.
type gateway struct {
	model  string
	part   func(pace.Kind) pace.Kind // calls of one part share a quota; nil: all do
	silent bool                      // nothing is announced
	status int                       // of a refusal; 0: 429
	random *rand.Rand
	begun  time.Time

	mu      sync.Mutex
	quotas  map[pace.Kind]quota.Limiter
	others  int // calls of another client that were let through
	passed  int
	refused int
	second  int64
	calls   int // in this second
	fastest int // calls in any second
}

// call counts a call that arrives now.
func (g *gateway) call(k pace.Kind) api.Answer {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	allowed, announced := g.limiter(k).Take(now)
	answer := api.Answer{Status: http.StatusOK, Date: now.Truncate(time.Second)}
	if !g.silent {
		answer.Quota = announced
	}
	if now.Unix() != g.second {
		g.second, g.calls = now.Unix(), 0
	}
	g.calls++
	g.fastest = max(g.fastest, g.calls)
	if allowed {
		g.passed++
		return answer
	}
	g.refused++
	answer.Status = http.StatusTooManyRequests
	if g.status != 0 {
		answer.Status = g.status
	}
	return answer
}

func (g *gateway) limiter(k pace.Kind) quota.Limiter {
	if g.part == nil {
		k = pace.Kind{}
	} else {
		k = g.part(k)
	}
	l := g.quotas[k]
	if l == nil {
		l, _ = quota.New(g.model, modelLimit, modelWindow, g.random)
		if g.quotas == nil {
			g.quotas = map[pace.Kind]quota.Limiter{}
		}
		g.quotas[k] = l
	}
	return l
}

// otherClient makes a third of the calls that are allowed, evenly, until ctx ends.
func (g *gateway) otherClient(ctx context.Context) {
	ticker := time.NewTicker(3 * modelWindow / modelLimit)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			g.mu.Lock()
			if allowed, _ := g.limiter(pace.Kind{}).Take(time.Now()); allowed {
				g.others++
			}
			g.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

// follow drives quotas against a gateway with calls of some kinds by turns, until ctx ends.
func (g *gateway) follow(ctx context.Context, q *pace.Quotas, kinds []pace.Kind, latency func() time.Duration) {
	const workers = 128
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { q.Run(ctx) })
	for i := range workers {
		running.Go(func() {
			for n := i; ; n++ {
				kind := kinds[n%len(kinds)]
				permit, err := q.Acquire(ctx, kind)
				if err != nil {
					return
				}
				half := latency() / 2
				time.Sleep(half)
				answer := g.call(kind)
				time.Sleep(half)
				permit.Done(answer)
			}
		})
	}
}

// Kinds of calls.
var (
	postA   = pace.Kind{Method: http.MethodPost, Type: "A"}
	postB   = pace.Kind{Method: http.MethodPost, Type: "B"}
	deleteA = pace.Kind{Method: http.MethodDelete, Type: "A"}
	deleteB = pace.Kind{Method: http.MethodDelete, Type: "B"}
)

func eachType(k pace.Kind) pace.Kind   { return pace.Kind{Type: k.Type} }
func eachMethod(k pace.Kind) pace.Kind { return pace.Kind{Method: k.Method} }
func eachKind(k pace.Kind) pace.Kind   { return k }

// row is one way to keep a quota, and what is to be made of it.
type row struct {
	gateway *gateway
	kinds   []pace.Kind
	parts   int     // quotas that the kinds use; 0: 1
	least   float64 // of what is allowed
	refused float64 // of all calls, at the most
	beside  float64 // the same beside another client that takes a third; 0: as refused
}

func rows() map[string]row {
	types := []pace.Kind{postA, postB}
	all := []pace.Kind{postA, postB, deleteA, deleteB}
	return map[string]row{
		"a window on the clock":           {&gateway{model: "window"}, types, 1, 0.97, 0.005, 0},
		"a window from the first call on": {&gateway{model: "first-call"}, types, 1, 0.97, 0.005, 0},
		"a bucket of 1,000":               {&gateway{model: "bucket"}, types, 1, 0.97, 0.005, 0},
		"a bucket of 50":                  {&gateway{model: "small-bucket"}, types, 1, 0.97, 0.005, 0},
		"a sliding log":                   {&gateway{model: "sliding-log"}, types, 1, 0.95, 0.005, 0.01},
		"a sliding window":                {&gateway{model: "sliding-window"}, types, 1, 0.95, 0.005, 0.01},
		"two nodes":                       {&gateway{model: "two-nodes"}, types, 1, 0.90, 0.005, 0.015},
		"resets that differ by a second":  {&gateway{model: "skewed"}, types, 1, 0.97, 0.005, 0},
		"a reset in whole seconds":        {&gateway{model: "whole-seconds"}, types, 1, 0.97, 0.005, 0},
		"a remaining that is 5 s old":     {&gateway{model: "stale"}, types, 1, 0.90, 0.005, 0.02},
		"reset is now":                    {&gateway{model: "reset-now"}, types, 1, 0.80, 0.02, 0.03},
		"reset is past":                   {&gateway{model: "reset-past"}, types, 1, 0.80, 0.02, 0.03},
		"reset is in 2286":                {&gateway{model: "reset-2286"}, types, 1, 0.80, 0.02, 0.03},
		"reset is 10 h ahead":             {&gateway{model: "reset-10h"}, types, 1, 0.60, 0.02, 0.02},
		"a quota for each type":           {&gateway{model: "window", part: eachType}, types, 2, 0.97, 0.005, 0},
		"a quota for each type, anew":     {&gateway{model: "first-call", part: eachType}, types, 2, 0.97, 0.005, 0},
		"a quota for each type, 4 kinds":  {&gateway{model: "window", part: eachType}, all, 2, 0.95, 0.005, 0},
		"a quota for each method":         {&gateway{model: "window", part: eachMethod}, all, 2, 0.95, 0.005, 0},
		"a quota for each kind":           {&gateway{model: "first-call", part: eachKind}, all, 4, 0.90, 0.005, 0},
		"no headers, 429":                 {&gateway{model: "window", silent: true}, types, 1, 0.80, 0.02, 0.05},
		"no headers, 503":                 {&gateway{model: "window", silent: true, status: 503}, types, 1, 0.80, 0.02, 0.05},
		"no headers, a bucket of 50":      {&gateway{model: "small-bucket", silent: true}, types, 1, 0.80, 0.02, 0},
	}
}

func TestEveryWayToKeepAQuotaIsFollowed(t *testing.T) {
	for name, r := range rows() {
		t.Run(name, func(t *testing.T) {
			for i, slow := range latencies() {
				r.try(t, uint64(i), slow, false)
				if !underRace {
					r.try(t, uint64(i)+20, slow, false)
				}
			}
		})
	}
}

func TestEveryWayToKeepAQuotaIsFollowedBesideAnotherClient(t *testing.T) {
	for name, r := range rows() {
		if r.parts > 1 { // the other client uses one of them
			continue
		}
		t.Run(name, func(t *testing.T) {
			for i, slow := range latencies() {
				r.try(t, uint64(i)+10, slow, true)
				if !underRace {
					r.try(t, uint64(i)+30, slow, true)
				}
			}
		})
	}
}

// latencies are the longest times that answers take.
func latencies() []time.Duration {
	return []time.Duration{20 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second}
}

func (r row) try(t *testing.T, seed uint64, slow time.Duration, other bool) {
	synctest.Test(t, func(t *testing.T) {
		const lasts = 12*time.Minute - time.Second
		g := &gateway{model: r.gateway.model, part: r.gateway.part, silent: r.gateway.silent, status: r.gateway.status, random: rand.New(rand.NewPCG(seed, 1))}
		ctx, cancel := context.WithTimeout(t.Context(), lasts)
		defer cancel()
		if other {
			go g.otherClient(ctx)
		}
		q := pace.NewQuotas(pace.Options{})
		g.follow(ctx, q, r.kinds, evenly(slow/4, slow))
		used := float64(g.passed+g.others) / (float64(r.parts) * modelLimit * lasts.Seconds() / modelWindow.Seconds())
		refused := float64(g.refused) / float64(g.passed+g.refused)
		s := q.Status(time.Now())
		t.Logf("up to %s: %.1f %% used, %.2f %% refused, at most %d in a second %s %s", slow, 100*used, 100*refused, g.fastest, s.Model, s.Sharing)
		most := r.refused
		if other && r.beside > 0 {
			most = r.beside
		}
		if used < r.least || refused > most || g.fastest > r.parts*4*modelLimit/60+8 {
			t.Errorf("up to %s: %.1f %% used, %.2f %% refused, at most %d in a second", slow, 100*used, 100*refused, g.fastest)
		}
	})
}
