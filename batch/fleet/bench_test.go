package fleet_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"simhook/batch/fleet"
)

// BenchmarkCheck examines a fleet of 1,000,000 SIMs. It compares that with encoding/csv reading the same text.
func BenchmarkCheck(b *testing.B) {
	const sims = 1_000_000
	text := []byte("iccid\n")
	for n := range sims {
		payload := fmt.Sprintf("894447460%09d", n)
		text = fmt.Appendf(text, "%s%c\n", payload, fleet.CheckDigit(payload))
	}
	source := openFleet(b, writeFleet(b, string(text)), fleet.Options{WebhookURL: "https://example.com/notifications"})
	var plain time.Duration
	b.ReportAllocs()
	for b.Loop() {
		found, err := fleet.Check(b.Context(), source)
		if err != nil || found.Valid != sims {
			b.Fatal(found.Valid, err)
		}
		b.StopTimer()
		plain += timeCSV(b, text)
		b.StartTimer()
	}
	b.ReportMetric(sims*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(b.Elapsed())/float64(plain), "of-encoding/csv")
}

// timeCSV is how long encoding/csv takes to read a text.
func timeCSV(b *testing.B, text []byte) time.Duration {
	b.Helper()
	started := time.Now()
	for reader := csv.NewReader(bytes.NewReader(text)); ; {
		if _, err := reader.Read(); errors.Is(err, io.EOF) {
			return time.Since(started)
		} else if err != nil {
			b.Fatal(err)
		}
	}
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

// bigFleet is the text of a fleet of n SIMs.
func bigFleet(n int) []byte {
	var text bytes.Buffer
	text.WriteString("iccid,label,webhook_url\n")
	for i := range n {
		payload := fmt.Sprintf("894447460%09d", i)
		fmt.Fprintf(&text, "%s%c,Tracker %d,https://example.com/hook\n", payload, fleet.CheckDigit(payload), i)
	}
	return text.Bytes()
}

func BenchmarkAll(b *testing.B) {
	const sims = 1_000_000
	text := bigFleet(sims)
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	_, _ = zip.Write(text)
	_ = zip.Close()
	for name, file := range map[string][]byte{"plain": text, "gzip": zipped.Bytes()} {
		b.Run(name, func(b *testing.B) {
			f := openFleet(b, writeFleet(b, string(file)), fleet.Options{})
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				good := 0
				for row, err := range f.All() {
					if err != nil || row.Problem != "" {
						b.Fatal(row, err)
					}
					good++
				}
				if good != sims {
					b.Fatalf("%d rows", good)
				}
			}
			b.ReportMetric(float64(sims)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
	b.Run("encoding/csv", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(text))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(sims)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}
