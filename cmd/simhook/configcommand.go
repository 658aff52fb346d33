package main

import (
	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/arguments"
	"simhook/cmd/simhook/internal/config"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
)

func (p *program) configCommand() *cli.Command {
	return &cli.Command{
		Name:        "config",
		Usage:       "show the settings in force, and where they come from",
		UsageText:   "simhook config [options] [COMMAND]",
		Description: help.Config,
		Flags:       options.Config(),
		Action: func(c *cli.Context) error {
			commands, one := p.app().Commands, c.Args().Present()
			if one {
				command := p.app().Command(c.Args().First())
				if command == nil {
					return usagef("%v", arguments.UnknownCommand(commands, c.Args().First()))
				}
				commands = []*cli.Command{command}
			}
			if c.NArg() > 1 {
				return usagef("more than one command: give one")
			}
			found := config.InForce(commands, p.env, p.file, one)
			if s := p.settings(c); s.enabled("json") {
				return p.printJSON(found)
			}
			return p.printData(found.Text())
		},
	}
}
