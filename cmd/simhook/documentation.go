package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/arguments"
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

// help is simhook help with the words that follow: the overview, a topic, or what a command's --help says.
func (p *program) help(words []string) error {
	m, width := p.manual(), p.console.Width()
	if len(words) == 0 || words[0] == "--help" || words[0] == "-h" {
		return p.printData(m.Overview(width))
	}
	if topic, found := m.Find(words[0]); found {
		return p.printData(m.Topic(topic, width))
	}
	if command := m.App.Command(words[0]); command != nil {
		return p.printData(m.Command(command, width, slices.Contains(words, arguments.HelpAll)))
	}
	return usagef("%v", arguments.UnknownTopic(m.Names(), words[0]))
}
