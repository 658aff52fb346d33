package progress

import (
	"log/slog"
	"math"
	"os"
	"sync"
	"time"

	"simhook/batch"
	"simhook/cmd/simhook/internal/output"
)

const (
	// redrawEvery is the time between two frames of the drawn line.
	redrawEvery = 200 * time.Millisecond
	// logEvery is the time between two lines in a log.
	logEvery = 30 * time.Second
)

// Bar draws a line at the bottom of the console, which must be a terminal, until the function it returns is called.
// The last frame stays on the screen.
func Bar(console *output.Console, status func() batch.Status, colours bool) (done func()) {
	draw := func() {
		s, now := status(), time.Now()
		room := console.Width() - 1
		console.Draw(Line(s, now, room, colours), len(Line(s, now, room, false)))
	}
	draw()
	stop := every(time.Tick(redrawEvery), draw)
	return func() {
		stop()
		draw()
		console.EndLine()
	}
}

// Log logs a line every 30 s until the function it returns is called, which logs how the run ended. A short run has
// only that line.
func Log(log *slog.Logger, status func() batch.Status) (done func()) {
	write := func() { logStatus(log, status()) }
	stop := every(time.Tick(logEvery), write)
	return func() {
		stop()
		write()
	}
}

// Answer says how far the run is each time that asked has something, until the function it returns is called.
func Answer(console *output.Console, asked <-chan os.Signal, status func() batch.Status) (done func()) {
	return every(asked, func() { console.Say("%s", Text(status(), time.Now())) })
}

// logStatus logs one line. Its numbers have the names that they have in the summary.
func logStatus(log *slog.Logger, s batch.Status) {
	attrs := []any{
		"done", s.Done(), "total", s.Total(), "ok", s.OK, "failed", s.Failed,
		"refused", s.Refused, "remaining", s.Remaining,
		"attempts", s.Attempts, "retries", s.RetriesMade(), "throttled", s.Throttled,
		"calls_per_second", math.Round(s.CallsPerSecond*10) / 10,
	}
	if limits := limitWords(s, time.Now()); len(limits) > 0 {
		attrs = append(attrs, "limit", limits[0])
	}
	if s.Left > 0 {
		attrs = append(attrs, "eta", output.Roughly(s.Left))
	}
	log.Info("progress", attrs...)
}

// every calls do for each tick until stop is called, which waits for a call under way.
func every[T any](ticks <-chan T, do func()) (stop func()) {
	ended := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case <-ticks:
				do()
			case <-ended:
				return
			}
		}
	})
	return func() {
		close(ended)
		running.Wait()
	}
}
