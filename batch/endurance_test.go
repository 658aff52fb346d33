package batch

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api/sandbox"
)

var hours = flag.Float64("hours", 0.5, "virtual hours of TestHoursOfEverythingGoingWrong")

// TestHoursOfEverythingGoingWrong registers a fleet for hours of virtual time at
// 1,000 calls a minute, while tokens expire, another client uses the quota, the
// API goes away every hour and answers take from 50 ms to 5 s.
func TestHoursOfEverythingGoingWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const outage = 2 * time.Minute
		sims := int(*hours * 60 * 1000 / 2)
		g := newRig(t, sandbox.Options{
			Quota: 1000, Window: time.Minute, TokenLifetime: 5 * time.Minute,
			LatencyMin: 50 * time.Millisecond, LatencyMax: 5 * time.Second,
			ErrorRate: 0.001, ConflictOnRegister: true,
		}, sims)
		start := time.Now()
		outages := 0
		hourly := time.AfterFunc(17*time.Minute, nil)
		hourly.Stop()
		hourly = time.AfterFunc(17*time.Minute, func() {
			outages++
			g.sandbox.SetDown(true)
			time.AfterFunc(outage, func() { g.sandbox.SetDown(false) })
			hourly.Reset(time.Hour)
		})
		defer hourly.Stop()
		// Now and then another client takes much of the quota at once, more than was to be expected.
		taken := 0
		greedy := time.AfterFunc(time.Hour, nil)
		greedy.Stop()
		greedy = time.AfterFunc(7*time.Minute+50*time.Second, func() {
			g.sandbox.Consume(300)
			taken += 300
			greedy.Reset(29 * time.Minute)
		})
		defer greedy.Stop()

		summary, err := g.run(func(c *Config) {
			c.Workers = 128
			c.RetryMaxTime = 15 * time.Minute
		})
		took := time.Since(start)
		if err != nil || summary.OK != sims || summary.Failed > 0 {
			t.Errorf("%v, %+v", err, summary)
		}
		g.complete(sims)
		stats := g.sandbox.Stats()
		if outages == 0 || taken == 0 || stats.Faults[sandbox.FaultDown] == 0 || stats.Statuses[429] == 0 {
			t.Errorf("%d outages, %d calls taken, %+v: some fault never fired", outages, taken, stats)
		}
		used := 0
		for _, n := range stats.WriteWindows {
			used += n
		}
		allowed := int((took - time.Duration(outages)*outage).Minutes() * 1000)
		share := float64(used) / float64(allowed)
		t.Logf("%v for %d SIMs, %d outages, %d attempts, %d retries, %d of 429, %d tokens: %.2f %% of what the server allowed",
			took.Round(time.Second), sims, outages, summary.Attempts, summary.Retries, summary.Throttled, g.tokens.Renewals(), 100*share)
		if share < 0.99 {
			t.Errorf("%.2f %% of what the server allowed was used", 100*share)
		}
	})
}
