package batch

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"simhook/batch/fleet"
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
