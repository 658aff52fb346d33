package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"simhook/batch"
)

// mustConfirm reports whether somebody has to agree to the run.
func (b *bulk) mustConfirm() bool { return b.action == batch.Unregister && !b.yes && !b.dryRun }

// canConfirm reports whether there is somebody to ask.
func (b *bulk) canConfirm() bool { return b.canAsk && b.fleetPath != stdinPath }

// confirm asks whether to remove webhooks, where that must be asked.
func (b *bulk) confirm(ctx context.Context, sims int) error {
	if !b.mustConfirm() || sims == 0 {
		return nil
	}
	_, _ = fmt.Fprintf(b.console, "Remove the webhooks of %s? [y/N] ", counted(sims, "SIM"))
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
