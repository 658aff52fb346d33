package main

import (
	"math"

	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
)

func (p *program) reconcileCommand() *cli.Command {
	return &cli.Command{
		Name:        "reconcile",
		Usage:       "look at what each SIM has, and repair only what differs from the fleet",
		UsageText:   "simhook reconcile [options] FLEET.csv",
		Description: help.Reconcile,
		Flags:       options.Reconcile(),
		Action:      func(c *cli.Context) error { return p.runBulk(c, batch.Reconcile, readReconcile) },
	}
}

func readReconcile(s *settings, b *bulk) {
	b.detailed = s.enabled("detailed-exitcode")
	b.prune, b.maxDelete = s.enabled("prune"), s.limit("max-delete", batch.ParseMaxDelete)
	if s.text("expect-gone") != "" {
		gone := s.number("expect-gone", 0, math.MaxInt32)
		b.expectGone = &gone
	}
}
