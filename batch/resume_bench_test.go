//go:build unix

package batch

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/batch/pace"
	"simhook/report"
	"simhook/report/results"
)

// BenchmarkResume continues a run of which 1,000,000 SIMs are done and 10 are
// left, as far as its first call, and compares with encoding/csv reading fleet and
// results.
func BenchmarkResume(b *testing.B) {
	const done, left = 1_000_000, 10
	dir := b.TempDir()
	path, results := filepath.Join(dir, "fleet.csv"), filepath.Join(dir, "results.csv")
	writeSIMs(b, path, done+left)
	writeDone(b, results, done)
	info, err := os.Stat(results + ".partial")
	if err != nil {
		b.Fatal(err)
	}
	var needed, plain time.Duration
	for b.Loop() {
		needed += firstCall(b, path, results, done)
		if err := os.Truncate(results+".partial", info.Size()); err != nil {
			b.Fatal(err)
		}
		plain += timeCSV(b, path) + timeCSV(b, results+".partial")
	}
	b.ReportMetric(needed.Seconds()/float64(b.N), "s-to-first-call")
	b.ReportMetric(float64(needed)/float64(plain), "of-encoding/csv")
	b.ReportMetric(0, "ns/op") // would take encoding/csv in
}

const benchBase = "https://api.example.com"

func openForBench(b *testing.B, out string) *results.Journal {
	b.Helper()
	bothTypes := []string{"SUBSCRIPTION_END", "USAGE_THRESHOLD"}
	journal, err := results.Open(out, results.Options{
		Action: string(Register), BaseURL: benchBase, Want: bothTypes, Types: bothTypes,
	})
	if err != nil {
		b.Fatal(err)
	}
	return journal
}

// writeDone leaves the results of a run that has done its first SIMs.
func writeDone(b *testing.B, results string, sims int) {
	b.Helper()
	journal := openForBench(b, results)
	now := time.Now()
	rows := make([]report.Row, 0, maxBatch)
	for n := range sims {
		iccid := testICCID(n)
		calls := []report.Call{
			{Type: "SUBSCRIPTION_END", Outcome: report.Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: "abcdefgh-" + iccid + "-SE-1"},
			{Type: "USAGE_THRESHOLD", Outcome: report.Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: "abcdefgh-" + iccid + "-UT-1"},
		}
		rows = append(rows, report.Row{
			ICCID: iccid, Line: n + 2, Action: string(Register), Status: report.StatusOK, WebhookURL: testWebhook,
			Calls: calls, StartedAt: now, FinishedAt: now, BaseURL: benchBase,
		})
		if len(rows) == maxBatch || n == sims-1 {
			if err := journal.Append(rows); err != nil {
				b.Fatal(err)
			}
			rows = rows[:0]
		}
	}
	if err := errors.Join(journal.Sync(), journal.Close()); err != nil {
		b.Fatal(err)
	}
}

// firstCall is how long a run takes from opening its files to its first call.
func firstCall(b *testing.B, path, results string, done int) time.Duration {
	b.Helper()
	started := time.Now()
	fleet, err := fleet.Open(b.Context(), path, nil, "", fleet.Options{WebhookURL: testWebhook})
	if err != nil {
		b.Fatal(err)
	}
	called := new(stopwatch)
	client, err := api.NewClient(api.Config{BaseURL: benchBase, Tokens: api.StaticToken("token"), Transport: called})
	if err != nil {
		b.Fatal(err)
	}
	run, err := Prepare(b.Context(), Config{
		CallOptions: CallOptions{Client: client, Pace: pace.Options{Rate: pace.Unlimited()}},
		Action:      Register, Fleet: fleet, Results: results, Workers: 1,
	})
	if err != nil || run.Plan().Done != done {
		b.Fatal(err)
	}
	called.stop = func() { run.Stop(ErrStopped) }
	if err := run.Do(b.Context()); !errors.Is(err, ErrStopped) {
		b.Fatal(err)
	}
	if err := errors.Join(run.Close(), fleet.Close()); err != nil {
		b.Fatal(err)
	}
	return called.at.Sub(started)
}

// stopwatch answers calls, and notes when the first one came.
type stopwatch struct {
	once sync.Once
	at   time.Time
	stop func()
}

func (s *stopwatch) RoundTrip(*http.Request) (*http.Response, error) {
	s.once.Do(func() {
		s.at = time.Now()
		s.stop()
	})
	return &http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
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
