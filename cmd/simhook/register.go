package main

import (
	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
)

func (p *program) registerCommand() *cli.Command {
	return &cli.Command{
		Name:        "register",
		Usage:       "set the webhook of every SIM of a fleet, for both notification types",
		UsageText:   "simhook register [options] FLEET.csv",
		Description: help.Register,
		Flags:       options.Register(),
		Action:      func(c *cli.Context) error { return p.runBulk(c, batch.Register, readRegister) },
	}
}

func readRegister(s *settings, b *bulk) {
	readDone(s, b)
	b.verify = s.number("verify", 0, maxVerify)
}
