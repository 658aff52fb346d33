package main

import (
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/clidoc"
	"simhook/cmd/simhook/internal/config"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
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
		Usage:       "print the manual page of simhook or of a command",
		UsageText:   "simhook man [COMMAND]",
		Description: help.Man,
		Action: func(c *cli.Context) error {
			m := p.manual()
			switch command := m.App.Command(c.Args().First()); {
			case c.NArg() == 0:
				return p.printData(m.Man())
			case command == nil || c.NArg() > 1:
				return usagef("the manual has a page for each command, and none for %q", strings.Join(c.Args().Slice(), " "))
			default:
				return p.printData(m.ManOf(command))
			}
		},
	}
}

// manual is what help and the pages for man are made of.
func (p *program) manual() clidoc.Manual {
	return clidoc.Manual{
		App: p.app(), Topics: help.Topics(), Groups: options.Groups(), Seldom: options.Seldom, Variable: config.Variable,
	}
}

// topic is the text of simhook help TOPIC.
func (p *program) topic(args []string) (text string, found bool) {
	if len(args) != 2 || args[0] != "help" {
		return "", false
	}
	m := p.manual()
	topic, found := m.Find(args[1])
	if !found {
		return "", false
	}
	return m.Topic(topic, p.console.Width()), true
}
