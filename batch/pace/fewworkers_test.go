package pace

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

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
		"a quota for which three times as many":      {workers: 32, latency: 2 * time.Second, limit: 3000, want: "needed=100"},
		"as many workers as are needed":              {workers: 34, latency: 2 * time.Second, limit: 1000},
		"few workers for quick answers":              {workers: 4, latency: 20 * time.Millisecond, limit: 1000},
		"20 workers, of the quota only half is ours": {workers: 20, latency: 2 * time.Second, limit: 1000, share: 0.5},
		"workers that have nothing to call for":      {workers: 20, idle: 15, latency: 2 * time.Second, limit: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				s := newQuotaServer(c.limit, time.Minute)
				time.Sleep(20 * time.Second)
				p := New(Options{Share: c.share, Workers: c.workers, Log: slog.New(slog.NewTextHandler(&log, nil))})
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
