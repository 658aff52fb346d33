package clidoc

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// option is what completions and the manual say of one option.
type option struct {
	name    string // without dashes
	short   string // one letter; "": none
	usage   string // without the mark around the value's name
	value   string // the value's name; "": it takes none
	initial string // its default; "": none, or none that is shown
}

func options(command *cli.Command) []option {
	var all []option
	for _, flag := range command.Flags {
		documented, ok := flag.(cli.DocGenerationFlag)
		if !ok {
			continue
		}
		o := option{name: flag.Names()[0], usage: strings.ReplaceAll(documented.GetUsage(), "`", "")}
		for _, name := range flag.Names()[1:] {
			o.short = name
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
		return []string{"POST", "PUT"}
	case "types":
		return []string{"SUBSCRIPTION_END", "USAGE_THRESHOLD"}
	case "rate":
		return []string{"auto", "unlimited", "1000/m", "20/s"}
	}
	return nil
}

// isFile reports whether the option's value is a file.
func (o option) isFile() bool { return o.value == "FILE" }
