package pace_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"simhook/batch/pace"
)

// shard makes a number of calls through quotas of its own, as a process does. It returns those that it could not make before ctx
// ended.
func shard(ctx context.Context, g *gateway, parts, calls int, latency func() time.Duration) (left int) {
	return shardOf(ctx, g, pace.Options{Parts: parts}, calls, latency)
}

func shardOf(ctx context.Context, g *gateway, options pace.Options, calls int, latency func() time.Duration) (left int) {
	const workers = 32
	q := pace.NewQuotas(options)
	ctx, stop := context.WithCancel(ctx)
	var running, pacing sync.WaitGroup
	pacing.Go(func() { q.Run(ctx) })
	var todo atomic.Int64
	todo.Store(int64(calls))
	for range workers {
		running.Go(func() {
			for todo.Add(-1) >= 0 {
				for {
					permit, err := q.Acquire(ctx, postA)
					if err != nil {
						todo.Add(1)
						return
					}
					half := latency() / 2
					time.Sleep(half)
					answer := g.call(postA)
					time.Sleep(half)
					permit.Done(answer)
					if answer.Status == http.StatusOK {
						break
					}
				}
			}
		})
	}
	running.Wait()
	stop()
	pacing.Wait()
	return int(max(todo.Load(), 0))
}

func TestShardsUseWhatOthersLeave(t *testing.T) {
	const parts = 8
	for name, c := range map[string]struct {
		run   func(t *testing.T, g *gateway, latency func() time.Duration)
		least float64 // of the quota, from the beginning to the last call
	}{
		"all of them": {func(t *testing.T, g *gateway, latency func() time.Duration) {
			var all sync.WaitGroup
			for range parts {
				all.Go(func() { shard(t.Context(), g, parts, 3000, latency) })
			}
			all.Wait()
		}, 0.97},
		"half of them not running": {func(t *testing.T, g *gateway, latency func() time.Duration) {
			var all sync.WaitGroup
			for range parts / 2 {
				all.Go(func() { shard(t.Context(), g, parts, 6000, latency) })
			}
			all.Wait()
		}, 0.95},
		"one killed and started again, four ending early": {func(t *testing.T, g *gateway, latency func() time.Duration) {
			var all sync.WaitGroup
			for i := range parts {
				all.Go(func() {
					switch {
					case i < 4:
						shard(t.Context(), g, parts, 1000, latency)
					case i == 4:
						ctx, kill := context.WithTimeout(t.Context(), 4*time.Minute+7*time.Second)
						defer kill()
						left := shard(ctx, g, parts, 5000, latency)
						if ctx.Err() == nil {
							t.Error("the shard was not killed")
						}
						time.Sleep(20 * time.Second)
						shard(t.Context(), g, parts, left, latency)
					default:
						shard(t.Context(), g, parts, 5000, latency)
					}
				})
			}
			all.Wait()
		}, 0.95},
		"from two to four": {func(t *testing.T, g *gateway, latency func() time.Duration) {
			var all sync.WaitGroup
			for i := range 4 {
				all.Go(func() {
					if i >= 2 {
						time.Sleep(5*time.Minute + time.Duration(13*i)*time.Second)
					}
					shard(t.Context(), g, 4, 5000, latency)
				})
			}
			all.Wait()
		}, 0.95},
		"beside another client that takes a third": {func(t *testing.T, g *gateway, latency func() time.Duration) {
			ctx, stop := context.WithCancel(t.Context())
			var all, other sync.WaitGroup
			other.Go(func() { g.otherClient(ctx) })
			for range parts {
				all.Go(func() { shard(t.Context(), g, parts, 2000, latency) })
			}
			all.Wait()
			stop()
			other.Wait()
			if tried := int(time.Since(g.begun) / (3 * modelWindow / modelLimit)); g.others < tried*95/100 {
				t.Errorf("%d of %d calls of the other client were let through", g.others, tried)
			}
		}, 0.95},
		"one alone": {func(t *testing.T, g *gateway, latency func() time.Duration) {
			shard(t.Context(), g, parts, 20000, latency)
		}, 0.93},
	} {
		t.Run(name, func(t *testing.T) {
			for i, slow := range latencies() {
				synctest.Test(t, func(t *testing.T) {
					g := &gateway{model: "window", random: rand.New(rand.NewPCG(uint64(i), 7)), begun: time.Now()}
					c.run(t, g, evenly(slow/4, slow))
					used := float64(g.passed+g.others) / (modelLimit * time.Since(g.begun).Seconds() / modelWindow.Seconds())
					refused := float64(g.refused) / float64(g.passed+g.refused)
					t.Logf("up to %s: %.1f %% used, %.2f %% refused, %s", slow, 100*used, 100*refused, time.Since(g.begun).Round(time.Second))
					if used < c.least || refused > 0.005 {
						t.Errorf("up to %s: %.1f %% used, %.2f %% refused", slow, 100*used, 100*refused)
					}
				})
			}
		})
	}
}

func TestShardsUseTheirShareOfTheQuotaAndNoMore(t *testing.T) {
	const parts = 8
	for name, c := range map[string]struct {
		share       float64
		running     int
		other       bool
		least, most float64 // of the quota
	}{
		"80 %, all of them":                           {0.8, parts, false, 0.78, 0.808},
		"80 %, half of them not running":              {0.8, parts / 2, false, 0.72, 0.808},
		"50 %, beside another client":                 {0.5, parts, true, 0.45, 0.505},
		"50 %, half not running, with another client": {0.5, parts / 2, true, 0.225, 0.505},
	} {
		t.Run(name, func(t *testing.T) {
			for i, slow := range latencies() {
				synctest.Test(t, func(t *testing.T) {
					g := &gateway{model: "window", random: rand.New(rand.NewPCG(uint64(i), 8)), begun: time.Now()}
					ctx, stop := context.WithCancel(t.Context())
					var all, other sync.WaitGroup
					if c.other {
						other.Go(func() { g.otherClient(ctx) })
					}
					for range c.running {
						all.Go(func() {
							shardOf(t.Context(), g, pace.Options{Parts: parts, Share: c.share}, 8000/c.running, evenly(slow/4, slow))
						})
					}
					all.Wait()
					took := time.Since(g.begun)
					stop()
					other.Wait()
					used := float64(g.passed) / (modelLimit * took.Seconds() / modelWindow.Seconds())
					t.Logf("up to %s: %.1f %% used, %d refused, %s", slow, 100*used, g.refused, took.Round(time.Second))
					if used < c.least || used > c.most || g.refused > g.passed/200 {
						t.Errorf("up to %s: %.1f %% used, %d refused", slow, 100*used, g.refused)
					}
				})
			}
		})
	}
}
