package main

import (
	"context"
	"log/slog"
	"time"

	"simhook/api"
	"simhook/batch"
	"simhook/report"
)

// bulk is a run over a fleet as the command line asked for it.
type bulk struct {
	*program
	log          *slog.Logger
	action       batch.Action
	fleetPath    string
	fleetOptions batch.FleetOptions
	types        []api.NotificationType
	shard        report.Shard
	results      string
	access       access
	dryRun       bool
	yes          bool

	pace         batch.PaceOptions
	workers      int
	retries      int
	retryMaxTime time.Duration
	maxFailures  batch.MaxFailures
	maxDuration  time.Duration

	progress string // auto, bar, log or none
	json     bool
	summary  string // file; "": none
}

// Run goes over the fleet, and tells what came of it on all the ways that were asked for, whether it
// came to its end or not.
func (b *bulk) Run(ctx context.Context) error {
	started, id := time.Now(), batch.NewID()
	s, err := b.run(ctx, id)
	if is[*usageError](err) {
		return err
	}
	if s.Run == "" { // it did not get as far as knowing the fleet
		s = report.Summary{Run: id, Action: string(b.action), Fleet: b.fleetPath, Results: b.results, BaseURL: b.access.baseURL, Shard: b.shard.Label()}
	}
	if s.StartedAt.IsZero() { // nor to the first call
		now := time.Now()
		s.StartedAt, s.FinishedAt, s.Seconds = started.UTC(), now.UTC(), now.Sub(started).Seconds()
	}
	if err == nil {
		err = judge(s)
	}
	return b.deliver(s, err)
}

// run does it. The summary is empty if an error came before there was anything to sum up.
func (b *bulk) run(ctx context.Context, id string) (report.Summary, error) {
	preparing, ready := b.untilSignal(ctx)
	defer ready()
	conn, err := b.access.connect(b.program, b.workers, b.dryRun, b.log)
	if err != nil {
		return report.Summary{}, err
	}
	defer conn.close()
	fleet, err := b.openFleet(preparing)
	if err != nil {
		return report.Summary{}, err
	}
	defer fleet.Close()
	journal, err := b.openJournal(conn.name)
	if err != nil {
		return report.Summary{}, err
	}
	defer journal.Close() // all rows are synced by then

	run := batch.New(batch.Config{
		Action: b.action, Types: b.types, Fleet: fleet, Client: conn.client, APIName: conn.name, Journal: journal, Pace: b.pace, Shard: b.shard,
		Workers: b.workers, Retries: b.retries, RetryMaxTime: b.retryMaxTime,
		MaxFailures: b.maxFailures, MaxDuration: b.maxDuration, ID: id, Log: b.log,
	})
	plan, err := run.Plan(preparing)
	if err != nil {
		return report.Summary{}, err
	}
	b.announce(id, plan, run.Expected())
	if b.dryRun {
		return b.rehearsed(run), nil
	}
	if err := b.confirm(preparing, plan.ToDo()); err != nil {
		return run.Summary(), err
	}
	ready()
	if preparing.Err() != nil {
		return run.Summary(), context.Cause(preparing)
	}
	err = b.carryOut(ctx, run)
	return run.Summary(), err
}

func (b *bulk) openFleet(ctx context.Context) (*batch.Fleet, error) {
	fleet, err := batch.OpenFleet(ctx, b.fleetPath, b.stdin, "", b.fleetOptions)
	if err != nil {
		return nil, err
	}
	if b.action == batch.Register && b.fleetOptions.WebhookURL == "" && !fleet.HasWebhookURLs() {
		_ = fleet.Close() // it was only read
		return nil, usagef("no webhook URL: give --webhook-url, or the fleet a webhook_url column")
	}
	return fleet, nil
}

func (b *bulk) openJournal(apiName string) (*report.Journal, error) {
	var want report.Types
	for _, t := range b.types {
		want.SubscriptionEnd = want.SubscriptionEnd || t == api.SubscriptionEnd
		want.UsageThreshold = want.UsageThreshold || t == api.UsageThreshold
	}
	journal, err := report.Open(b.results, report.Options{Action: string(b.action), BaseURL: apiName, Want: want, Shard: b.shard, ReadOnly: b.dryRun})
	if err != nil {
		return nil, err
	}
	if healed := journal.Healed(); healed.Lines > 0 && !b.dryRun {
		b.console.say("%s of %s had been cut off or damaged: set aside in %s, and their SIMs are called for again",
			counted(healed.Lines, "line"), journal.PartialPath(), healed.Aside)
	}
	return journal, nil
}

// announce is the first line of a run: what it will take, and what is done already.
func (b *bulk) announce(id string, plan batch.Plan, expected time.Duration) {
	sims := plan.ToDo() + plan.Done
	would := ""
	if b.dryRun {
		would = "dry run: would "
	}
	if plan.ToDo() == 0 {
		b.nothingToDo(id, plan)
		return
	}
	b.console.say("%s%s. Run %s.", would, cost(b.action, plan, b.ofShard(), expected), id)
	if plan.Done+plan.Again == 0 {
		return
	}
	again := ""
	if plan.Again > 0 {
		again = "; " + counted(plan.Again, "SIM") + " to do again"
	}
	b.console.say("goes on: %s of %s are done%s", thousands(plan.Done), counted(sims, "SIM"), again)
}

// rehearsed is the summary of a dry run: the SIMs to do remain.
func (b *bulk) rehearsed(run *batch.Run) report.Summary {
	s := run.Summary()
	s.Results = b.results
	return s
}

// carryOut makes the calls.
func (b *bulk) carryOut(ctx context.Context, run *batch.Run) error {
	ctx, end := b.stopOnSignals(ctx, run)
	defer end()
	done := b.showProgress(run)
	defer done()
	return run.Do(ctx)
}
