package main

import (
	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/clidoc"
	"simhook/cmd/simhook/internal/help"
)

func (p *program) completionCommand() *cli.Command {
	return &cli.Command{
		Name:        "completion",
		Usage:       "print what makes a shell complete commands and options",
		UsageText:   "simhook completion bash|zsh|fish",
		Description: help.Completion,
		Action: func(c *cli.Context) error {
			script := map[string]func([]*cli.Command) string{
				"bash": clidoc.Bash, "zsh": clidoc.Zsh, "fish": clidoc.Fish,
			}[c.Args().First()]
			if c.NArg() != 1 || script == nil {
				return usagef("name one shell: bash, zsh or fish")
			}
			return p.printData(script(p.app().Commands))
		},
	}
}

func (p *program) manCommand() *cli.Command {
	return &cli.Command{
		Name:        "man",
		Usage:       "print the manual page",
		UsageText:   "simhook man",
		Description: help.Man,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usagef("the manual takes no file: %q", c.Args().First())
			}
			return p.printData(clidoc.Man(p.app(), help.Credentials, help.Environment, help.Exit))
		},
	}
}
