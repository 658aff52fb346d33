package batch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"simhook/api"
	"simhook/report"
	"simhook/report/file"
	"simhook/report/history"
	"simhook/report/results"
)

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
