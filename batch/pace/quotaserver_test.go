package pace_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"simhook/api"
	"simhook/batch/pace"
)

// quotaServer is the fixed-window quota of a Connect API, without HTTP between it and the pacer.
type quotaServer struct {
	limit  int
	window time.Duration
	ahead  time.Duration // of its clock before ours
	silent bool          // nothing is announced
	tells  bool          // the text of a 429 names the limit, even if silent

	start   time.Time
	mu      sync.Mutex
	used    []int // calls let through, by window
	mine    []int // of them, those of the client under test
	refused int   // calls of the client under test
	others  int   // refused calls of the other client
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
	answer := api.Answer{Status: http.StatusOK, Date: now.Add(s.ahead).Truncate(time.Second)}
	if s.used[n] >= s.limit {
		if mine {
			s.refused++
		} else {
			s.others++
		}
		answer.Status = http.StatusTooManyRequests
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

// full is the share of the windows' quota that was used. The first and the last window are left out, because
// the test covers only a part of them.
func full(used []int, limit int) float64 {
	sum := 0
	for _, n := range used[1 : len(used)-1] {
		sum += n
	}
	return float64(sum) / float64(limit*(len(used)-2))
}

// drive keeps workers calling through a pacer for some virtual time.
func drive(ctx context.Context, p *pace.Pacer, workers int, s *quotaServer, before, after func() time.Duration) {
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

// run drives a pacer against a server for a while, with answers of 50 ms to 1 s.
func run(t *testing.T, p *pace.Pacer, s *quotaServer, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	drive(ctx, p, 64, s, none, evenly(50*time.Millisecond, time.Second))
}
