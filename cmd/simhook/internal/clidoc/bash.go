package clidoc

import (
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/help"
)

// Bash is a script that bash sources. Where it offers nothing, bash completes file names.
func Bash(commands []*cli.Command) string {
	var text strings.Builder
	text.WriteString(`# bash completion for simhook
_simhook() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=
	COMPREPLY=()
	if [ "$COMP_CWORD" -gt 1 ]; then
		case $prev in
`)
	seen := map[string]bool{}
	for _, command := range commands {
		for _, o := range options(command) {
			if o.value != "" && !seen[o.name] {
				seen[o.name] = true
				text.WriteString("\t\t--" + o.name + ") words='" + strings.Join(o.words(), " ") + "' ;;\n")
			}
		}
	}
	text.WriteString("\t\t*)\n\t\t\tcase ${COMP_WORDS[1]} in\n")
	for _, command := range commands {
		text.WriteString("\t\t\t" + command.Name + ") words='" + strings.Join(bashWords(command, commands), " ") + "' ;;\n")
	}
	text.WriteString("\t\t\thelp) words='" + strings.Join(append(commandNames(commands), topicNames()...), " ") + "' ;;\n")
	text.WriteString(`			esac
			case $cur in
			-*) ;;
			*) case ${COMP_WORDS[1]} in completion|help|man|config) ;; *) words= ;; esac ;;
			esac ;;
		esac
	else
		words='` + strings.Join(append(commandNames(commands), "help", "--help", "--version"), " ") + `'
	fi
	[ -z "$words" ] || COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _simhook simhook
`)
	return text.String()
}

func commandNames(commands []*cli.Command) []string {
	names := make([]string, len(commands))
	for i, command := range commands {
		names[i] = command.Name
	}
	return names
}

func topicNames() []string {
	var names []string
	for _, topic := range help.Topics() {
		names = append(names, topic.Name)
	}
	return names
}

// bashWords are the words that bash offers after a command's name, beside values and files.
func bashWords(command *cli.Command, commands []*cli.Command) []string {
	if command.Name == "completion" {
		return []string{"bash", "zsh", "fish"}
	}
	words := []string{"--help"}
	if command.Name == "man" || command.Name == "config" {
		words = append(words, commandNames(commands)...)
	}
	for _, o := range options(command) {
		words = append(words, "--"+o.name)
	}
	return words
}
