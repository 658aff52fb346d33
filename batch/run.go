package batch

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"simhook/api"
	"simhook/report"
	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/history"
	"simhook/report/results"
)

// Run is one run over a fleet. [Prepare] makes it; Do makes its calls, once; Close frees its files.
type Run struct {
	*stopper
	cfg     Config           // with its defaults
	history *history.History // nil: nothing is changed, or nothing is kept
	changes *history.LastChanges
	journal *results.Journal
	past    *results.Journal // that SIMs have left; nil: nothing is pruned
	planner planner
	plan    Plan
	caller  *Caller
	record  *recorder
	begun   atomic.Bool
	cleanUp func() error
}

// PanicError says that a bug was met. The SIM's row says so too.
type PanicError struct{ ICCID, Reason string }

func (e *PanicError) Error() string {
	return fmt.Sprintf("internal error while handling SIM %s: %s", e.ICCID, e.Reason)
}

// Plan is what the run is about to do.
func (r *Run) Plan() Plan { return r.plan }

// Healed says which damaged lines of an unfinished results file were set aside.
func (r *Run) Healed() file.Healed { return r.journal.Healed() }

// TakenOver says which results of runs with another number of shards this run began with.
func (r *Run) TakenOver() results.TakenOver { return r.journal.TakenOver() }

// Expected is how long the calls will take at the rates they may be made, as far as those are known before the first
// answer. Reads and writes have a quota each, and are made side by side. 0: nothing limits them.
func (r *Run) Expected() time.Duration {
	perSecond := r.caller.writes.PerSecond() // of reads too
	if perSecond == 0 {
		return 0
	}
	return time.Duration(float64(max(r.plan.Reads, r.plan.Writes)) / perSecond * float64(time.Second))
}

// Stop lets the run end: no new SIM is taken, and calls in flight get the grace period to finish. The first cause is
// the one that Do returns.
func (r *Run) Stop(cause error) { r.stop(cause) }

// Close frees the results for another run. Rows that were written stay.
func (r *Run) Close() error {
	var errs []error
	if r.journal != nil {
		errs = append(errs, r.journal.Close())
	}
	if r.past != nil && r.past != r.journal {
		errs = append(errs, r.past.Close())
	}
	if r.history != nil {
		errs = append(errs, r.history.Close())
	}
	return errors.Join(append(errs, r.cleanUp())...)
}

// Do makes the calls, until all SIMs of the plan have a row, or the run is stopped, or the context ends: then calls in
// flight are cut. It returns why it ended early, if it did; what became of the SIMs stands in the rows and in the
// Summary. Do can be called once, and not on a dry run that makes no calls.
func (r *Run) Do(ctx context.Context) error {
	switch {
	case r.begun.Swap(true):
		return errors.New("a run can be done once: prepare another")
	case r.cfg.looksOnly():
		return fmt.Errorf("a dry run of %s makes no calls: it only has a plan", r.cfg.Action)
	}
	if err := r.beginHistory(); err != nil {
		return err
	}
	calls, cut, end := r.contexts(ctx)
	defer end()
	r.record.begin()
	defer r.watch(ctx, cut, r.cfg.MaxDuration, r.cfg.Grace, r.idle)()
	pacing, endPacing := context.WithCancel(ctx)
	wait := r.caller.pace(pacing)
	defer wait()
	defer endPacing()

	failure, readErr := r.handleAll(ctx, calls)
	if failure != nil {
		return failure
	}
	return r.finish(calls, readErr)
}

// idle reports whether no call is in flight.
func (r *Run) idle() bool { return r.caller.counts.busy.Load() == 0 }

// handleAll is the pipeline: one goroutine reads SIMs, workers call, and this one writes.
func (r *Run) handleAll(ctx context.Context, calls contexts) (failure *file.WriteError, readErr error) {
	sims, rows := make(chan sim), make(chan result)
	var group errgroup.Group
	group.Go(func() error {
		defer close(sims)
		return r.read(ctx, calls, sims, rows)
	})
	for range r.cfg.Workers {
		group.Go(func() error {
			r.work(calls, sims, rows)
			return nil
		})
	}
	go func() {
		readErr = group.Wait()
		close(rows)
	}()
	failure = r.record.write(rows)
	return failure, readErr
}

// read hands out the SIMs that are to be called for, and the results of rows that name none. SIMs that failed in
// earlier runs come last: if they fail again, the others are done by then.
func (r *Run) read(ctx context.Context, calls contexts, sims chan<- sim, rows chan<- result) error {
	for _, again := range []bool{false, true} {
		if again && r.plan.Again == 0 {
			break
		}
		for e, err := range r.planner.remaining(ctx) {
			switch {
			case err != nil:
				return err
			case e.bad != nil && !e.recorded && !again:
				rows <- result{row: *e.bad}
				continue
			case e.bad != nil || e.done || e.again != again:
				continue
			}
			if err := r.planner.recall(&e.sim, again); err != nil {
				return err
			}
			if err := r.handOut(calls, sims, e.sim); err != nil {
				return err
			}
		}
	}
	if r.plan.Gone > 0 {
		for s, err := range r.planner.gone() {
			if err == nil {
				err = r.handOut(calls, sims, s)
			}
			if err != nil {
				return err
			}
		}
	}
	return r.passCanary(calls) // of a run with no more SIMs than the canary has
}

// handOut gives a SIM to a worker, unless the run is to end. The first SIMs of a canary are read back before it gives
// out another.
func (r *Run) handOut(calls contexts, sims chan<- sim, s sim) error {
	if _, stopped := r.stopped(); stopped {
		return errStopped
	}
	canary := &r.record.canary
	if len(canary.sims) == r.cfg.Canary {
		if err := r.passCanary(calls); err != nil {
			return err
		}
	}
	select {
	case sims <- s:
		if len(canary.sims) < r.cfg.Canary {
			canary.sims = append(canary.sims, s)
		}
		return nil
	case <-r.stopping:
		return errStopped
	}
}

// work handles SIMs until there are no more.
func (r *Run) work(calls contexts, sims <-chan sim, rows chan<- result) {
	written := make(chan struct{}, 1)
	for s := range sims {
		row, tried := r.handle(calls, s)
		if !tried {
			continue
		}
		rows <- result{row, written}
		<-written // else a kill would lose more than what is in flight
	}
}

// handle makes a row of a panic: one SIM's bug must not end all others.
func (r *Run) handle(calls contexts, s sim) (row report.Row, tried bool) {
	defer func() {
		if reason := recover(); reason != nil {
			err := &PanicError{ICCID: s.iccid, Reason: cell.Clean(fmt.Sprint(reason), 200)}
			r.cfg.Log.Error(err.Error(), "iccid", s.iccid, "stack", string(debug.Stack()))
			r.record.panicked(err)
			row, tried = r.cfg.newRow(s.line, s.iccid, s.webhookURL), true
			row.Labels, row.URLFrom = s.labels, s.urlFrom
			row.Status, row.Error = report.StatusFailed, "internal error"
		}
	}()
	return r.newVisit(calls, s).do()
}

// newVisit begins the work on a SIM.
func (r *Run) newVisit(calls contexts, s sim) *visit {
	v := &visit{cfg: &r.cfg, sim: s, calls: simCalls{caller: r.caller, ctx: calls, run: r.cfg.ID, iccid: s.iccid}}
	if r.history != nil {
		v.calls.note = func(t api.NotificationType, before, after string) error {
			err := r.history.Record(calls.call, history.Change{ICCID: s.iccid, Type: string(t), Before: before, After: after})
			if is[*file.WriteError](err) {
				r.stop(err) // no further change can be recorded
			}
			return err
		}
	}
	return v
}

// finish reads SIMs back and completes the results if every SIM has its row, or says why not.
func (r *Run) finish(calls contexts, readErr error) error {
	cause, _ := r.stopped()
	handled, failed := r.record.progress()
	switch {
	case readErr != nil && !errors.Is(readErr, errStopped):
		return readErr
	case handled < r.plan.ToDo() || cause != nil && failed > 0 || is[*TooManyFailuresError](cause), is[*CanaryError](cause):
		return cause
	}
	verifyErr := r.verify(calls)
	if r.history != nil {
		if err := r.history.Finish(); err != nil {
			return err
		}
	}
	if err := r.record.complete(r.plan.Rows); err != nil {
		return err
	}
	return verifyErr
}
