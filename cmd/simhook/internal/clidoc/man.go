package clidoc

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// Man is the manual's first page, for man: what the program is, its commands, and all topics.
func (m Manual) Man() string {
	var r roff
	app, p := m.App, split(m.App.Description)
	r.macro("TH", "SIMHOOK", "1", "", "simhook "+app.Version)
	r.macro("SH", "NAME")
	r.line("simhook - " + app.Usage)
	r.macro("SH", "SYNOPSIS")
	r.macro("B", app.UsageText)
	r.macro("SH", "DESCRIPTION")
	r.text(p.short + "\n" + p.examples + "\n" + p.long)
	r.macro("SH", "COMMANDS")
	for _, command := range app.Commands {
		r.macro("TP")
		r.macro("B", pageName(command))
		r.line(command.Usage)
	}
	for _, topic := range m.Topics {
		r.macro("SH", strings.ToUpper(topic.Name))
		r.text(topic.Text)
	}
	return r.String()
}

// ManOf is the manual's page of one command, for man.
func (m Manual) ManOf(command *cli.Command) string {
	var r roff
	p := split(command.Description)
	r.macro("TH", strings.ToUpper("simhook-"+command.Name), "1", "", "simhook "+m.App.Version)
	r.macro("SH", "NAME")
	r.line("simhook-" + command.Name + " - " + command.Usage)
	r.macro("SH", "SYNOPSIS")
	r.macro("B", command.UsageText)
	r.macro("SH", "DESCRIPTION")
	r.text(p.short)
	if p.long != "" {
		r.macro("PP")
		r.text(p.long)
	}
	r.macro("SH", "EXAMPLES")
	r.text(p.examples)
	if groups := grouped(command, m.Groups); len(groups) > 0 {
		r.macro("SH", "OPTIONS")
		for _, group := range groups {
			r.macro("SS", group.name)
			for _, o := range group.options {
				r.option(o, m.Variable(o.name))
			}
		}
	}
	if topic, found := m.Find("exit-codes"); found {
		r.macro("SH", "EXIT CODES")
		r.text(topic.Text)
	}
	r.macro("SH", "SEE ALSO")
	r.line("simhook(1) has the topics of simhook help, and names the pages of the other commands.")
	return r.String()
}

func pageName(command *cli.Command) string { return "simhook-" + command.Name + "(1)" }

// roff is a text for man.
type roff struct{ strings.Builder }

func (m *roff) option(o option, variable string) {
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
	m.macro("br")
	m.line(variable)
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

// text writes the paragraphs of a text. Lines that are indented stay as they are.
func (m *roff) text(text string) {
	for i, block := range blocks(text) {
		verbatim, item := strings.HasPrefix(block[0], indent), strings.HasPrefix(block[0], bullet)
		switch {
		case item:
			m.WriteString(".IP \\(bu 2\n")
			block[0] = block[0][len(bullet):]
		case i > 0:
			m.macro("PP")
		}
		if verbatim {
			m.beginVerbatim()
		}
		for _, line := range block {
			m.line(strings.TrimPrefix(line, indent))
		}
		if verbatim {
			m.endVerbatim()
		}
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
