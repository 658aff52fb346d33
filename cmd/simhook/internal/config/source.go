package config

import "strings"

// Source is where a value comes from. A greater one beats a lesser one.
type Source int

// The sources, the weakest first.
const (
	Default Source = iota
	FromFile
	Environment
	Option
)

// Variable is the environment variable of an option: SIMHOOK_WEBHOOK_URL for webhook-url.
func Variable(option string) string {
	return "SIMHOOK_" + strings.ToUpper(strings.ReplaceAll(option, "-", "_"))
}

// Given is what is given for the options of a command, the command line left out.
type Given struct {
	Env     func(name string) (string, bool)
	File    *File // nil: none
	Command string
}

// Lookup is the value of an option, and where it comes from: Environment or FromFile, or Default, where there is no value. An
// empty variable counts as none.
func (g Given) Lookup(option string) (value string, from Source) {
	if value, _ := g.Env(Variable(option)); value != "" {
		return value, Environment
	}
	if value, found := g.File.value(g.Command, option); found {
		return value, FromFile
	}
	return "", Default
}

// Place names the place that a value comes from.
func (g Given) Place(option string) string {
	switch _, from := g.Lookup(option); from {
	case Environment:
		return Variable(option)
	case FromFile:
		return g.File.place(g.Command, option)
	}
	return "default"
}
