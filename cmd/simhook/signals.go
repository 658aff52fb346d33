package main

import (
	"context"
	"os"
	"sync"
	"syscall"
	"time"

	"simhook/batch"
)

// untilSignal returns a context that the first signal ends with the cause batch.ErrStopped. After release, signals are
// left to the next watch.
func (p *program) untilSignal(parent context.Context) (ctx context.Context, release func()) {
	return p.onSignals(parent, func(cancel context.CancelCauseFunc, _ int) {
		p.console.Say("stopping: nothing has been changed")
		cancel(batch.ErrStopped)
	})
}

// stopOnSignals ends a run cleanly at the first signal, and at once at the second.
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

// pairWithin is the time in which two signals of one kind are one, Ctrl-C excepted: GNU timeout, for example, sends SIGTERM
// to the process and then to its group.
const pairWithin = time.Second

// terminalClosed reports whether the terminal is gone that controlled the process.
func (p *program) terminalClosed() bool { return p.attached && !hasTerminal() }

// onSignals calls handle for each signal, with the count of signals so far. A hangup is a first signal, except for a
// command that rotates its file then, and never a second one: a shell and its terminal can both send it. release ends that, and waits for a handle
// under way. It may be called more than once.
func (p *program) onSignals(
	parent context.Context, handle func(cancel context.CancelCauseFunc, count int),
) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(parent)
	released, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		var last os.Signal
		var at time.Time
		for count := 0; ; {
			select {
			case one := <-p.signals:
				pair := one == last && one != os.Interrupt && time.Since(at) < pairWithin
				last, at = one, time.Now()
				hangup := one == syscall.SIGHUP && (p.rotates && !p.terminalClosed() || count > 0)
				if pair || hangup {
					continue
				}
				count++
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
