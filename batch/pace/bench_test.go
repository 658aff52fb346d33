//go:build unix

package pace_test

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"simhook/api"
	"simhook/batch/pace"
)

// BenchmarkPacer takes permits at a fixed rate with 32 workers. It reports which share of the rate is reached.
func BenchmarkPacer(b *testing.B) {
	for _, c := range []struct {
		rate      string
		perSecond float64
	}{{"17/s", 17}, {"1000/s", 1000}, {"50000/s", 50000}, {"unlimited", 0}} {
		b.Run(c.rate, func(b *testing.B) {
			rate, err := pace.ParseRate(c.rate)
			if err != nil {
				b.Fatal(err)
			}
			pacer := pace.New(pace.Options{Rate: rate})
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				pacer.Run(ctx)
			}()
			before := cpuTime(b)
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					permit, err := pacer.Acquire(ctx)
					if err != nil {
						b.Error(err)
					}
					permit.Done(api.Answer{Status: http.StatusOK})
				}
			})
			used := cpuTime(b) - before
			cancel()
			<-ended
			perSecond := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(perSecond, "calls/s")
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/call")
			if c.perSecond > 0 {
				b.ReportMetric(perSecond/c.perSecond, "of-the-rate")
			}
		})
	}
}

// cpuTime is what this process has used so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
