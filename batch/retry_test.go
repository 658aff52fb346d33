package batch

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/report"
)

func TestNeitherA429NorA401CountsAsARetry(t *testing.T) {
	for status, c := range map[int]struct {
		options sandbox.Options
		rate    string
	}{
		429: {sandbox.Options{Quota: 50, Window: 10 * time.Second}, "unlimited"},
		401: {sandbox.Options{RevokeEvery: 2 * time.Second, LatencyMin: 20 * time.Millisecond, LatencyMax: 200 * time.Millisecond}, "40/s"},
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, c.options, 200)
				summary, err := g.run(func(cfg *Config) { cfg.Pace.Rate, cfg.Retries = mustRate(t, c.rate), 0 })
				if err != nil || summary.OK != 200 || summary.Retries != 0 {
					t.Errorf("%v, %+v", err, summary)
				}
				g.complete(200)
				if n := g.sandbox.Stats().Statuses[status]; n < 4 {
					t.Errorf("%d answers of %d: too few to tell anything", n, status)
				}
			})
		})
	}
}

func TestACallIsGivenUpAfterTheLongestTimeForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 1)
		var fired atomic.Int64
		g.behind(failingWrites(g.sandbox, func(*http.Request) bool { return true }, &fired))
		start := time.Now()
		summary, err := g.run(func(c *Config) { c.Types, c.Retries, c.RetryMaxTime = oneType(), 1000, time.Minute })
		if err != nil || summary.Failed != 1 || fired.Load() < 3 {
			t.Errorf("%v, %+v after %d failures", err, summary, fired.Load())
		}
		if took := time.Since(start); took > time.Minute+time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// Whatever calls wait for, they stop waiting when the run ends, and their SIMs say so.
func TestCallsThatWaitEndWithTheRun(t *testing.T) {
	for name, c := range map[string]struct {
		options sandbox.Options
		down    bool
		workers int
	}{
		"between two attempts":        {options: sandbox.Options{ErrorRate: 1}, workers: 2},
		"until the quota's reset":     {options: sandbox.Options{Quota: 3, Window: time.Minute}, workers: 2},
		"until the API answers again": {down: true, workers: 24},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, c.options, 100)
				g.sandbox.SetDown(c.down)
				run, done := g.prepare(t.Context(), func(cfg *Config) {
					cfg.Workers, cfg.Grace = c.workers, 2*time.Second
					unlimited(cfg)
				})
				defer done()
				start := time.Now()
				time.AfterFunc(6*time.Second, func() { run.Stop(ErrStopped) })
				if err := run.Do(t.Context()); !errors.Is(err, ErrStopped) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(start); took < 6*time.Second || took > 6500*time.Millisecond {
					t.Errorf("it ended after %v, and was to end after 6 s: nothing was in flight", took)
				}
				stopped := 0
				for _, row := range g.rows(g.results + ".partial") {
					if strings.HasPrefix(row.Error, "stopped before it was done") {
						stopped++
					}
				}
				if stopped == 0 || run.Summary().Remaining == 0 {
					t.Errorf("%d SIMs were stopped: nothing was tested; %+v", stopped, run.Summary())
				}
			})
		})
	}
}

// simOf is the SIM that a call is for.
func simOf(path string) string { return strings.Split(path, "/")[4] }

// stumbling answers 503 to the first request for each of some paths that arrives
// after a time, and before it to all requests.
type stumbling struct {
	*sandbox.Sandbox
	from    time.Time
	passing func(path string) bool

	mu       sync.Mutex
	before   int
	stumbled map[string]time.Time
	again    map[string]time.Time // when the same was asked for the second time
}

func newStumbling(s *sandbox.Sandbox, from time.Time, passing func(path string) bool) *stumbling {
	return &stumbling{Sandbox: s, from: from, passing: passing, stumbled: map[string]time.Time{}, again: map[string]time.Time{}}
}

func (s *stumbling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != sandbox.TokenPath && s.stumbles(r.URL.Path) {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	s.Sandbox.ServeHTTP(w, r)
}

func (s *stumbling) stumbles(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Before(s.from) {
		s.before++
		return true
	}
	if s.passing(path) {
		return false
	}
	if _, known := s.stumbled[path]; known {
		s.again[path] = now
		return false
	}
	s.stumbled[path] = now
	return true
}

func TestACallHasAllItsRetriesLeftAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 24)
		sound := map[string]bool{}
		for n := range 8 {
			sound[testICCID(n)] = true
		}
		h := newStumbling(g.sandbox, time.Now().Add(2*time.Minute), func(path string) bool { return sound[simOf(path)] })
		g.behind(h)
		summary, err := g.run(func(c *Config) { c.Types, c.Workers, c.Retries, c.Blind = oneType(), 24, 1, true; unlimited(c) })
		if err != nil || summary.OK != 24 {
			t.Errorf("%v, %+v", err, summary)
		}
		if h.before < 24 || len(h.stumbled) != 16 {
			t.Errorf("%d calls met the outage, and %d a failure of their own after it: nothing was tested", h.before, len(h.stumbled))
		}
	})
}

// failingWrites answers 503 to some writes, which take no effect.
func failingWrites(s *sandbox.Sandbox, fails func(r *http.Request) bool, fired *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != sandbox.TokenPath && r.Method != http.MethodGet && fails(r) {
			fired.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		s.ServeHTTP(w, r)
	})
}

func TestAWriteThatTookNoEffectHasFailedAfterALook(t *testing.T) {
	for _, action := range []Action{Register, Unregister} {
		t.Run(string(action), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, 2)
				for n := range 2 {
					g.sandbox.Set(testICCID(n), api.SubscriptionEnd, oldWebhook)
				}
				var fired atomic.Int64
				g.behind(failingWrites(g.sandbox, func(*http.Request) bool { return true }, &fired))
				summary, err := g.run(func(c *Config) { c.Action, c.Types, c.Retries, c.Blind = action, oneType(), 1, true })
				if err != nil || summary.Failed != 2 || summary.OK != 0 {
					t.Errorf("%v, %+v", err, summary)
				}
				if reads := g.sandbox.Stats().Calls["GET"]; fired.Load() != 4 || reads != 2 {
					t.Errorf("%d writes failed, and %d looks", fired.Load(), reads)
				}
			})
		})
	}
}

func TestOnlyTheTypeThatFailedIsCalledForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 3)
		sound := g.http
		var fired atomic.Int64
		g.behind(failingWrites(g.sandbox, func(r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, string(api.UsageThreshold))
		}, &fired))
		if summary, err := g.run(func(c *Config) { c.Retries = 1 }); err != nil || summary.Failed != 3 || fired.Load() != 6 {
			t.Fatalf("%v, %+v after %d failures", err, summary, fired.Load())
		}
		g.http = sound
		before := g.sandbox.Stats()
		if summary, err := g.run(nil); err != nil || summary.OK != 3 {
			t.Errorf("%v, %+v", err, summary)
		}
		if calls := g.callsSince(before, "POST"); calls != 3 {
			t.Errorf("%d calls for the type that had failed for 3 SIMs", calls)
		}
		g.complete(3)
	})
}

func TestARemovalThatSeemedToFailIsOneAndNotAbsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 500
		g := newRig(t, sandbox.Options{ErrorRate: 0.1, ResetRate: 0.05, NotFoundOnUnregister: true}, sims)
		for n := range sims {
			for _, typ := range api.NotificationTypes() {
				g.sandbox.Set(testICCID(n), typ, testWebhook)
			}
		}
		summary, err := g.run(func(c *Config) { c.Action = Unregister; unlimited(c) })
		if err != nil || summary.OK != sims || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Unregistered] != sims || g.sandbox.Registrations() != 0 {
			t.Errorf("%v, %+v", err, summary)
		}
		if stats := g.sandbox.Stats(); stats.Statuses[404] == 0 || summary.Retries == 0 {
			t.Errorf("%d removals were answered 404 the second time: nothing was tested", stats.Statuses[404])
		}
	})
}

func TestCallsThatFailTogetherAreNotRepeatedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 16)
		h := newStumbling(g.sandbox, time.Now(), func(string) bool { return false })
		g.behind(h)
		summary, err := g.run(func(c *Config) { c.Types, c.Workers, c.Blind = oneType(), 16, true; unlimited(c) })
		if err != nil || summary.OK != 16 || len(h.again) != 16 {
			t.Fatalf("%v, %+v after %d failures", err, summary, len(h.again))
		}
		moments := map[time.Duration]bool{}
		for path, at := range h.again {
			moments[at.Sub(h.stumbled[path]).Truncate(10*time.Millisecond)] = true
		}
		if len(moments) < 8 {
			t.Errorf("16 calls that failed at once were repeated at %d moments", len(moments))
		}
	})
}

func TestAGatewaysPageTellsNothingOfAWebhook(t *testing.T) {
	for action, status := range map[Action]int{Unregister: http.StatusNotFound, Register: http.StatusConflict} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			s := sandbox.New(sandbox.Options{})
			twisted := &twist{next: s, when: always, answer: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, "<html>no such place</html>")
			}}
			w := newWire(t, s, startServer(t, twisted).URL, 3)
			summary, err := w.run(func(c *Config) { c.Action, c.Blind = action, true; impatient(c) })
			if summary.Failed != 3 || twisted.fired.Load() < 6 {
				t.Errorf("%v, %+v after %d such answers", err, summary, twisted.fired.Load())
			}
			path := w.results
			if !summary.Complete {
				path = w.partial()
			}
			for _, row := range w.rows(path) {
				if row.Call("USAGE_THRESHOLD").Outcome != report.Failed || !strings.Contains(row.Error, "(not from the API: html)") && !strings.Contains(row.Error, "stopped") {
					t.Errorf("%+v", row)
				}
			}
		})
	}
}
