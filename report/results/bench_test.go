package results

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"simhook/report"
	"simhook/report/reporttest"
)

func BenchmarkAppend(b *testing.B) {
	const batch = 256
	rows := make([]report.Row, batch)
	for i := range rows {
		rows[i] = reporttest.OKRow(fmt.Sprintf("89%017d", i), i+2)
	}
	j := mustOpen(b, resultsIn(b), bothTypes())
	b.ReportAllocs()
	for b.Loop() {
		if err := errors.Join(j.Append(rows), j.Sync()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(batch*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRow writes one row.
func BenchmarkRow(b *testing.B) {
	standard := newLayout(standardTypes(), nil)
	row, buf := reporttest.OKRow(reporttest.SimA, 2), make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buf = standard.append(buf[:0], &row)
	}
}

// BenchmarkLine splits and decodes one line.
func BenchmarkLine(b *testing.B) {
	text := bytes.TrimSuffix([]byte(lines(reporttest.OKRow(reporttest.SimA, 2))), []byte("\n"))
	standard := newLayout(standardTypes(), nil)
	l := newLine(&standard)
	var e entry
	b.ReportAllocs()
	for b.Loop() {
		if !l.parse(text, &e) {
			b.Fatal()
		}
	}
}

// BenchmarkRead reads 1,000 rows.
func BenchmarkRead(b *testing.B) {
	row := lines(reporttest.OKRow(reporttest.SimA, 2))
	text := append(headerLine(), bytes.Repeat([]byte(row), 1000)...)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range Read(bytes.NewReader(text)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkOpen resumes 100,000 rows, and compares with encoding/csv reading the
// same bytes.
func BenchmarkOpen(b *testing.B) {
	const sims = 100_000
	rows := make([]report.Row, sims)
	for i := range rows {
		rows[i] = reporttest.OKRow(fmt.Sprintf("89%017d", i), i+2)
	}
	path := resultsIn(b)
	leave(b, path, rows...)
	text := []byte(reporttest.Content(b, partialPath(path)))
	var plain time.Duration
	b.ReportAllocs()
	for b.Loop() {
		j := mustOpen(b, path, bothTypes())
		if j.known.live != sims {
			b.Fatalf("%d rows", j.known.live)
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		started := time.Now()
		readAll(b, text)
		plain += time.Since(started)
		b.StartTimer()
	}
	b.ReportMetric(sims*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(b.Elapsed())/float64(plain), "of-encoding/csv")
}

func readAll(b *testing.B, text []byte) {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.ReuseRecord = true
	for {
		if _, err := reader.Read(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// Rows are written where every call of the API waits for it.
func TestWritingARowTakesNoAllocations(t *testing.T) {
	standard := newLayout(standardTypes(), nil)
	row, buf := mixedFleet()[1], make([]byte, 0, 4096)
	if got := testing.AllocsPerRun(100, func() { buf = standard.append(buf[:0], &row) }); got > 0 {
		t.Errorf("a row takes %v allocations", got)
	}
}
