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
						permit, err := p.Acquire(ctx)
						if err != nil {
							return
						}
						permit.Done(api.Answer{Status: http.StatusOK})
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

func TestWhatIsNoQuotaHoldsCallsBackForAMinuteAtMost(t *testing.T) {
	for name, c := range map[string]struct {
		answer api.Answer
		wait   time.Duration
	}{
		"a 503 that asks for an hour":   {api.Answer{Status: http.StatusServiceUnavailable, RetryAfter: time.Hour}, time.Minute},
		"a success that asks for a day": {api.Answer{Status: http.StatusAccepted, RetryAfter: time.Hour}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				p := pace.New(pace.Options{Rate: pace.Unlimited()})
				go p.Run(ctx)
				permit, err := p.Acquire(ctx)
				if err != nil {
					t.Fatal(err)
				}
				permit.Done(c.answer)
				start := time.Now()
				if _, err := p.Acquire(ctx); err != nil || time.Since(start).Round(time.Millisecond) != c.wait {
					t.Errorf("%v after %s, want %s", err, time.Since(start), c.wait)
				}
			})
		})
	}
}

// Calls that were in flight together are one refusal: the pause does not double for each of them.
func TestCallsThatAreRefusedTogetherDoubleThePauseOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p := pace.New(pace.Options{Rate: pace.Unlimited()})
		go p.Run(ctx)
		for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			var permits []pace.Permit
			for range 9 {
				permit, err := p.Acquire(ctx)
				if err != nil {
					t.Fatal(err)
				}
				permits = append(permits, permit)
			}
			start := time.Now()
			for _, permit := range permits {
				time.Sleep(time.Millisecond)
				permit.Done(api.Answer{Status: http.StatusTooManyRequests})
			}
			permit, err := p.Acquire(ctx)
			if took := time.Since(start); err != nil || took < wait || took > wait+100*time.Millisecond {
				t.Errorf("%v after %s, want %s", err, took, wait)
			}
			permit.Done(api.Answer{}) // no answer: it tells nothing
		}
	})
}

// A limiter that announces nothing, and answers 503 or 429 beyond what it allows.
func TestARateFallsToWhatALimiterWithoutHeadersAllows(t *testing.T) {
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			p := pace.New(pace.Options{})
			go p.Run(ctx)
			const allowed = 3.0 // a second
			start, tokens, last, passed, refused := time.Now(), 1.0, time.Now(), 0, 0
			for {
				permit, err := p.Acquire(ctx)
				if err != nil {
					break
				}
				tokens = min(5, tokens+allowed*time.Since(last).Seconds())
				last = time.Now()
				time.Sleep(20 * time.Millisecond)
				if tokens < 1 {
					refused++
					permit.Done(api.Answer{Status: status})
					continue
				}
				tokens--
				passed++
				permit.Done(api.Answer{Status: http.StatusOK})
			}
			used := float64(passed) / (allowed * time.Since(start).Seconds())
			t.Logf("%d: %.1f %% used, %d refused of %d", status, 100*used, refused, refused+passed)
			if refused == 0 || used < 0.8 || refused > (refused+passed)/10 {
				t.Errorf("%d: %.1f %% used, %d refused of %d", status, 100*used, refused, refused+passed)
			}
		})
	}
}
