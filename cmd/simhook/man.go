package main

import (
	"strings"

	"github.com/urfave/cli/v2"
)

func (p *program) manCommand() *cli.Command {
	return &cli.Command{
		Name:        "man",
		Usage:       "print the manual page",
		UsageText:   "simhook man",
		Description: manHelp,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usagef("the manual takes no file: %q", c.Args().First())
			}
			return p.printData(manual(p.app()))
		},
	}
}

// manual is the whole manual as a page for man, made of what --help says.
func manual(app *cli.App) string {
	var m roff
	m.macro("TH", "SIMHOOK", "1", "", "simhook "+app.Version)
	m.macro("SH", "NAME")
	m.line("simhook - " + app.Usage)
	m.macro("SH", "SYNOPSIS")
	m.macro("B", app.UsageText)
	m.macro("SH", "DESCRIPTION")
	m.text(own(app.Description))
	m.macro("SH", "COMMANDS")
	for _, command := range app.Commands {
		m.command(command)
	}
	for _, shared := range []string{credentialsHelp, environmentHelp, exitHelp} {
		title, body, _ := strings.Cut(strings.TrimSpace(shared), ":")
		m.macro("SH", strings.ToUpper(title))
		m.text(strings.TrimPrefix(body, " "))
	}
	return m.String()
}

// own is a help text without what stands in all of them.
func own(help string) string {
	return strings.NewReplacer(credentialsHelp, "", environmentHelp, "", exitHelp, "").Replace(help)
}

// roff is a text for man.
type roff struct{ strings.Builder }

func (m *roff) command(command *cli.Command) {
	m.macro("SS", command.Name)
	m.macro("B", command.UsageText)
	m.macro("PP")
	m.text(own(command.Description))
	for _, option := range optionDocs(command) {
		m.macro("TP")
		names := "--" + option.name
		if option.short != "" {
			names += ", -" + option.short
		}
		if option.value == "" {
			m.macro("B", names)
		} else {
			m.macro("BI", names+" ", option.value)
		}
		usage := option.usage
		if option.initial != "" {
			usage += " (default: " + option.initial + ")"
		}
		m.line(usage)
	}
}

func (m *roff) macro(name string, words ...string) {
	m.WriteString("." + name)
	for _, word := range words {
		m.WriteString(` "` + strings.ReplaceAll(escaped(word), `"`, `\(dq`) + `"`)
	}
	m.WriteByte('\n')
}

// line writes one line of running text.
func (m *roff) line(text string) {
	text = escaped(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	m.WriteString(text + "\n")
}

// text writes paragraphs, of which blank lines are the borders. Lines that are indented by three columns stay as
// they are.
func (m *roff) text(text string) {
	const indent = "   "
	verbatim, blank, first := false, false, true
	for line := range strings.Lines(strings.Trim(text, "\n")) {
		line = strings.TrimRight(line, " \n")
		if line == "" {
			blank = true
			continue
		}
		indented := strings.HasPrefix(line, indent)
		if verbatim && !indented {
			m.endVerbatim()
		}
		switch {
		case verbatim && indented && blank:
			m.line("")
		case !first && (blank || indented != verbatim):
			m.macro("PP")
		}
		if indented && !verbatim {
			m.beginVerbatim()
		}
		verbatim, blank, first = indented, false, false
		m.line(strings.TrimPrefix(line, indent))
	}
	if verbatim {
		m.endVerbatim()
	}
}

func (m *roff) beginVerbatim() {
	m.macro("RS", "2n")
	m.macro("nf")
}

func (m *roff) endVerbatim() {
	m.macro("fi")
	m.macro("RE")
}

func escaped(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
}
