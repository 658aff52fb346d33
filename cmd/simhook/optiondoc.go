package main

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// optionDoc is what completions and the manual tell of an option.
type optionDoc struct {
	name    string // without dashes
	short   string // one letter; "": none
	usage   string // without the mark around the value's name
	value   string // its name; "": it takes none
	initial string // its default; "": none, or not worth telling
}

func optionDocs(command *cli.Command) []optionDoc {
	var docs []optionDoc
	for _, flag := range command.Flags {
		documented, ok := flag.(cli.DocGenerationFlag)
		if !ok {
			continue
		}
		doc := optionDoc{name: flag.Names()[0], usage: strings.ReplaceAll(documented.GetUsage(), "`", "")}
		for _, name := range flag.Names()[1:] {
			doc.short = name
		}
		if documented.TakesValue() {
			doc.value, doc.initial = "VALUE", documented.GetDefaultText()
			if _, marked, found := strings.Cut(documented.GetUsage(), "`"); found {
				doc.value, _, _ = strings.Cut(marked, "`")
			}
			doc.initial = strings.Trim(doc.initial, `"`)
		}
		docs = append(docs, doc)
	}
	return docs
}

// words are the values that an option can have; nil: they cannot be listed.
func (d optionDoc) words() []string {
	switch d.name {
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
func (d optionDoc) isFile() bool { return d.value == "FILE" }
