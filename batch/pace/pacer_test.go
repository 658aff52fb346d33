package pace

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
)

// quotaServer is the fixed-window quota of a Connect API: what a pacer is up
// against, without HTTP between the two.
type quotaServer struct {
	limit  int
	window time.Duration
	ahead  time.Duration // of its clock before ours
	silent bool          // nothing is announced
	tells  bool          // but by the text of a 429

	start   time.Time
	mu      sync.Mutex
	used    []int // calls let through, by window
	mine    []int // of them, those of the client under test
	refused int   // calls of the client under test
	others  int   // refused calls of others

}

func newQuotaServer(limit int, window time.Duration) *quotaServer {
	return &quotaServer{limit: limit, window: window, start: time.Now()}
}

// call counts a call that arrives now.
func (s *quotaServer) call(mine bool) api.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	n := int(now.Sub(s.start) / s.window)
	for len(s.used) <= n {
		s.used, s.mine = append(s.used, 0), append(s.mine, 0)
	}
	answer := api.Answer{Status: 200, Date: now.Add(s.ahead).Truncate(time.Second)}
	if s.used[n] >= s.limit {
		if mine {
			s.refused++
		} else {
			s.others++
		}
		answer.Status = 429
		if s.tells {
			answer.Quota = api.Quota{Limit: s.limit, Window: s.window}
		}
	} else {
		s.used[n]++
		if mine {
			s.mine[n]++
		}
	}
	if !s.silent {
		answer.Quota = api.Quota{
			Limit: s.limit, Remaining: s.limit - s.used[n],
			Reset: s.start.Add(time.Duration(n+1) * s.window).Add(s.ahead).Truncate(time.Millisecond),
		}
	}
	return answer
}

// full is the share of the windows' quota that was used, the first and the last
// one, which are cut, left out.
func full(used []int, limit int) float64 {
	sum := 0
	for _, n := range used[1 : len(used)-1] {
		sum += n
	}
	return float64(sum) / float64(limit*(len(used)-2))
}

// drive keeps workers calling through a pacer for some virtual time.
func drive(ctx context.Context, p *Pacer, workers int, s *quotaServer, before, after func() time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{}, workers+1)
	go func() { p.Run(ctx); stopped <- struct{}{} }()
	for range workers {
		go func() {
			defer func() { stopped <- struct{}{} }()
			for {
				permit, err := p.Acquire(ctx)
				if err != nil {
					return
				}
				time.Sleep(before())
				answer := s.call(true)
				time.Sleep(after())
				permit.Done(answer)
			}
		}()
	}
	<-ctx.Done()
	cancel()
	for range workers + 1 {
		<-stopped
	}
}

func evenly(from, to time.Duration) func() time.Duration {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return from + time.Duration(random.Int64N(int64(to-from)+1))
	}
}

func none() time.Duration { return 0 }

func TestAutomaticRateUsesTheAnnouncedQuotaWithoutA429(t *testing.T) {
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
		"1,000 a minute, answers take 50 ms to 2 s": {limit: 1000, window: time.Minute, before: none, after: evenly(50*time.Millisecond, 2*time.Second), want: 0.995},
		"the same where calls are counted late":     {limit: 1000, window: time.Minute, before: evenly(25*time.Millisecond, time.Second), after: evenly(25*time.Millisecond, time.Second), want: 0.995},
		"answers take 20 ms":                        {limit: 1000, window: time.Minute, before: none, after: evenly(15*time.Millisecond, 25*time.Millisecond), want: 0.995},
		"the server's clock is a minute ahead":      {limit: 1000, window: time.Minute, ahead: time.Minute, before: none, after: evenly(50*time.Millisecond, time.Second), want: 0.995},
		"the server's clock is a minute behind":     {limit: 1000, window: time.Minute, ahead: -time.Minute, before: none, after: evenly(50*time.Millisecond, time.Second), want: 0.995},
		"200 in 3 s":                                {limit: 200, window: 3 * time.Second, before: none, after: evenly(5*time.Millisecond, 50*time.Millisecond), want: 0.99},
		"20 in a second":                            {limit: 20, window: time.Second, before: none, after: evenly(5*time.Millisecond, 30*time.Millisecond), want: 0.99},
		"one a minute":                              {limit: 1, window: time.Minute, before: none, after: evenly(5*time.Millisecond, 50*time.Millisecond), hours: 2, want: 0.99},
		"36,000 an hour":                            {limit: 36000, window: time.Hour, before: none, after: evenly(50*time.Millisecond, time.Second), hours: 4.5, want: 0.995},
		"50,000 a second":                           {limit: 50000, window: time.Second, before: none, after: evenly(time.Millisecond, 3*time.Millisecond), hours: 6. / 3600, workers: 512, want: 0.98},
		"half of it is ours":                        {limit: 1000, window: time.Minute, share: 0.5, before: none, after: evenly(50*time.Millisecond, time.Second), want: 0.497},
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
				drive(ctx, New(Options{Share: c.share}), c.workers, s, c.before, c.after)
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

// run drives a pacer against a server for a while, with answers of 50 ms to 1 s.
func run(t *testing.T, p *Pacer, s *quotaServer, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	drive(ctx, p, 64, s, none, evenly(50*time.Millisecond, time.Second))
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
		drive(ctx, New(Options{}), 32, s, none, evenly(5*time.Millisecond, 50*time.Millisecond))
		<-other
		mine := 0
		for _, n := range s.mine {
			mine += n
		}
		t.Logf("%d windows, %.1f %% used, %d calls ours, %d of them and %d of the others' refused", len(s.used), 100*full(s.used, 200), mine, s.refused, s.others)
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
				run(t, New(Options{}), s, 10*time.Minute+time.Second)
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

func TestAutomaticRateStaysALittleUnderTheDocumentedQuotaWhenNoneIsAnnounced(t *testing.T) {
	for name, c := range map[string]struct {
		options  Options
		min, max int
	}{
		"all of it":            {Options{}, 970, 995},
		"half of it":           {Options{Share: 0.5}, 485, 498},
		"a quarter, by shards": {Options{Parts: 4}, 240, 249},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newQuotaServer(1000, time.Minute)
				s.silent = true
				run(t, New(c.options), s, 10*time.Minute+time.Second)
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

func TestAutomaticRateComesToTermsWithALowerQuotaThatIsNotAnnounced(t *testing.T) {
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
				run(t, New(Options{}), s, time.Hour+time.Second)
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
				rate, err := ParseRate(c.rate)
				if err != nil {
					t.Fatal(err)
				}
				s := newQuotaServer(100000, time.Minute)
				run(t, New(Options{Rate: rate, Parts: c.parts}), s, 5*time.Minute+time.Second)
				for i, n := range s.used[1 : len(s.used)-1] {
					if n < c.perMin-1 || n > c.perMin+1 {
						t.Errorf("%d calls in minute %d, want %d", n, i+1, c.perMin)
					}
				}
			})
		})
	}
}

func TestA429HoldsAllWorkersBackUntilTheReset(t *testing.T) {
	for name, c := range map[string]struct {
		options Options
		answer  func(now time.Time) api.Answer
		wait    time.Duration
	}{
		"the announced reset": {Options{Rate: Unlimited()}, func(now time.Time) api.Answer {
			return api.Answer{Status: 429, Quota: api.Quota{Limit: 10, Reset: now.Add(40 * time.Second)}}
		}, 40 * time.Second},
		"Retry-After alone": {Options{Rate: Unlimited()}, func(time.Time) api.Answer {
			return api.Answer{Status: 429, RetryAfter: 7 * time.Second}
		}, 7 * time.Second},
		"Retry-After beyond the reset": {Options{}, func(now time.Time) api.Answer {
			return api.Answer{Status: 429, RetryAfter: 20 * time.Second, Quota: api.Quota{Limit: 10, Reset: now.Add(5 * time.Second)}}
		}, 20 * time.Second},
		"Retry-After of a 503": {Options{}, func(time.Time) api.Answer {
			return api.Answer{Status: 503, RetryAfter: 9 * time.Second}
		}, 9 * time.Second},
		"no word of how long": {Options{}, func(time.Time) api.Answer { return api.Answer{Status: 429} }, time.Second},
		"nothing remaining, with a fixed rate": {Options{Rate: PerSecond(100)}, func(now time.Time) api.Answer {
			return api.Answer{Status: 200, Quota: api.Quota{Limit: 10, Reset: now.Add(3 * time.Second)}}
		}, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				p := New(c.options)
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
					t.Errorf("calls went out after %v, the gate was to be closed for %v", early, c.wait)
				}
				mu.Unlock()
				if _, err := p.Acquire(ctx); err != nil {
					t.Error(err)
				}
				if waited := time.Since(start); waited > c.wait+time.Minute {
					t.Errorf("the gate opened after %v only", waited)
				}
			})
		})
	}
}
