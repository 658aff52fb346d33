package main

import (
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
	case b.terminal && b.progress != "log": // elsewhere a bar is not drawn, and would swallow the log
		return b.drawBar(run)
	}
	stop := every(logEvery, func() { b.logProgress(run.Status()) })
	return func() {
		stop()
		b.logProgress(run.Status()) // how it ended; and short runs have no other line
	}
}

func (b *bulk) logProgress(s batch.Status) {
	attrs := []any{
		"done", s.Handled(), "total", s.Plan.ToDo(), "ok", s.OK, "failed", s.Failed, "refused", s.Refused,
		"attempts", s.Attempts, "throttled", s.Throttled,
	}
	if s.Paused != "" {
		attrs = append(attrs, "paused", s.Paused)
	}
	if left, known := remaining(s); known {
		attrs = append(attrs, "eta", roughly(left))
	}
	b.log.Info("progress", attrs...)
}

// remaining is how long the run will still take if it goes on as it has.
func remaining(s batch.Status) (left time.Duration, known bool) {
	handled := s.Handled()
	if handled == 0 {
		return 0, false
	}
	return time.Duration(float64(s.Elapsed) / float64(handled) * float64(s.Plan.ToDo()-handled)), true
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
