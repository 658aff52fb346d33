package main

import (
	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
)

func (p *program) unregisterCommand() *cli.Command {
	return &cli.Command{
		Name:        "unregister",
		Usage:       "remove the webhooks of every SIM of a fleet, whatever their URL",
		UsageText:   "simhook unregister [options] FLEET.csv",
		Description: help.Unregister,
		Flags:       options.Unregister(),
		Action:      func(c *cli.Context) error { return p.runBulk(c, batch.Unregister, readUnregister) },
	}
}

func readUnregister(s *settings, b *bulk) {
	readDone(s, b)
	b.onlyURL = s.url("only-url")
	if b.onlyURL != "" && b.blind {
		s.fail("record-previous", "--only-url needs to read each SIM first: leave --record-previous=false out")
	}
}
