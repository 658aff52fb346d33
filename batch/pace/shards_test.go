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
	const workers = 32
	q := pace.NewQuotas(pace.Options{Parts: parts})
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
