package main

import (
	"math"
	"sync"
	"time"

	"simhook/batch"
)

// logEvery is the time between two lines of progress in a log.
const logEvery = 30 * time.Second

// showProgress shows how far a run is until the function it returns is called, which waits for the last
// of it.
func (b *bulk) showProgress(run *batch.Run) (done func()) {
	switch {
	case run.Status().Plan.ToDo() == 0, b.progress == "none":
		return func() {}
	case b.canDraw() && b.progress != "log": // elsewhere a bar is not drawn, and would swallow the log
		return b.drawBar(run)
	}
	stop := every(logEvery, func() { b.logProgress(run.Status()) })
	return func() {
		stop()
		b.logProgress(run.Status()) // how it ended; and short runs have no other line
	}
}

// logProgress logs how far a run is, with the names that the summary has for the numbers.
func (b *bulk) logProgress(s batch.Status) {
	attrs := []any{
		"done", s.Done(), "total", s.Total(), "ok", s.OK, "failed", s.Failed, "refused", s.Refused, "remaining", s.Remaining,
		"attempts", s.Attempts, "retries", s.RetriesMade(), "throttled", s.Throttled,
		"calls_per_second", math.Round(s.CallsPerSecond*10) / 10,
	}
	if limits := limiting(s, time.Now()); len(limits) > 0 {
		attrs = append(attrs, "limit", limits[0])
	}
	if s.Left > 0 {
		attrs = append(attrs, "eta", roughly(s.Left))
	}
	b.log.Info("progress", attrs...)
}

// every calls do at an interval until stop is called, which waits for a call under way.
func every(interval time.Duration, do func()) (stop func()) {
	ended := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
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
