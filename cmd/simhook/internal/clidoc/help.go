package clidoc

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/help"
)

// Manual is what help and the manual are made of, beside the declarations of commands and options.
type Manual struct {
	App      *cli.App
	Topics   []help.Topic
	Groups   []string                   // of options, in their order
	Seldom   string                     // the group whose options help only names
	Variable func(option string) string // the environment variable of an option
}

// columns of help at the most, whatever the terminal has.
const columns = 80

const (
	descriptions = 29 // column in which what is said of an option begins
	gutter       = 2  // columns between that and its default
)

// Overview is what simhook --help says.
func (m Manual) Overview(width int) string {
	width = min(width, columns)
	var out strings.Builder
	p := split(m.App.Description)
	out.WriteString(Wrap(m.App.UsageText+"\n\n"+p.short, width))
	writeExamples(&out, p.examples)
	out.WriteString("\nCommands:\n")
	for _, command := range m.App.Commands {
		writeEntry(&out, command.Name, command.Usage, "", 14, width)
	}
	out.WriteString("\nTopics, by simhook help TOPIC:\n")
	for _, topic := range m.Topics {
		writeEntry(&out, topic.Name, topic.About, "", 15, width)
	}
	out.WriteString("\n" + Wrap(p.long, width))
	return out.String()
}

// Command is what a command's --help says. Where all is asked for, it is all that the manual says.
func (m Manual) Command(command *cli.Command, width int, all bool) string {
	width = min(width, columns)
	var out strings.Builder
	p := split(command.Description)
	out.WriteString(Wrap(command.UsageText+"\n\n"+p.short, width))
	writeExamples(&out, p.examples)
	if all && p.long != "" {
		out.WriteString("\n" + Wrap(p.long, width))
	}
	var seldom []string
	for _, group := range grouped(command, m.Groups) {
		if group.name == m.Seldom && !all {
			for _, o := range group.options {
				seldom = append(seldom, "--"+o.name)
			}
			continue
		}
		out.WriteString("\n" + group.name + ":\n")
		for _, o := range group.options {
			writeEntry(&out, o.title(), o.usage, o.initial, descriptions, width)
			if all {
				fmt.Fprintf(&out, "%s%s\n", strings.Repeat(" ", min(descriptions, width/2)), m.Variable(o.name))
			}
		}
	}
	if len(seldom) > 0 {
		out.WriteString("\n" + m.Seldom + ":\n  " + strings.Join(fill(strings.Join(seldom, ", "), width-2), "\n  ") + "\n")
	}
	if len(command.Flags) > 0 {
		out.WriteString("\n" + Wrap(m.readOn(command, all), width))
	}
	return out.String()
}

// readOn says where more is explained.
func (m Manual) readOn(command *cli.Command, all bool) string {
	more := "All explained: simhook " + command.Name + " --help=all. "
	if all {
		more = ""
	}
	return more + "--log-level is SIMHOOK_LOG_LEVEL too, and so on: " +
		"simhook help settings. Exit codes: simhook help exit-codes."
}

// Find is the topic with a name.
func (m Manual) Find(name string) (help.Topic, bool) {
	for _, topic := range m.Topics {
		if topic.Name == name {
			return topic, true
		}
	}
	return help.Topic{}, false
}

// Names are the words that may follow help: commands and topics.
func (m Manual) Names() []string { return append(commandNames(m.App.Commands), topicNames()...) }

// Topic is what help says of a topic.
func (m Manual) Topic(topic help.Topic, width int) string {
	text := strings.ToUpper(topic.About[:1]) + topic.About[1:] + ".\n\n" + topic.Text
	if m.App.Command(topic.Name) != nil {
		text += "\n\nOptions: simhook " + topic.Name + " --help."
	}
	return Wrap(text, min(width, columns))
}

// writeExamples writes examples under a heading.
func writeExamples(out *strings.Builder, examples string) {
	if examples == "" {
		return
	}
	out.WriteString("\nExamples:\n")
	for line := range strings.Lines(examples) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			out.WriteString(line[1:] + "\n")
		}
	}
}

// writeEntry writes one entry of a list: its name, what is said of it from a column on, and behind that its default. On a
// narrow terminal the text stands below the name.
func writeEntry(out *strings.Builder, name, about, initial string, column, width int) {
	at := column
	if width < columns {
		at = 6
	}
	until := width - at
	aligned := initial != "" && width == columns
	if aligned { // its default ends the line
		until -= gutter + len(initial)
	} else if initial != "" {
		about += " (default: " + initial + ")"
	}
	lines := fill(about, until)
	head := "  " + name
	if gap := at - utf8.RuneCountInString(head); gap > 0 {
		head += strings.Repeat(" ", gap)
	} else {
		head += "\n" + strings.Repeat(" ", at)
	}
	if aligned {
		lines[0] += strings.Repeat(" ", width-at-len(initial)-utf8.RuneCountInString(lines[0])) + initial
	}
	out.WriteString(head + strings.Join(lines, "\n"+strings.Repeat(" ", at)) + "\n")
}
