package clidoc

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// Man is the whole manual as a page for man, made of what --help says. Each of sections is a text "Title: body"
// that stands in several of the help texts: the page has it once, at its end.
func Man(app *cli.App, sections ...string) string {
	m := roff{sections: sections}
	m.macro("TH", "SIMHOOK", "1", "", "simhook "+app.Version)
	m.macro("SH", "NAME")
	m.line("simhook - " + app.Usage)
	m.macro("SH", "SYNOPSIS")
	m.macro("B", app.UsageText)
	m.macro("SH", "DESCRIPTION")
	m.description(app.Description)
	m.macro("SH", "COMMANDS")
	for _, command := range app.Commands {
		m.command(command)
	}
	for _, section := range sections {
		title, body, _ := strings.Cut(strings.TrimSpace(section), ":")
		m.macro("SH", strings.ToUpper(title))
		m.text(strings.TrimPrefix(body, " "))
	}
	return m.String()
}

// roff is a text for man.
type roff struct {
	strings.Builder
	sections []string // texts that descriptions leave out
}

// description writes a help text without the sections that the page has at its end.
func (m *roff) description(help string) {
	for _, section := range m.sections {
		help = strings.ReplaceAll(help, section, "")
	}
	m.text(help)
}

func (m *roff) command(command *cli.Command) {
	m.macro("SS", command.Name)
	m.macro("B", command.UsageText)
	m.macro("PP")
	m.description(command.Description)
	for _, o := range options(command) {
		m.macro("TP")
		names := "--" + o.name
		if o.short != "" {
			names += ", -" + o.short
		}
		if o.value == "" {
			m.macro("B", names)
		} else {
			m.macro("BI", names+" ", o.value)
		}
		usage := o.usage
		if o.initial != "" {
			usage += " (default: " + o.initial + ")"
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

// text writes paragraphs, which blank lines separate. Lines indented by three columns stay as they are.
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
