package clidoc

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// Fish is a script that fish sources, or finds in its folder of completions.
func Fish(commands []*cli.Command) string {
	var text strings.Builder
	line := func(parts ...string) { text.WriteString("complete -c simhook " + strings.Join(parts, " ") + "\n") }
	line("-n __fish_use_subcommand -f")
	line("-n __fish_use_subcommand -l version -d", fishText("print the version"))
	for _, command := range commands {
		line("-n __fish_use_subcommand -a", command.Name, "-d", fishText(command.Usage))
		of := "-n '__fish_seen_subcommand_from " + command.Name + "'"
		line(of, "-l help -d", fishText("explain the command"))
		for _, o := range options(command) {
			about := "-l " + o.name
			switch words := o.words(); {
			case o.value == "":
			case words != nil:
				about += " -x -a " + fishText(strings.Join(words, " "))
			case o.isFile():
				about += " -r -F"
			default:
				about += " -x"
			}
			line(of, about, "-d", fishText(o.usage))
		}
	}
	line("-n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'")
	line("-n '__fish_seen_subcommand_from man config' -f -a", fishText(strings.Join(commandNames(commands), " ")))
	line("-n '__fish_seen_subcommand_from help' -f -a", fishText(strings.Join(append(commandNames(commands), topicNames()...), " ")))
	return text.String()
}

func fishText(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
