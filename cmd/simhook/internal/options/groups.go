package options

import (
	"slices"

	"github.com/urfave/cli/v2"
)

// The groups of options, in the order in which help shows them.
const (
	Task    = "What to do"
	Account = "Account"
	Speed   = "Speed"
	Safety  = "Safety"
	Faults  = "Faults"
	Output  = "Output"
	Seldom  = "Seldom needed" // help names them and explains them where it is asked for all
)

// Groups are all groups in their order.
func Groups() []string { return []string{Task, Account, Speed, Safety, Faults, Output, Seldom} }

// text is an option with a value. What stands between backquotes in about is the name of its value.
func text(group, name, about string) *cli.StringFlag {
	return &cli.StringFlag{Category: group, Name: name, Usage: about}
}

// having gives an option its default.
func having(initial string, flag *cli.StringFlag) *cli.StringFlag {
	flag.Value = initial
	return flag
}

// otherwise says in words what holds where an option is not given.
func otherwise(words string, flag *cli.StringFlag) *cli.StringFlag {
	flag.DefaultText = words
	return flag
}

// without hides options that a command takes, so that one set of settings does for several commands, and has no use for.
func without(flags []cli.Flag, names ...string) []cli.Flag {
	for _, flag := range flags {
		if flag, ok := flag.(*cli.StringFlag); ok && slices.Contains(names, flag.Name) {
			flag.Hidden = true
		}
	}
	return flags
}

// toggle is an option without a value.
func toggle(group, name, about string, short ...string) *cli.BoolFlag {
	return &cli.BoolFlag{Category: group, Name: name, Usage: about, Aliases: short, DisableDefaultText: true}
}
