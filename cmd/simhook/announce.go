package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/deadline"
	"simhook/cmd/simhook/internal/output"
	"simhook/cmd/simhook/internal/progress"
	"simhook/report"
)

// announce writes the first lines of a run: where it goes, what was read, what it will take, and what earlier runs have done.
func (b *bulk) announce(id string, run *batch.Run, source *fleet.Fleet) {
	b.console.Say("%s", b.where())
	if b.file != nil {
		b.console.Say("settings: %s", b.file)
	}
	b.sayHealed(run.Healed())
	plan, expected := run.Plan(), run.Expected()
	if source != nil {
		for _, line := range source.Found() {
			b.console.Say("%s", line)
		}
	}
	if usable := plan.Rows - plan.Invalid - plan.Duplicate; b.ownURLs && b.fleetOptions.WebhookURL != "" && usable > 0 {
		b.console.Say("%s", fleet.Fallbacks(plan.ByOption, usable))
	}
	if b.past != "" {
		if _, err := os.Stat(b.past); err != nil && plan.Gone == 0 {
			b.console.Say("which SIMs have left the fleet is not known: there is no %s yet", b.past)
		} else {
			b.console.Say("SIMs that have left the fleet: those of %s that are not in %s", b.past, b.source)
		}
	}
	if taken := run.TakenOver(); taken.Rows > 0 {
		b.console.Say("%s", output.TakenOver(taken.Files, taken.Rows, b.looksOnly()))
	}
	sims := plan.ToDo() + plan.Done
	would := ""
	switch {
	case b.planning():
		would = "plan, changing nothing: "
	case b.dryRun:
		would = "dry run: would "
	}
	if plan.ToDo() == 0 {
		b.nothingToDo(id, plan)
		return
	}
	b.console.Say("%s%s. Run %s.", would, progress.Cost(b.action, plan, b.ofShard(), expected)+b.inRealTime(), id)
	work := deadline.Work{Expected: expected, Shards: b.shard.Count, AtOnce: b.calls.Pace.Parts}
	if late := deadline.Warning(work, time.Now(), b.deadline); late != "" {
		b.console.Say("%s", late)
	}
	if plan.Done+plan.Again == 0 {
		return
	}
	again := ""
	if plan.Again > 0 {
		again = "; " + output.Counted(plan.Again, "SIM") + " to do again"
	}
	b.console.Say("continues: %s of %s are done%s", report.Thousands(plan.Done), output.Counted(sims, "SIM"), again)
}

// where names the API, the account, and the webhook URL that the run is about.
func (b *bulk) where() string {
	text := b.access.Where()
	switch url := b.fleetOptions.WebhookURL; {
	case b.onlyURL != "":
		text += ", webhook URL: " + b.onlyURL + " only"
	case b.needsURL() && url != "" && b.ownURLs:
		text += ", webhook URL: that of each row, or else " + url
	case b.needsURL() && url != "":
		text += ", webhook URL: " + url
	case b.needsURL():
		text += ", webhook URL: that of each row"
	}
	return api.MaskURLs(text)
}

// nothingToDo says that the run has no SIM to call for.
func (b *bulk) nothingToDo(id string, plan batch.Plan) {
	if plan.Done == 0 && !b.shard.Whole() {
		b.console.Say("nothing to %s: no SIM of the fleet is of %s. Run %s.", b.action, b.shard, id)
		return
	}
	if b.action == batch.Restore && plan.Done == 0 {
		b.console.Say("nothing to restore: no run that these results name has changed a SIM. Run %s.", id)
		return
	}
	again := "--again does them again; "
	if b.action == batch.Restore || b.action == batch.Apply {
		again = ""
	}
	when := ""
	if info, err := os.Stat(b.results); err == nil {
		when = " (since " + info.ModTime().UTC().Format("2006-01-02 15:04 UTC") + ")"
	}
	b.console.Say("nothing to %s: all %s%s are done already%s, and no run of simhook has changed them since. "+
		"%sreconcile looks whether they are still so. Run %s.",
		b.action, output.Counted(plan.Done, "SIM"), b.ofShard(), when, again, id)
}

// inRealTime says that it is a real run whose time is told, where a rehearsal's own runs faster.
func (b *bulk) inRealTime() string {
	if b.access.Speed > 1 {
		return " in a real run"
	}
	return ""
}

// ofShard names the shard that is counted; "": the whole fleet.
func (b *bulk) ofShard() string {
	if b.shard.Whole() {
		return ""
	}
	return " of " + b.shard.String()
}

// mustConfirm reports whether the run needs the operator's consent: it removes webhooks.
func (b *bulk) mustConfirm() bool {
	removes := b.action == batch.Unregister || b.action == batch.Restore || b.action == batch.Apply || b.prune
	return removes && !b.yes && !b.dryRun
}

// canConfirm reports whether an operator can be asked: standard input is a terminal, and not the fleet.
func (b *bulk) canConfirm() bool { return b.canAsk && b.source != stdinPath }

// confirm asks the operator, where consent is needed. Its error is a batch.ErrStopped if the answer is no.
func (b *bulk) confirm(ctx context.Context, plan batch.Plan) error {
	question := progress.Question(b.action, plan)
	if !b.mustConfirm() || question == "" {
		return nil
	}
	_, _ = fmt.Fprintf(b.console, "%s? (%s) [y/N] ", question, b.where())
	answers := make(chan string, 1)
	go func() { // ends with the process if no answer comes: a read cannot be interrupted
		line, _ := bufio.NewReader(b.stdin).ReadString('\n')
		answers <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case answer := <-answers:
		if answer == "y" || answer == "yes" {
			return nil
		}
		return fmt.Errorf("not confirmed, nothing was removed: %w", batch.ErrStopped)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
