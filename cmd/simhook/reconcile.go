package main

import (
	"math"

	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/cmd/simhook/internal/help"
)

func (p *program) reconcileCommand() *cli.Command {
	return &cli.Command{
		Name:        "reconcile",
		Usage:       "look at what each SIM has, and repair only what differs from the fleet",
		UsageText:   "simhook reconcile [options] FLEET.csv",
		Description: help.Reconcile,
		Flags: bulkOptions(
			&cli.BoolFlag{Name: "detailed-exitcode", DisableDefaultText: true,
				Usage: "with --dry-run, exit with 3 where something differs"},
			&cli.BoolFlag{Name: "prune", DisableDefaultText: true,
				Usage: "remove the webhooks of SIMs that the last complete results have and the fleet has no longer"},
			&cli.StringFlag{Name: "max-delete", Value: "10",
				Usage: "with --prune, refuse if more SIMs than `N or N%` would lose their webhooks"},
			&cli.StringFlag{Name: "expect-gone", DefaultText: "any number up to --max-delete",
				Usage: "with --prune, refuse unless exactly `N` SIMs have left the fleet"},
		),
		Action: func(c *cli.Context) error { return p.runBulk(c, batch.Reconcile, readReconcile) },
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
