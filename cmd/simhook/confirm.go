package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"simhook/batch"
	"simhook/cmd/simhook/internal/output"
)

// mustConfirm reports whether somebody has to agree to the run.
func (b *bulk) mustConfirm() bool {
	removes := b.action == batch.Unregister || b.action == batch.Restore || b.prune
	return removes && !b.yes && !b.dryRun
}

// canConfirm reports whether there is somebody to ask.
func (b *bulk) canConfirm() bool { return b.canAsk && b.source != stdinPath }

// question is what there is to agree to; empty: nothing.
func (b *bulk) question(plan batch.Plan) string {
	switch {
	case plan.ToDo() == 0:
		return ""
	case b.action == batch.Restore:
		return "Put back or remove the webhooks of " + output.Counted(plan.ToDo(), "SIM")
	case b.action == batch.Unregister:
		return "Remove the webhooks of " + output.Counted(plan.ToDo(), "SIM")
	case plan.Gone > 0:
		return "Remove the webhooks of " + output.Counted(plan.Gone, "SIM") + " that left the fleet"
	}
	return ""
}

// confirm asks whether to remove webhooks, where that must be asked.
func (b *bulk) confirm(ctx context.Context, plan batch.Plan) error {
	question := b.question(plan)
	if !b.mustConfirm() || question == "" {
		return nil
	}
	_, _ = fmt.Fprintf(b.console, "%s? [y/N] ", question)
	answers := make(chan string, 1)
	go func() { // ends with the process if nobody answers: a read cannot be interrupted
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
