package main

import (
	"github.com/urfave/cli/v2"

	"simhook/batch"
)

func (p *program) unregisterCommand() *cli.Command {
	return &cli.Command{
		Name:        "unregister",
		Usage:       "remove the webhooks of every SIM of a fleet, whatever their URL",
		UsageText:   "simhook unregister [options] FLEET.csv",
		Description: unregisterHelp,
		Flags:       bulkOptions(),
		Action:      func(c *cli.Context) error { return p.runBulk(c, batch.Unregister) },
	}
}
