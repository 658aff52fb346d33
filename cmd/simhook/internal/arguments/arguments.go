// Package arguments reads a command line: which words are options and which are files, and what a word was meant to be that is
// neither an option nor a command.
package arguments

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

// The options that ask for help, as Arrange returns them.
const (
	Help    = "--help"
	HelpAll = "--help=all"
)

// Arrange sorts arguments into options and files: the flag parser takes everything after the first file for a file. Each
// option becomes one --name=value. After -- all are files, and - is a file. Where help is asked for, --help is all
// that is returned.
func Arrange(flags []cli.Flag, args []string) (options, files []string, err error) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return options, append(files, args[i+1:]...), nil
		}
		if !isOption(arg) {
			files = append(files, arg)
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		switch {
		case (name == "help" || name == "h") && value == "all":
			return []string{HelpAll}, nil, nil
		case name == "help" || name == "h":
			return []string{Help}, nil, nil
		}
		flag := findFlag(flags, name)
		if flag == nil {
			return nil, nil, unknownOption(flags, arg, name)
		}
		_, isSwitch := flag.(*cli.BoolFlag)
		switch {
		case isSwitch && !hasValue:
			value = "true"
		case isSwitch:
			if _, err := strconv.ParseBool(value); err != nil {
				return nil, nil, fmt.Errorf("--%s takes no value", name)
			}
		case !hasValue && (i+1 == len(args) || isOption(args[i+1])):
			return nil, nil, fmt.Errorf("--%s needs a value", name)
		case !hasValue:
			i++
			value = args[i]
		}
		options = append(options, "--"+name+"="+value)
	}
	return options, files, nil
}

func isOption(arg string) bool { return len(arg) > 1 && arg[0] == '-' }

func findFlag(flags []cli.Flag, name string) cli.Flag {
	for _, flag := range flags {
		if slices.Contains(flag.Names(), name) {
			return flag
		}
	}
	return nil
}
