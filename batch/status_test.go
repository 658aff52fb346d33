package batch

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch/pace"
)

func TestTheRateIsThatOfNowAndTheTimeLeftThatOfTheLastMinute(t *testing.T) {
	start := time.Date(2024, 5, 1, 22, 0, 0, 0, time.UTC)
	type phase struct {
		length time.Duration
		calls  float64 // a second
	}
	for name, c := range map[string]struct {
		phases []phase
		every  time.Duration // between two marks
		want   float64       // calls a second
		left   time.Duration // for 600 SIMs, of two calls each; 0: not known
	}{
		"a run that has just begun has the rate of its first seconds": {[]phase{{5 * time.Second, 20}}, time.Second, 20, time.Minute},
		"what was before the last minute does not count":              {[]phase{{10 * time.Minute, 2}, {2 * time.Minute, 20}}, time.Second, 20, time.Minute},
		"marks within a second count too":                             {[]phase{{10 * time.Minute, 2}, {2 * time.Minute, 20}}, 100 * time.Millisecond, 20, time.Minute},
		"half a minute of each is half of each for the time left":     {[]phase{{10 * time.Minute, 10}, {30 * time.Second, 30}}, time.Second, 30, time.Minute},
		"soon after a pause has begun there is no rate":               {[]phase{{10 * time.Minute, 20}, {11 * time.Second, 0}}, time.Second, 0, 73 * time.Second},
		"in the first seconds of a pause the rate falls":              {[]phase{{10 * time.Minute, 20}, {5 * time.Second, 0}}, time.Second, 10, 65 * time.Second},
		"a long pause before the last minute does not count":          {[]phase{{10 * time.Minute, 20}, {5 * time.Minute, 0}, {30 * time.Second, 20}}, time.Second, 20, 2 * time.Minute},
		"after a minute's pause there is none":                        {[]phase{{10 * time.Minute, 20}, {90 * time.Second, 0}}, time.Second, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var r lastMinute
			r.begin(start)
			now, calls := start, 0.0
			for _, p := range c.phases {
				for end := now.Add(p.length); now.Before(end); {
					now = now.Add(c.every)
					calls += p.calls * c.every.Seconds()
					if p.calls > 0 { // rows are written
						r.add(now, answers{reads: int64(math.Round(calls))}, int(math.Round(calls))/2)
					}
				}
			}
			got, _ := r.rate(now, answers{reads: int64(math.Round(calls))})
			left := r.needed(now, int(math.Round(calls))/2, 600)
			if math.Abs(got-c.want) > c.want/50 || (left-c.left).Abs() > c.left/50 {
				t.Errorf("%.2f calls/s and %v left, want %.2f and %v", got, left, c.want, c.left)
			}
		})
	}
}

// Calls that were answered before a silence are no rate of now, although no row came with them.
func TestTheRateFallsWhileNoRowIsWritten(t *testing.T) {
	start := time.Date(2024, 5, 1, 22, 0, 0, 0, time.UTC)
	var r lastMinute
	r.begin(start)
	answered := answers{reads: 32}
	r.add(start.Add(time.Second), answers{}, 0)
	if got, _ := r.rate(start.Add(5*time.Second), answered); got < 6 {
		t.Errorf("%.2f calls/s at first", got)
	}
	if got, _ := r.rate(start.Add(65*time.Second), answered); got > 1 {
		t.Errorf("%.2f calls/s after a minute of silence", got)
	}
	r.add(start.Add(30*time.Second), answered, 0)
	if got, _ := r.rate(start.Add(65*time.Second), answered); got != 0 {
		t.Errorf("%.2f calls/s after a mark", got)
	}
}

func TestTheStatusSaysWhatLimitsARun(t *testing.T) {
	for name, c := range map[string]struct {
		options sandbox.Options
		change  func(*Config)
		after   time.Duration
		want    Limit
	}{
		"the quota":        {sandbox.Options{Quota: 1000, Window: time.Minute, LatencyMin: 50 * time.Millisecond, LatencyMax: 50 * time.Millisecond}, nil, 20*time.Second + 7*time.Millisecond, LimitQuota},
		"a fixed rate":     {sandbox.Options{}, func(c *Config) { c.Pace.Rate = mustRate(t, "5/s") }, 20 * time.Second, LimitRate},
		"slow answers":     {sandbox.Options{LatencyMin: 10 * time.Second, LatencyMax: 10 * time.Second}, func(c *Config) { c.Workers = 4 }, 25 * time.Second, LimitLatency},
		"a used up quota":  {sandbox.Options{Quota: 100, Window: time.Minute}, func(c *Config) { c.Pace.Rate = mustRate(t, "unlimited") }, 20 * time.Second, LimitUsedUp},
		"an outage":        {sandbox.Options{ErrorRate: 1}, nil, 20 * time.Second, LimitOutage},
		"its being ended":  {sandbox.Options{LatencyMin: 5 * time.Second, LatencyMax: 5 * time.Second}, func(c *Config) { c.MaxDuration = 18 * time.Second }, 20 * time.Second, LimitStopping},
		"nothing, at rest": {sandbox.Options{}, func(c *Config) { c.Pace.Rate = mustRate(t, "unlimited") }, time.Hour, LimitNone},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, c.options, 2000)
				run, done := g.prepare(t.Context(), c.change)
				defer done()
				ended := make(chan error, 1)
				go func() { ended <- run.Do(t.Context()) }()
				<-time.After(c.after)
				s := run.Status()
				if s.Limit != c.want {
					t.Errorf("%q after %v, want %q: %+v", s.Limit, c.after, c.want, s)
				}
				if c.want == LimitUsedUp && (s.Until.Before(time.Now()) || s.Until.After(time.Now().Add(time.Minute))) {
					t.Errorf("paused until %v, at %v", s.Until, time.Now())
				}
				if s.Busy > s.Workers || s.Busy < 0 {
					t.Errorf("%d of %d workers are busy", s.Busy, s.Workers)
				}
				run.abort(ErrStopped)
				<-ended
				if s := run.Status(); s.Busy != 0 {
					t.Errorf("%d calls in flight at the end", s.Busy)
				}
			})
		})
	}
}

func TestARunNeverUsesMoreThanTheWholeQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{Quota: 1000, Window: time.Minute, LatencyMin: 20 * time.Millisecond, LatencyMax: 80 * time.Millisecond}, 1500)
		<-time.After(7 * time.Second) // the first window has begun without the run
		run, done := g.prepare(t.Context(), nil)
		defer done()
		ended := make(chan error, 1)
		go func() { ended <- run.Do(t.Context()) }()
		most := 0.0
		for {
			most = max(most, run.Summary().QuotaUsed)
			select {
			case err := <-ended:
				if err != nil || most > 1 || most < .95 {
					t.Errorf("%v: up to %.1f %% of the quota were used", err, 100*most)
				}
				return
			case <-time.After(time.Second):
			}
		}
	})
}

func mustRate(t *testing.T, text string) pace.Rate {
	t.Helper()
	rate, err := pace.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return rate
}

func TestAStatusAddsUpAtEveryMomentAndEndsAsTheSummary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 500
		g := newRig(t, sandbox.Options{
			Quota: 300, Window: 10 * time.Second, ErrorRate: .05, LatencyMin: 20 * time.Millisecond, LatencyMax: time.Second,
			Unknown: func(iccid string) bool { return iccid[len(iccid)-2] == '7' },
		}, sims)
		run, done := g.prepare(t.Context(), nil)
		defer done()
		ended := make(chan error, 1)
		go func() { ended <- run.Do(t.Context()) }()
		for looks := 0; ; looks++ {
			s := run.Status()
			if s.Done()+s.Remaining != s.Total() || s.Total() != sims {
				t.Fatalf("%d done and %d to do of %d", s.Done(), s.Remaining, s.Total())
			}
			select {
			case err := <-ended:
				if err != nil || looks < 5 {
					t.Fatalf("%v after %d looks", err, looks)
				}
			case <-time.After(time.Second):
				continue
			}
			break
		}
		s, summary := run.Status(), run.Summary()
		if summary.Refused == 0 || summary.Retries == 0 {
			t.Fatalf("no fault fired: %+v", summary)
		}
		stats := g.sandbox.Stats()
		calls := 0
		for _, n := range stats.Calls {
			calls += n
		}
		type numbers struct{ ok, failed, refused, remaining, attempts, retries, throttled int }
		got := numbers{s.OK, s.Failed, s.Refused, s.Remaining, int(s.Attempts), int(s.RetriesMade()), int(s.Throttled)}
		want := numbers{summary.OK, summary.Failed, summary.Refused, summary.Remaining, int(summary.Attempts), int(summary.Retries), int(summary.Throttled)}
		if got != want {
			t.Errorf("the status has %+v, the summary %+v", got, want)
		}
		if calls != int(s.Attempts) {
			t.Errorf("%d attempts, and %d calls at the API", s.Attempts, calls)
		}
		if s.Writes.Quota != 300 || s.Writes.Remaining < 0 || s.Writes.Remaining > 300 {
			t.Errorf("a quota of 300 is told as %+v", s.Writes)
		}
		if s.Tokens != 1 {
			t.Errorf("%d tokens obtained, want 1", s.Tokens)
		}
	})
}

func TestAStatusCountsWhatEarlierRunsHaveDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 30)
		if _, err := g.run(nil); err != nil {
			t.Fatal(err)
		}
		g.setFleet(50)
		run, done := g.prepare(t.Context(), nil)
		defer done()
		if s := run.Status(); s.OK != 30 || s.Done() != 30 || s.Total() != 50 || s.Remaining != 20 {
			t.Errorf("before it begins: %d ok, %d done of %d, %d to do", s.OK, s.Done(), s.Total(), s.Remaining)
		}
		if err := run.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := run.Status(); s.OK != 50 || s.Done() != 50 || s.Remaining != 0 || s.Plan.Done != 30 || s.Limit != LimitNone {
			t.Errorf("at the end: %+v", s)
		}
	})
}

func TestRetriesAreCountedByReason(t *testing.T) {
	var r retryCounts
	r.add(&api.Error{Status: 503})
	r.add(&api.Error{Status: 503, CorrelationID: "another"})
	r.add(&api.Error{Status: 500})
	for i := range 3 * maxReasons {
		r.add(fmt.Errorf("strange fault %d", i))
	}
	got := r.byReason()
	if got["http_503"] != 2 || got["http_500"] != 1 || len(got) > maxReasons+1 || got["other"] == 0 {
		t.Errorf("%v", got)
	}
	if reason := retryReason(errors.New("x")); reason != "x" {
		t.Errorf("%q", reason)
	}
}
