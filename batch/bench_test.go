package batch

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/batch/pace"
	"simhook/report/simset"
)

// BenchmarkCheck examines a fleet of 1,000,000 SIMs, and compares with encoding/csv
// reading the same file.
func BenchmarkCheck(b *testing.B) {
	const sims = 1_000_000
	path := filepath.Join(b.TempDir(), "fleet.csv")
	writeSIMs(b, path, sims)
	source, err := fleet.Open(b.Context(), path, nil, "", fleet.Options{WebhookURL: testWebhook})
	if err != nil {
		b.Fatal(err)
	}
	defer source.Close()
	var plain time.Duration
	var table *simset.Set
	b.ReportAllocs()
	for b.Loop() {
		table = simset.New()
		found, err := fleet.Check(b.Context(), source, table)
		if err != nil || found.Valid != sims {
			b.Fatal(found.Valid, err)
		}
		b.StopTimer()
		plain += timeCSV(b, path)
		b.StartTimer()
	}
	b.ReportMetric(sims*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(b.Elapsed())/float64(plain), "of-encoding/csv")
	b.ReportMetric(float64(heapOf(func() { runtime.KeepAlive(table); table = nil }))/sims, "bytes/SIM")
}

// timeCSV is how long encoding/csv takes to read a file.
func timeCSV(b *testing.B, path string) time.Duration {
	b.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	started := time.Now()
	for reader := csv.NewReader(bytes.NewReader(text)); ; {
		if _, err := reader.Read(); errors.Is(err, io.EOF) {
			return time.Since(started)
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// heapOf is how much memory is free after something is let go.
func heapOf(let func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	let()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return before.HeapAlloc - min(after.HeapAlloc, before.HeapAlloc)
}

func BenchmarkNormaliseICCID(b *testing.B) {
	for name, cell := range map[string]string{"plain": "8944474600000109251", "decorated": `="8944 4746 0000 0109 251F"`} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := fleet.NormaliseICCID(cell, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPacer takes permits at a fixed rate with 32 workers. Of the rate that it
// is to keep, it reports the share that it comes to.
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
					permit.Done(api.Answer{Status: 200})
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
