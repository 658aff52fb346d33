package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
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

// Prepare opens the results, goes over the fleet and says what is to be done, without any call. Errors: of a Config
// that makes no sense; *file.LockedError, *file.MismatchError and *file.WriteError of the results; *fleet.Error of the
// fleet; *TooManyDeletesError, *UnexpectedDeletesError and *RoundedError of pruning; the context's.
func Prepare(ctx context.Context, cfg Config) (_ *Run, err error) {
	cfg, err = cfg.complete()
	if err != nil {
		return nil, fmt.Errorf("preparing a run: %w", err)
	}
	r := &Run{cfg: cfg, stopper: &stopper{stopping: make(chan struct{})}, cleanUp: func() error { return nil }}
	defer func() {
		if err != nil {
			_ = r.Close() // the first error counts
		}
	}()
	if err := r.openHistory(ctx); err != nil {
		return nil, err
	}
	if err := r.openJournal(); err != nil {
		return nil, err
	}
	r.caller = newCaller(cfg.CallOptions, r.abort)
	r.record = &recorder{cfg: &r.cfg, journal: r.journal, stop: r.stop, answered: r.caller.counts.answered}
	r.record.canary.rows = make(chan report.Row, cfg.Canary)
	r.planner = planner{cfg: &r.cfg, journal: r.journal, past: r.past, changes: r.changes}
	r.plan, err = r.planner.plan(ctx, &r.record.tally)
	if r.planner.done != "" {
		r.caller.knows(r.planner.done)
	}
	return r, err
}

// openHistory reads which runs changed which SIMs, and keeps other runs from changing the fleet.
func (r *Run) openHistory(ctx context.Context) (err error) {
	c := &r.cfg
	if c.Results == "" {
		return nil
	}
	if !c.DryRun {
		run := history.Run{ID: c.ID, Action: string(c.Action), Results: filepath.Base(c.Results), BaseURL: c.APIName}
		if r.history, err = history.Open(ctx, c.History, run, history.Options{Shard: c.Shard, Disk: c.disk}); err != nil {
			return err
		}
	}
	if r.changes, err = history.ReadLastChanges(history.Files(c.History)); err != nil {
		return err
	}
	damaged := r.changes.Damaged()
	if c.Steps != nil {
		damaged = c.Steps.Damaged
	}
	if damaged > 0 {
		c.Log.Warn("lines of the history are damaged: what they recorded is not known, and cannot be taken back", "lines", damaged, "file", c.History+history.Ending)
	}
	return nil
}

// beginHistory records that the run begins, if it can change anything, and whether it continues another.
func (r *Run) beginHistory() error {
	if r.history == nil {
		return nil
	}
	operation := ""
	runs, err := history.Runs([]string{r.history.Path()})
	if err != nil {
		return err
	}
	for _, earlier := range runs {
		if earlier.ID == r.cfg.ID || earlier.Action != string(r.cfg.Action) || earlier.Results != filepath.Base(r.cfg.Results) {
			continue
		}
		operation = "" // the last one counts
		if !earlier.Finished || r.journal.Unfinished() {
			operation = earlier.Operation
		}
	}
	return r.history.Begin(operation)
}

// openJournal opens the results, or a file that is gone with the run, and those by which SIMs are pruned.
func (r *Run) openJournal() (err error) {
	c := &r.cfg
	options := r.journalOptions()
	path := c.Results
	if path == "" {
		folder, err := os.MkdirTemp("", "simhook-")
		if err != nil {
			return fmt.Errorf("a folder for results that are not kept: %w", err)
		}
		r.cleanUp = func() error { return os.RemoveAll(folder) }
		path, options.Disk = filepath.Join(folder, "results.csv"), unsynced{}
	}
	if r.journal, err = results.Open(path, options); err != nil || !c.Prune {
		return err
	}
	switch {
	case !c.DryRun:
		r.past = r.journal
	case c.Past != "":
		options.Plan, options.ReadOnly = false, true
		r.past, err = results.Open(c.Past, options)
	}
	return err
}

func (r *Run) journalOptions() results.Options {
	c := &r.cfg
	options := results.Options{
		Action: string(c.Action), BaseURL: c.APIName, Shard: c.Shard, Disk: c.disk,
		ReadOnly: c.looksOnly(), Sweep: c.Again || c.Action == Reconcile || c.Action.takesSteps(), Plan: c.plans(),
		TakeOver: true,
	}
	if c.Fleet != nil {
		ours := func(name string) bool { return name == report.URLSourceColumn } // of results that are used as a fleet
		options.Labels = slices.DeleteFunc(slices.Clone(c.Fleet.Labels()), ours)
	}
	if c.Action.needsWebhookURL() {
		options.Labels = append([]string{report.URLSourceColumn}, options.Labels...)
	}
	if r.changes != nil {
		options.ChangedSince = r.changes.After
	}
	options.Types = c.columnTypes()
	if !c.Action.takesSteps() { // whose rows each have types of their own
		for _, t := range c.Types {
			options.Want = append(options.Want, string(t))
		}
	}
	return options
}

// unsynced is the disk of results that are not kept.
type unsynced struct{ file.OS }

func (unsynced) Sync(*os.File) error { return nil }

// columnTypes are the types that results have columns for: the usual ones, and those that the run is about.
func (c *Config) columnTypes() (names []string) {
	asked := map[api.NotificationType]bool{}
	for _, t := range c.Types {
		asked[t] = true
	}
	for _, t := range typesWith(asked) {
		names = append(names, string(t))
	}
	return names
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
