package pace_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/batch/pace"
)

func TestAutomaticRateStaysALittleUnderTheDocumentedQuotaWhenNoneIsAnnounced(t *testing.T) {
	for name, c := range map[string]struct {
		options  pace.Options
		min, max int
	}{
		"all of it":            {pace.Options{}, 970, 995},
		"half of it":           {pace.Options{Share: 0.5}, 485, 498},
		"a quarter, by shards": {pace.Options{Parts: 4}, 240, 249},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newQuotaServer(1000, time.Minute)
				s.silent = true
				run(t, pace.New(c.options), s, 10*time.Minute+time.Second)
				if s.refused > 0 {
					t.Errorf("%d calls were refused", s.refused)
				}
				for i, n := range s.used[1 : len(s.used)-1] {
					if n < c.min || n > c.max {
						t.Errorf("%d calls in minute %d, want %d to %d", n, i+1, c.min, c.max)
					}
				}
			})
		})
	}
}

func TestAutomaticRateFallsToALowerQuotaThatIsNotAnnounced(t *testing.T) {
	for name, c := range map[string]struct {
		tells       bool
		mostRefused int
		leastUsed   float64
	}{
		"the 429 says how many are allowed": {true, 64, 0.96},
		"the 429 says nothing":              {false, 64 * 60 / 10, 0.8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newQuotaServer(300, time.Minute)
				s.silent, s.tells = true, c.tells
				run(t, pace.New(pace.Options{}), s, time.Hour+time.Second)
				used := full(s.used, 300)
				t.Logf("%.1f %% used, %d refused", 100*used, s.refused)
				if s.refused == 0 {
					t.Fatal("the quota was never reached: nothing was tested")
				}
				if s.refused > c.mostRefused {
					t.Errorf("%d calls were refused in an hour", s.refused)
				}
				if used < c.leastUsed {
					t.Errorf("%.0f %% of the quota was used", 100*used)
				}
			})
		})
	}
}

func TestARateThatHeadersTellIsKeptUnlessItIsAboveTheDocumentedOne(t *testing.T) {
	for limit, want := range map[int]float64{5: 5, 100: api.DefaultQuota / 60.0} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			p := pace.New(pace.Options{})
			go p.Run(ctx)
			calls := 0.0
			for ; ; calls++ {
				permit, err := p.Acquire(ctx)
				if err != nil {
					break
				}
				permit.Done(api.Answer{Status: http.StatusOK, Quota: api.Quota{Limit: limit, Window: time.Second}})
			}
			if perSecond := calls / 600; perSecond > want || perSecond < 0.97*want {
				t.Errorf("%.2f calls a second, %.2f are allowed", perSecond, want)
			}
		})
	}
}

func TestAFixedRateIsKeptWhateverTheServerAnnounces(t *testing.T) {
	for name, c := range map[string]struct {
		rate   string
		parts  int
		perMin int
	}{
		"17 a second":                 {rate: "17/s", perMin: 17 * 60},
		"600 a minute":                {rate: "600/m", perMin: 600},
		"600 a minute over 3 shards":  {rate: "600/m", parts: 3, perMin: 200},
		"30 an hour, the quota aside": {rate: "1800/h", perMin: 30},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rate, err := pace.ParseRate(c.rate)
				if err != nil {
					t.Fatal(err)
				}
				s := newQuotaServer(100000, time.Minute)
				run(t, pace.New(pace.Options{Rate: rate, Parts: c.parts}), s, 5*time.Minute+time.Second)
				for i, n := range s.used[1 : len(s.used)-1] {
					if n < c.perMin-1 || n > c.perMin+1 {
						t.Errorf("%d calls in minute %d, want %d", n, i+1, c.perMin)
					}
				}
			})
		})
	}
}

func TestACallThatIsGivenUpLeavesThePacerToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := pace.NewQuotas(pace.Options{})
		given, giveUp := context.WithCancel(t.Context())
		giveUp()
		if _, err := q.Acquire(given, postA); err == nil {
			t.Fatal("a call that was given up got a permit")
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		go q.Run(ctx)
		if _, err := q.Acquire(ctx, postA); err != nil {
			t.Errorf("the next call got no permit in a minute: %v", err)
		}
	})
}
