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
// only that line. While nothing is answered it is a short line every minute.
func Log(log *slog.Logger, status func() batch.Status) (done func()) {
	var last batch.Status
	quiet := 0 // ticks since something was answered
	stop := every(time.Tick(logEvery), func() {
		s := status()
		if s.Answered > last.Answered || s.Done() > last.Done() {
			quiet = 0
			logStatus(log, s)
		} else if quiet++; quiet%2 == 0 {
			logQuiet(log, s)
		}
		last = s
	})
	return func() {
		stop()
		logStatus(log, status())
	}
}

// Answer says how far the run is each time that asked has something, until the function it returns is called.
func Answer(console *output.Console, asked <-chan os.Signal, status func() batch.Status) (done func()) {
	return every(asked, func() { console.Say("%s", Text(status(), time.Now())) })
}

// logStatus logs one line. Its numbers have the names that they have in the summary.
func logStatus(log *slog.Logger, s batch.Status) {
	attrs := []any{
		"done", s.Done(), "total", s.Total(), "percent", percent(s), "ok", s.OK, "failed", s.Failed,
		"refused", s.Refused, "remaining", s.Remaining,
		"attempts", s.Attempts, "retries", s.RetriesMade(), "throttled", s.Throttled,
	}
	if !paused(s) {
		attrs = append(attrs, "calls_per_second", tenths(s.CallsPerSecond()))
		if r := tightest(s); r.allowed > 0 {
			attrs = append(attrs, r.name+"_per_second", tenths(r.now), "allowed_per_second", tenths(r.allowed))
		}
	}
	if limits := limitWords(s, time.Now()); len(limits) > 0 {
		attrs = append(attrs, "limit", limits[0])
	}
	attrs = append(attrs, "elapsed", output.Roughly(s.Elapsed))
	if s.Left > 0 && !paused(s) {
		attrs = append(attrs, "eta", output.Roughly(s.Left))
	}
	log.Info("progress", attrs...)
}

// logQuiet says that the run is alive, though nothing happens.
func logQuiet(log *slog.Logger, s batch.Status) {
	attrs := []any{"done", s.Done(), "total", s.Total()}
	if limits := limitWords(s, time.Now()); len(limits) > 0 {
		attrs = append(attrs, "limit", limits[0])
	}
	log.Info("waiting", attrs...)
}

func tenths(x float64) float64 { return math.Round(x*10) / 10 }

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
