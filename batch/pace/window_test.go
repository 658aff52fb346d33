package pace_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/batch/pace"
)

func TestAutomaticRateUsesTheAnnouncedQuotaWithoutA429(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		limit         int
		window        time.Duration
		share         float64
		ahead         time.Duration
		before, after func() time.Duration
		workers       int
		hours         float64
		want          float64
	}{
		"1,000 a minute, answers take 50 ms to 2 s": {
			limit: 1000, window: time.Minute,
			before: none, after: evenly(50*ms, 2*time.Second), want: 0.995,
		},
		"the same where calls are counted late": {
			limit: 1000, window: time.Minute,
			before: evenly(25*ms, time.Second), after: evenly(25*ms, time.Second), want: 0.995,
		},
		"answers take 20 ms": {
			limit: 1000, window: time.Minute,
			before: none, after: evenly(15*ms, 25*ms), want: 0.995,
		},
		"the server's clock is a minute ahead": {
			limit: 1000, window: time.Minute, ahead: time.Minute,
			before: none, after: evenly(50*ms, time.Second), want: 0.995,
		},
		"the server's clock is a minute behind": {
			limit: 1000, window: time.Minute, ahead: -time.Minute,
			before: none, after: evenly(50*ms, time.Second), want: 0.995,
		},
		"200 in 3 s": {
			limit: 200, window: 3 * time.Second,
			before: none, after: evenly(5*ms, 50*ms), want: 0.99,
		},
		"20 in a second": {
			limit: 20, window: time.Second,
			before: none, after: evenly(5*ms, 30*ms), want: 0.99,
		},
		"one a minute": {
			limit: 1, window: time.Minute,
			before: none, after: evenly(5*ms, 50*ms), hours: 2, want: 0.99,
		},
		"36,000 an hour": {
			limit: 36000, window: time.Hour,
			before: none, after: evenly(50*ms, time.Second), hours: 4.5, want: 0.995,
		},
		"50,000 a second": {
			limit: 50000, window: time.Second,
			before: none, after: evenly(ms, 3*ms), hours: 6. / 3600, workers: 512, want: 0.98,
		},
		"half of it is ours": {
			limit: 1000, window: time.Minute, share: 0.5,
			before: none, after: evenly(50*ms, time.Second), want: 0.497,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if c.hours == 0 {
					c.hours = 0.25
				}
				if c.workers == 0 {
					c.workers = 64
				}
				time.Sleep(1234 * time.Millisecond)
				s := newQuotaServer(c.limit, c.window)
				s.ahead = c.ahead
				time.Sleep(c.window / 3)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(c.hours*float64(time.Hour)))
				defer cancel()
				drive(ctx, pace.New(pace.Options{Share: c.share}), c.workers, s, c.before, c.after)
				got := full(s.used, s.limit)
				t.Logf("%d windows, %.3f %% used, %d refused", len(s.used), 100*got, s.refused)
				if s.refused > 0 {
					t.Errorf("%d calls were answered 429", s.refused)
				}
				if got < c.want {
					t.Errorf("%.2f %% of the quota was used, want %.2f %%: %v", 100*got, 100*c.want, s.used)
				}
				if c.share > 0 {
					for _, used := range s.used {
						if used > int(c.share*float64(c.limit)) {
							t.Errorf("%d calls in a window of which %.0f %% of %d are ours", used, 100*c.share, c.limit)
						}
					}
				}
			})
		})
	}
}

func TestASecondClientOnTheSameQuotaCostsNoMoreThanAHandfulOf429s(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newQuotaServer(200, 3*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		other := make(chan struct{})
		go func() {
			defer close(other)
			for ctx.Err() == nil {
				s.call(false)
				time.Sleep(45 * time.Millisecond) // a third of the quota
			}
		}()
		drive(ctx, pace.New(pace.Options{}), 32, s, none, evenly(5*time.Millisecond, 50*time.Millisecond))
		<-other
		mine := 0
		for _, n := range s.mine {
			mine += n
		}
		t.Logf("%d windows, %.1f %% used, %d calls ours, %d of them and %d of the other client's refused",
			len(s.used), 100*full(s.used, 200), mine, s.refused, s.others)
		if s.refused > len(s.used)/20 || s.others > len(s.used)/20 {
			t.Errorf("in %d windows %d calls of ours were refused, and %d of the other client", len(s.used), s.refused, s.others)
		}
		if used := full(s.used, 200); used < 0.97 {
			t.Errorf("the two used %.1f %% of the quota", 100*used)
		}
		if mine < 120*(len(s.used)-2) {
			t.Errorf("only %d calls in %d windows were ours", mine, len(s.used))
		}
	})
}

func TestAutomaticRateFollowsALimitThatChanges(t *testing.T) {
	for name, limits := range map[string][2]int{"up": {600, 3000}, "down": {3000, 600}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newQuotaServer(limits[0], time.Minute)
				time.AfterFunc(5*time.Minute, func() {
					s.mu.Lock()
					s.limit = limits[1]
					s.mu.Unlock()
				})
				run(t, pace.New(pace.Options{}), s, 10*time.Minute+time.Second)
				if s.refused > 0 {
					t.Errorf("%d calls were refused", s.refused)
				}
				if before, after := s.used[3], s.used[8]; before < limits[0]*995/1000 || after < limits[1]*995/1000 {
					t.Errorf("windows of %d and %d used %d and %d", limits[0], limits[1], before, after)
				}
			})
		})
	}
}

func TestPermitsThatFindNoFreeWorkerUseNoQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newQuotaServer(600, time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute+time.Second)
		defer cancel()
		// Four workers make 120 calls a minute: a permit nearly always waits for a worker.
		slow := func() time.Duration { return 2 * time.Second }
		drive(ctx, pace.New(pace.Options{}), 4, s, none, slow)
		for n, calls := range s.used[1 : len(s.used)-1] {
			if calls < 118 {
				t.Errorf("%d calls in minute %d, want 120", calls, n+1)
			}
		}
	})
}

func TestWhatIsLeftOfTheQuotaAfterAPauseIsNotUsedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newQuotaServer(600, time.Minute)
		p := pace.New(pace.Options{})
		run(t, p, s, time.Minute+time.Second)
		time.Sleep(49 * time.Second) // of the second minute, 10 s and nearly all of the quota are left
		before := s.used[1]
		run(t, p, s, time.Second)
		if calls := s.used[1] - before; calls < 30 || calls > 4*10+1 {
			t.Errorf("%d calls in the first second after a pause, 10 are even", calls)
		}
	})
}

func TestTooFewWorkersForTheQuotaAreToldOfOnceWithTheNumberNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		workers int
		idle    int // of them, without a SIM to call for
		latency time.Duration
		limit   int
		share   float64
		want    string // in the log
	}{
		"20 workers, answers after 2 s":              {workers: 20, latency: 2 * time.Second, limit: 1000, want: "needed=34"},
		"three times as many for a larger quota":     {workers: 32, latency: 2 * time.Second, limit: 3000, want: "needed=100"},
		"as many workers as are needed":              {workers: 34, latency: 2 * time.Second, limit: 1000},
		"few workers for quick answers":              {workers: 4, latency: 20 * time.Millisecond, limit: 1000},
		"20 workers, of the quota only half is ours": {workers: 20, latency: 2 * time.Second, limit: 1000, share: 0.5},
		"workers without a SIM":                      {workers: 20, idle: 15, latency: 2 * time.Second, limit: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				s := newQuotaServer(c.limit, time.Minute)
				time.Sleep(20 * time.Second)
				p := pace.New(pace.Options{
					Share: c.share, Workers: c.workers, Log: slog.New(slog.NewTextHandler(&log, nil)),
				})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				drive(ctx, p, c.workers-c.idle, s, none, func() time.Duration { return c.latency })
				switch lines := strings.Count(log.String(), "\n"); {
				case c.want == "" && lines > 0:
					t.Errorf("it says: %s", &log)
				case c.want != "" && (lines != 1 || !strings.Contains(log.String(), c.want)):
					t.Errorf("it says %d times, want once with %s: %s", lines, c.want, &log)
				}
			})
		})
	}
}

func TestNoLogIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newQuotaServer(1000, time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		drive(ctx, pace.New(pace.Options{Workers: 2}), 2, s, none, func() time.Duration { return 2 * time.Second })
		if used := full(s.used, s.limit); used > 0.1 {
			t.Errorf("two workers used %.0f %% of the quota: they are not too few", 100*used)
		}
	})
}
