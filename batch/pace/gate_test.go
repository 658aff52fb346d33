package pace_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/batch/pace"
)

func TestA429HoldsAllWorkersBackUntilTheReset(t *testing.T) {
	for name, c := range map[string]struct {
		options pace.Options
		answer  func(now time.Time) api.Answer
		wait    time.Duration
	}{
		"the announced reset": {pace.Options{Rate: pace.Unlimited()}, func(now time.Time) api.Answer {
			return api.Answer{Status: http.StatusTooManyRequests, Quota: api.Quota{Limit: 10, Reset: now.Add(40 * time.Second)}}
		}, 40 * time.Second},
		"Retry-After alone": {pace.Options{Rate: pace.Unlimited()}, func(time.Time) api.Answer {
			return api.Answer{Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second}
		}, 7 * time.Second},
		"Retry-After beyond the reset": {pace.Options{}, func(now time.Time) api.Answer {
			quota := api.Quota{Limit: 10, Reset: now.Add(5 * time.Second)}
			return api.Answer{Status: http.StatusTooManyRequests, RetryAfter: 20 * time.Second, Quota: quota}
		}, 20 * time.Second},
		"Retry-After of a 503": {pace.Options{}, func(time.Time) api.Answer {
			return api.Answer{Status: http.StatusServiceUnavailable, RetryAfter: 9 * time.Second}
		}, 9 * time.Second},
		"no time to wait is given": {pace.Options{}, func(time.Time) api.Answer {
			return api.Answer{Status: http.StatusTooManyRequests}
		}, time.Second},
		"nothing remaining, with a fixed rate": {pace.Options{Rate: pace.PerSecond(100)}, func(now time.Time) api.Answer {
			return api.Answer{Status: http.StatusOK, Quota: api.Quota{Limit: 10, Reset: now.Add(3 * time.Second)}}
		}, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				p := pace.New(c.options)
				go p.Run(ctx)
				permit, err := p.Acquire(ctx)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second) // meanwhile the next permit is on offer
				start := time.Now()
				permit.Done(c.answer(start))
				var mu sync.Mutex
				var early []time.Duration
				for range 8 {
					go func() {
						if _, err := p.Acquire(ctx); err != nil {
							return
						}
						mu.Lock()
						defer mu.Unlock()
						if waited := time.Since(start); waited < c.wait {
							early = append(early, waited)
						}
					}()
				}
				time.Sleep(c.wait + 50*time.Millisecond)
				synctest.Wait()
				mu.Lock()
				if len(early) > 0 {
					t.Errorf("calls started after %v, the gate should be closed for %v", early, c.wait)
				}
				mu.Unlock()
				if _, err := p.Acquire(ctx); err != nil {
					t.Error(err)
				}
				if waited := time.Since(start); waited > c.wait+time.Minute {
					t.Errorf("the gate opened only after %v", waited)
				}
			})
		})
	}
}
