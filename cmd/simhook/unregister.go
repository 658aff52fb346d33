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
		Flags: bulkOptions(
			&cli.StringFlag{Name: "only-url",
				Usage: "look first, and remove only webhooks with this `URL`; " +
					"between look and removal another client may change them"},
			&cli.BoolFlag{Name: "record-previous", DisableDefaultText: true,
				Usage: "look first, and note what is removed, so that restore can put it back"},
		),
		Action: func(c *cli.Context) error { return p.runBulk(c, batch.Unregister, readUnregister) },
	}
}

func readUnregister(s *settings, b *bulk) {
	b.onlyURL = s.url("only-url")
	b.recordPrevious = s.enabled("record-previous")
}
