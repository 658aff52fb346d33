package main

import (
	"context"
	"sync"

	"simhook/batch"
)

// untilSignal returns a context that the first signal ends, with batch.ErrStopped for its cause. release
// ends the watch; signals that come later are for the next one.
func (p *program) untilSignal(parent context.Context) (ctx context.Context, release func()) {
	return p.onSignals(parent, func(cancel context.CancelCauseFunc, _ int) {
		p.console.Say("stopping: nothing has been called")
		cancel(batch.ErrStopped)
	})
}

// stopOnSignals lets the first signal end a run cleanly and the second at once.
func (p *program) stopOnSignals(parent context.Context, run *batch.Run) (ctx context.Context, release func()) {
	return p.onSignals(parent, func(cancel context.CancelCauseFunc, count int) {
		if count == 1 {
			p.console.Say("stopping: waiting up to 10 s for calls in flight; press again to stop at once")
			run.Stop(batch.ErrStopped)
			return
		}
		cancel(batch.ErrStopped)
	})
}

// onSignals calls handle for each signal with their count. After release, which waits for a handle under
// way, and may be called more than once, it is called no more.
func (p *program) onSignals(parent context.Context, handle func(cancel context.CancelCauseFunc, count int)) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	released, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for count := 1; ; count++ {
			select {
			case <-p.signals:
				handle(cancel, count)
			case <-released:
				return
			}
		}
	}()
	return ctx, sync.OnceFunc(func() {
		close(released)
		<-ended
	})
}
