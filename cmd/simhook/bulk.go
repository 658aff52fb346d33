package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/metrics"
	"simhook/cmd/simhook/internal/output"
	"simhook/cmd/simhook/internal/progress"
	"simhook/report"
	"simhook/report/file"
)

// bulk is a run over many SIMs as the command line asks for it.
type bulk struct {
	*program
	log          *slog.Logger
	logging      logSettings
	action       batch.Action
	source       string // the fleet, or the results to undo
	fromAccount  bool   // the fleet is what the account lists
	ownURLs      bool   // its rows can have webhook URLs of their own
	fleetOptions fleet.Options
	types        []api.NotificationType
	shard        report.Shard
	results      string
	access       access.Access
	dryRun       bool
	yes          bool

	canary     int
	again      bool
	blind      bool   // register and unregister only
	verify     int    // register only
	onlyURL    string // unregister only
	detailed   bool   // reconcile only, as are the next
	prune      bool
	past       string // of a dry run that prunes: the results of the last real run
	maxDelete  batch.MaxSIMs
	expectGone *int
	undo       batch.UndoOptions // restore only

	calls       batch.CallOptions
	workers     int
	maxFailures batch.MaxSIMs

	acceptRefused batch.MaxSIMs
	knownRefused  string // file; "": none
	maxDuration   time.Duration
	deadline      time.Time // zero: none

	progress string // auto, bar, log or none
	json     bool
	summary  string // file; "": none

	metricsListen string // address; "": none
	metricsFile   string // "": none
	metricsPush   string // URL of a Pushgateway; "": none
	metrics       *metrics.Metrics
}

// Run goes over the fleet, and reports the outcome in every way that was asked for, even if the run did not finish.
func (b *bulk) Run(ctx context.Context) error {
	started, id := time.Now(), batch.NewID()
	s, err := b.run(ctx, id)
	if is[*usageError](err) {
		return err
	}
	if s.Run == "" { // it ended before the fleet was read
		s = report.Summary{
			Run: id, Action: string(b.action), Fleet: b.source, Results: b.results, BaseURL: b.access.BaseURL,
			Shard: b.shard.Label(),
		}
		if b.access.Sandbox {
			s.BaseURL = access.SandboxName
		}
	}
	if s.StartedAt.IsZero() { // it ended before the first call
		now := time.Now()
		s.StartedAt, s.FinishedAt, s.Seconds = started.UTC(), now.UTC(), now.Sub(started).Seconds()
	}
	if err == nil {
		err = badRows(s)
	}
	if err == nil && b.detailed && b.planning() {
		err = differences(s)
	}
	return b.deliver(ctx, s, err)
}

// run does it. The summary is empty if an error came before the fleet was read.
func (b *bulk) run(ctx context.Context, id string) (report.Summary, error) {
	preparing, ready := b.untilSignal(ctx)
	defer ready()
	conn, err := connected(b.access.Connect(b.version, b.workers, b.looksOnly(), b.log, b.observer()))
	if err != nil {
		return report.Summary{}, err
	}
	defer conn.Close()
	cfg := b.config(id)
	if err := b.readAccount(preparing, conn, cfg.CallOptions); err != nil {
		return report.Summary{}, err
	}
	if cfg.KnownRefused, err = b.readKnownRefused(preparing); err != nil {
		return report.Summary{}, err
	}
	closeSource, err := b.openSource(preparing, &cfg)
	if err != nil {
		return report.Summary{}, err
	}
	defer func() { _ = closeSource() }() // it was only read
	cfg.Client, cfg.APIName = conn.Client, conn.Name
	run, err := batch.Prepare(preparing, cfg)
	if err != nil {
		return report.Summary{}, err
	}
	defer run.Close() // all rows are synced by then
	plan := run.Plan()
	b.announce(id, run, cfg.Fleet)
	if b.looksOnly() {
		return run.Summary(), nil
	}
	if err := b.confirm(preparing, plan); err != nil {
		return run.Summary(), err
	}
	ready()
	if preparing.Err() != nil {
		return run.Summary(), context.Cause(preparing)
	}
	err = b.carryOut(ctx, run)
	return run.Summary(), err
}

// planning reports whether this is the plan of a reconciliation, which reads every SIM.
func (b *bulk) planning() bool { return b.dryRun && b.action == batch.Reconcile }

// looksOnly reports whether no call is made and no file written.
func (b *bulk) looksOnly() bool { return b.dryRun && !b.planning() }

func (b *bulk) config(id string) batch.Config {
	return batch.Config{
		CallOptions: b.calls,
		Action:      b.action, Types: b.types, WebhookURL: b.fleetOptions.WebhookURL, Shard: b.shard, Results: b.results,
		History: b.history(), Again: b.again || b.access.Sandbox, Canary: b.canary,
		DryRun: b.dryRun, OnlyURL: b.onlyURL, Blind: b.blind, Verify: b.verify,
		FromAccount: b.fromAccount, Prune: b.prune, Past: b.past, MaxDelete: b.maxDelete, ExpectGone: b.expectGone,
		AcceptRefused: b.acceptRefused,
		Workers:       b.workers, MaxFailures: b.maxFailures, MaxDuration: b.maxDuration, ID: id,
	}
}

// history is where the fleet's history stands, without its ending: beside the results, with the name of the fleet. What
// takes its SIMs from other results finds it beside them.
func (b *bulk) history() string {
	if b.action == batch.Restore || b.action == batch.Apply || isStream(b.source) {
		return ""
	}
	base := filepath.Join(filepath.Dir(b.results), filepath.Base(withoutExtension(b.source)))
	if b.access.Sandbox {
		base += ".sandbox"
	}
	return base
}

// openSource opens what the run's SIMs come from.
func (b *bulk) openSource(ctx context.Context, cfg *batch.Config) (closeIt func() error, err error) {
	none := func() error { return nil }
	switch b.action {
	case batch.Restore:
		cfg.Steps, err = batch.OpenUndo(b.source, b.undo)
		return none, err
	case batch.Apply:
		cfg.Steps, err = batch.OpenPlan(b.source)
		return none, err
	}
	if cfg.Fleet, err = b.openFleet(ctx); err != nil {
		return nil, err
	}
	return cfg.Fleet.Close, nil
}

// openFleet opens the fleet file. Standard input is kept in a file without a name beside the results, a place that can
// be written to.
func (b *bulk) openFleet(ctx context.Context) (*fleet.Fleet, error) {
	options := b.fleetOptions
	options.IgnoreURLs = !b.needsURL()
	options.WebhookURL = "" // the run fills it in, and records where
	fleet, err := fleet.Open(ctx, b.source, b.stdin, filepath.Dir(b.results), options)
	if err != nil {
		return nil, err
	}
	b.ownURLs = fleet.HasWebhookURLs()
	if b.needsURL() && b.fleetOptions.WebhookURL == "" && !fleet.HasWebhookURLs() {
		_ = fleet.Close() // it was only read, so closing loses nothing
		return nil, usagef("no webhook URL: give --webhook-url, or the fleet a webhook_url column")
	}
	return fleet, nil
}

// readKnownRefused reads the SIMs whose refusal is known.
func (b *bulk) readKnownRefused(ctx context.Context) (func(iccid string) bool, error) {
	if b.knownRefused == "" {
		return nil, nil
	}
	known, err := fleet.Open(ctx, b.knownRefused, b.stdin, "", fleet.Options{AllowBadLuhn: true, IgnoreURLs: true})
	if err != nil {
		return nil, err
	}
	defer known.Close()
	return fleet.SIMs(known)
}

func (b *bulk) needsURL() bool { return b.action == batch.Register || b.action == batch.Reconcile }

// sayHealed tells of damage that an earlier run has left in the results.
func (b *bulk) sayHealed(healed file.Healed) {
	if healed.Lines > 0 && !b.looksOnly() {
		b.console.Say("%s of %s had been cut off or damaged: set aside in %s, and their SIMs are called for again",
			output.Counted(healed.Lines, "line"), b.results+report.PartialSuffix, healed.Aside)
	}
}

// carryOut makes the calls.
func (b *bulk) carryOut(ctx context.Context, run *batch.Run) error {
	ctx, end := b.stopOnSignals(ctx, run)
	defer end()
	stopServing, err := b.serveMetrics(run)
	if err != nil {
		return err
	}
	defer stopServing()
	defer progress.Answer(b.console, b.asked, run.Status)()
	defer b.showProgress(run)()
	return run.Do(ctx)
}
