//go:build unix

package batch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/batch/pace"
)

// BenchmarkRun registers a fleet over loopback HTTP/1.1 at an unlimited rate with
// 32 workers, a row for each SIM written and fsynced. An operation is one SIM,
// which is two calls.
func BenchmarkRun(b *testing.B) {
	base := "http://" + startStaticServer(b)
	dir := b.TempDir()
	path := filepath.Join(dir, "fleet.csv")
	writeSIMs(b, path, b.N)

	fleet, err := fleet.Open(b.Context(), path, nil, "", fleet.Options{WebhookURL: testWebhook})
	if err != nil {
		b.Fatal(err)
	}
	defer fleet.Close()
	client, err := api.NewClient(api.Config{BaseURL: base, Tokens: api.StaticToken("token"), Connections: 32})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	run, err := Prepare(b.Context(), Config{
		CallOptions: CallOptions{Client: client, Pace: pace.Options{Rate: pace.Unlimited()}},
		Action:      Register, Blind: true, Fleet: fleet, Results: filepath.Join(dir, "results.csv"),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer run.Close()

	b.ReportAllocs()
	b.ResetTimer()
	before := cpuTime(b)
	if err := run.Do(context.Background()); err != nil {
		b.Fatal(err)
	}
	used := cpuTime(b) - before
	b.StopTimer()
	if s := run.Summary(); s.OK != b.N {
		b.Fatalf("%d of %d SIMs are ok", s.OK, b.N)
	}
	calls := float64(run.Status().Attempts)
	b.ReportMetric(calls/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(used.Microseconds())/calls, "cpu-µs/call")
}

func writeSIMs(b *testing.B, path string, sims int) {
	b.Helper()
	text := []byte("iccid\n")
	for n := range sims {
		text = fmt.Appendln(text, testICCID(n))
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
}

// cpuTime is what this process has used up so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
