package clidoc

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/api"
)

// option is what help, completions and the manual say of one option.
type option struct {
	name    string // without dashes
	short   string // one letter; "": none
	group   string
	usage   string // without the mark around the value's name
	value   string // the value's name; "": it takes none
	initial string // its default; "": none, or none that is shown
}

func options(command *cli.Command) []option {
	var all []option
	for _, flag := range command.Flags {
		documented, ok := flag.(cli.DocGenerationFlag)
		if visible, may := flag.(cli.VisibleFlag); !ok || may && !visible.IsVisible() {
			continue
		}
		o := option{name: flag.Names()[0], usage: strings.ReplaceAll(documented.GetUsage(), "`", "")}
		for _, name := range flag.Names()[1:] {
			o.short = name
		}
		if grouped, ok := flag.(cli.CategorizableFlag); ok {
			o.group = grouped.GetCategory()
		}
		if documented.TakesValue() {
			o.value, o.initial = "VALUE", documented.GetDefaultText()
			if _, marked, found := strings.Cut(documented.GetUsage(), "`"); found {
				o.value, _, _ = strings.Cut(marked, "`")
			}
			o.initial = strings.Trim(o.initial, `"`)
		}
		all = append(all, o)
	}
	return all
}

// group is options that help shows together.
type group struct {
	name    string
	options []option
}

// grouped are a command's options by group. The groups come in the given order; an option that is in none of them is in the first.
func grouped(command *cli.Command, order []string) []group {
	groups := make([]group, len(order))
	for i, name := range order {
		groups[i].name = name
	}
	for _, o := range options(command) {
		at := max(slices.Index(order, o.group), 0)
		groups[at].options = append(groups[at].options, o)
	}
	return slices.DeleteFunc(groups, func(g group) bool { return len(g.options) == 0 })
}

// title is the option as it is typed.
func (o option) title() string {
	text := "--" + o.name
	if o.value != "" {
		text += " " + o.value
	}
	if o.short != "" {
		text += ", -" + o.short
	}
	return text
}

// words are the values that an option can have; nil: any, or too many to list.
func (o option) words() []string {
	switch o.name {
	case "progress":
		return []string{"auto", "bar", "log", "none"}
	case "log-format":
		return []string{"text", "json"}
	case "log-level":
		return []string{"debug", "info", "warn", "error"}
	case "register-method":
		return []string{"auto", "POST", "PUT"}
	case "types":
		names := []string{"all"}
		for _, t := range api.AllNotificationTypes() {
			names = append(names, string(t))
		}
		return names
	case "rate":
		return []string{"auto", "unlimited", "1000/m", "20/s"}
	}
	return nil
}

// isFile reports whether the option's value is a file.
func (o option) isFile() bool { return o.value == "FILE" || o.value == "FLEET.csv" }
