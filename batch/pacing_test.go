package batch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api/sandbox"
)

func TestRetriesKeepToTheRateAsFirstAttemptsDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const window, perWindow = 10 * time.Second, 200
		g := newRig(t, sandbox.Options{Quota: 1_000_000, Window: window, ErrorRate: 0.5}, 300) // the quota is for its record
		summary, err := g.run(func(c *Config) { c.Pace.Rate, c.Retries = mustRate(t, "20/s"), 30 })
		if err != nil || summary.OK != 300 || summary.Retries < 300 {
			t.Errorf("%v, %+v", err, summary)
		}
		for n, calls := range g.sandbox.Stats().WriteWindows {
			if calls > perWindow+1 {
				t.Errorf("%d calls in window %d, want %d at the most", calls, n, perWindow)
			}
		}
	})
}

func TestReadsAndWritesAreApartAndDoNotSlowEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 100)
		start := time.Now()
		summary, err := g.run(func(c *Config) { c.Action, c.Pace.Rate = Reconcile, mustRate(t, "10/s") })
		if stats := g.sandbox.Stats(); err != nil || stats.Calls["GET"] != 100 || stats.Calls["POST"] != 200 {
			t.Fatalf("%v, %+v after %v", err, summary, stats.Calls)
		}
		if took := time.Since(start); took < 19*time.Second || took > 22*time.Second {
			t.Errorf("100 reads and 200 writes at 10 a second took %v, want 20 s", took)
		}
	})
}

func TestPermitsThatNobodyIsFreeToTakeUseNoQuotaUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newQuotaServer(600, time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute+time.Second)
		defer cancel()
		// Four workers make 120 calls a minute: nearly always there is a permit that waits for one.
		slow := func() time.Duration { return 2 * time.Second }
		drive(ctx, NewPacer(PaceOptions{}), 4, s, none, slow)
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
		p := NewPacer(PaceOptions{})
		run(t, p, s, time.Minute+time.Second)
		time.Sleep(49 * time.Second) // of the second minute, 10 s and nearly all of the quota are left
		before := s.used[1]
		run(t, p, s, time.Second)
		if calls := s.used[1] - before; calls < 30 || calls > 4*10+1 {
			t.Errorf("%d calls in the first second after a pause, of an even 10", calls)
		}
	})
}
