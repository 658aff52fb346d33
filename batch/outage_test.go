package batch

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api/sandbox"
	"simhook/batch/pace"
	"simhook/report"
)

func TestAnOutageOfTenMinutesFailsNoSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 8000
		g := newRig(t, sandbox.Options{LatencyMin: 50 * time.Millisecond, LatencyMax: 200 * time.Millisecond}, sims)
		start := time.Now()
		var before, during, soonAfter, later int
		at := func(d time.Duration, do func()) { time.AfterFunc(d, do) }
		calls := func() int {
			stats := g.sandbox.Stats()
			return stats.Calls["POST"] + stats.Faults[sandbox.FaultDown]
		}
		at(time.Minute, func() { before = calls(); g.sandbox.SetDown(true) })
		at(11*time.Minute, func() { during = calls(); g.sandbox.SetDown(false) })
		at(11*time.Minute+12*time.Second, func() { soonAfter = calls() })
		at(11*time.Minute+42*time.Second, func() { later = calls() })
		summary, err := g.run(func(c *Config) {
			c.Pace.Rate = pace.PerSecond(20)
			c.RetryMaxTime = 30 * time.Minute
		})
		if err != nil || summary.OK != sims {
			t.Errorf("%v, %+v", err, summary)
		}
		g.complete(sims)
		if down := g.sandbox.Stats().Faults[sandbox.FaultDown]; down == 0 {
			t.Fatal("no call met the outage: nothing was tested")
		}
		t.Logf("%d calls before, %d during the outage, %d in 30 s afterwards; %v in all", before, during-before, later-soonAfter, time.Since(start))
		if n := during - before; n > 200 {
			t.Errorf("%d calls during the outage", n)
		}
		if n := later - soonAfter; n < 19*30 {
			t.Errorf("only %d calls in half a minute, from 12 s after the outage on", n)
		}
	})
}

func TestAnAPIThatIsGoneForGoodEndsTheRunAndLeavesTheRestToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 1000)
		time.AfterFunc(10*time.Second, func() { g.sandbox.SetDown(true) })
		start := time.Now()
		summary, err := g.run(func(c *Config) { c.Pace.Rate = pace.PerSecond(20) })
		if _, ok := errors.AsType[*GoneError](err); !ok {
			t.Fatalf("got %v", err)
		}
		if took := time.Since(start); took < 5*time.Minute || took > 6*time.Minute {
			t.Errorf("gave up after %v, not after --retry-max-time of 5m", took)
		}
		if summary.OK < 50 || summary.Failed > 40 || summary.Remaining < 800 || summary.Complete {
			t.Errorf("%+v", summary)
		}
		g.sandbox.SetDown(false)
		summary, err = g.run(unlimited)
		if err != nil || summary.OK != 1000 {
			t.Errorf("run again: %v, %+v", err, summary)
		}
		g.complete(1000)
	})
}

func TestATokenEndpointThatIsGoneForAWhileFailsNoSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{TokenLifetime: 20 * time.Second}, 1000)
		time.AfterFunc(10*time.Second, func() { g.sandbox.SetTokenDown(true) })
		time.AfterFunc(3*time.Minute, func() { g.sandbox.SetTokenDown(false) })
		summary, err := g.run(func(c *Config) { c.Pace.Rate = pace.PerSecond(20) })
		if err != nil || summary.OK != 1000 {
			t.Errorf("%v, %+v", err, summary)
		}
		if g.sandbox.Stats().TokenRequests <= g.tokens.Renewals() {
			t.Error("no token request met the outage: nothing was tested")
		}
		g.complete(1000)
	})
}

func TestSIMsThatTheAPIStumblesOverComeLastWhenRunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 200)
		g.sandbox.SetDown(true)
		_, err := g.run(func(c *Config) { c.RetryMaxTime = time.Minute; c.Retries = 1; c.Workers = 8 })
		if err == nil {
			t.Fatal("the API was down, and the run has not noticed")
		}
		failed := map[string]bool{}
		for _, row := range g.rows(g.results + ".partial") {
			failed[row.ICCID] = true
		}
		if len(failed) == 0 {
			t.Fatal("no SIM failed: nothing was tested")
		}
		g.sandbox.SetDown(false)
		if summary, err := g.run(func(c *Config) { c.Workers = 1; unlimited(c) }); err != nil || summary.OK != 200 {
			t.Errorf("%v, %+v", err, summary)
		}
		for i, row := range g.rows(g.results) {
			if last := i >= 200-len(failed); failed[row.ICCID] != last {
				t.Fatalf("row %d of 200 is SIM %s, which failed before: %v", i, row.ICCID, failed[row.ICCID])
			}
		}
	})
}

func TestTooManyFailuresStopTheRun(t *testing.T) {
	for name, c := range map[string]struct {
		limit    string
		min, max int // SIMs handled: what is in flight, and was begun while the last rows were written, comes on top
	}{
		"50 % of at least 100": {"50%", 100, 101 + 64},
		"30 SIMs":              {"30", 31, 31 + 64},
		"no limit":             {"0", 1000, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{Foreign: func(string) bool { return true }}, 1000)
				limit, err := ParseMaxFailures(c.limit)
				if err != nil {
					t.Fatal(err)
				}
				summary, err := g.run(func(cfg *Config) { cfg.MaxFailures = limit; unlimited(cfg) })
				var tooMany *TooManyFailuresError
				if stopped := errors.As(err, &tooMany); stopped != (c.limit != "0") {
					t.Errorf("got %v", err)
				}
				if summary.Refused < c.min || summary.Refused > c.max || summary.Refused+summary.Remaining != 1000 {
					t.Errorf("%d SIMs were refused, want %d to %d: %+v", summary.Refused, c.min, c.max, summary)
				}
			})
		})
	}
}

func TestMaxDurationEndsTheRunCleanly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{LatencyMin: 50 * time.Millisecond, LatencyMax: 500 * time.Millisecond}, 2000)
		runs := 0
		for {
			runs++
			summary, err := g.run(func(c *Config) {
				c.MaxDuration = time.Minute
				c.Pace.Rate = pace.PerSecond(20)
			})
			if err == nil {
				break
			}
			if !errors.Is(err, ErrMaxDuration) || summary.Failed > 0 || runs > 10 {
				t.Fatalf("run %d: %v, %+v", runs, err, summary)
			}
		}
		if runs < 3 {
			t.Errorf("done in %d runs", runs)
		}
		g.complete(2000)
		if stats := g.sandbox.Stats(); stats.Calls["POST"] != 4000 {
			t.Errorf("%d calls for 4000 webhooks: some were repeated", stats.Calls["POST"])
		}
	})
}

func TestAStoppedRunGoesOnWithoutRepeatingACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{LatencyMin: 50 * time.Millisecond, LatencyMax: 3 * time.Second}, 1000)
		stops := 0
		for range 100 {
			ctx := t.Context()
			run, done := g.prepare(ctx, func(c *Config) { c.Pace.Rate = pace.PerSecond(50) })
			timer := time.AfterFunc(3*time.Second, func() { run.Stop(ErrStopped) })
			start := time.Now()
			err := run.Do(ctx)
			timer.Stop()
			done()
			if err == nil {
				break
			}
			stops++
			if !errors.Is(err, ErrStopped) || time.Since(start) > 14*time.Second {
				t.Fatalf("%v after %v", err, time.Since(start))
			}
		}
		if stops < 3 {
			t.Errorf("stopped %d times: nothing was tested", stops)
		}
		g.complete(1000)
		if stats := g.sandbox.Stats(); stats.Calls["POST"] != 2000 {
			t.Errorf("%d calls for 2000 webhooks: some were repeated", stats.Calls["POST"])
		}
	})
}

func TestCallsThatOutlastTheGracePeriodAreCutAndTheirSIMsCalledAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{HangRate: 1}, 10)
		ctx := t.Context()
		run, done := g.prepare(ctx, func(c *Config) { unlimited(c); blind(c) })
		time.AfterFunc(time.Second, func() { run.Stop(ErrStopped) })
		start := time.Now()
		if err := run.Do(ctx); !errors.Is(err, ErrStopped) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took < 11*time.Second || took > 12*time.Second {
			t.Errorf("stopped after %v, want 1 s and 10 s of grace", took)
		}
		summary := run.Summary()
		done()
		if summary.Failed != 10 || g.sandbox.Stats().Faults[sandbox.FaultHang] != 10 {
			t.Errorf("%+v", summary)
		}
		for _, row := range g.rows(g.results + ".partial") {
			if row.Status != report.StatusFailed || row.Call("SUBSCRIPTION_END").CorrelationID == "" || row.Call("USAGE_THRESHOLD").Attempts != 0 {
				t.Errorf("%+v", row)
			}
		}
	})
}
