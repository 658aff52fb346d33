package batch

import (
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
