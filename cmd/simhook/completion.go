package main

import (
	"strings"

	"github.com/urfave/cli/v2"
)

func (p *program) completionCommand() *cli.Command {
	return &cli.Command{
		Name:        "completion",
		Usage:       "print what makes a shell complete commands and options",
		UsageText:   "simhook completion bash|zsh|fish",
		Description: completionHelp,
		Action: func(c *cli.Context) error {
			shell, err := onlyShell(c)
			if err != nil {
				return err
			}
			return p.printData(shell(p.app().Commands))
		},
	}
}

// shells are those that completions can be made for.
func shells() map[string]func([]*cli.Command) string {
	return map[string]func([]*cli.Command) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
}

func onlyShell(c *cli.Context) (func([]*cli.Command) string, error) {
	shell := shells()[c.Args().First()]
	if c.NArg() != 1 || shell == nil {
		return nil, usagef("name one shell: bash, zsh or fish")
	}
	return shell, nil
}

// bashCompletion is sourced by bash. Where it finds nothing, bash completes files.
func bashCompletion(commands []*cli.Command) string {
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
		for _, option := range optionDocs(command) {
			if option.value != "" && !seen[option.name] {
				seen[option.name] = true
				text.WriteString("\t\t--" + option.name + ") words='" + strings.Join(option.words(), " ") + "' ;;\n")
			}
		}
	}
	text.WriteString("\t\t*)\n\t\t\tcase ${COMP_WORDS[1]} in\n")
	for _, command := range commands {
		text.WriteString("\t\t\t" + command.Name + ") words='" + strings.Join(bashWords(command), " ") + "' ;;\n")
	}
	text.WriteString("\t\t\thelp) words='" + strings.Join(commandNames(commands), " ") + "' ;;\n")
	text.WriteString(`			esac
			case $cur in
			-*) ;;
			*) case ${COMP_WORDS[1]} in completion|help) ;; *) words= ;; esac ;;
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

// bashWords are what may follow a command's name, but for values and files.
func bashWords(command *cli.Command) []string {
	if command.Name == "completion" {
		return []string{"bash", "zsh", "fish"}
	}
	words := []string{"--help"}
	for _, option := range optionDocs(command) {
		words = append(words, "--"+option.name)
	}
	return words
}

// zshCompletion is sourced by zsh, or put into a folder of its fpath as _simhook.
func zshCompletion(commands []*cli.Command) string {
	var text strings.Builder
	text.WriteString("#compdef simhook\n_simhook() {\n\tlocal -a commands\n\tcommands=(\n")
	for _, command := range commands {
		text.WriteString("\t\t'" + zshText(command.Name+":"+command.Usage) + "'\n")
	}
	text.WriteString("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n" +
		"\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n")
	for _, command := range commands {
		text.WriteString("\t" + command.Name + ")\n\t\t_arguments '--help[explain the command]'")
		for _, option := range optionDocs(command) {
			text.WriteString(" \\\n\t\t\t'--" + option.name + zshValue(option) + "'")
		}
		switch command.Name {
		case "completion":
			text.WriteString(" \\\n\t\t\t'1:shell:(bash zsh fish)'")
		default:
			text.WriteString(" \\\n\t\t\t'*:file:_files'")
		}
		text.WriteString(" ;;\n")
	}
	text.WriteString("\thelp) _describe command commands ;;\n\tesac\n}\n" +
		"if [ \"$funcstack[1]\" = _simhook ]; then\n\t_simhook \"$@\"\nelse\n\tcompdef _simhook simhook\nfi\n")
	return text.String()
}

func zshValue(option optionDoc) string {
	usage := "[" + zshText(option.usage) + "]"
	switch words := option.words(); {
	case option.value == "":
		return usage
	case words != nil:
		return "=" + usage + ":" + option.value + ":(" + strings.Join(words, " ") + ")"
	case option.isFile():
		return "=" + usage + ":" + option.value + ":_files"
	}
	return "=" + usage + ":" + zshText(strings.ReplaceAll(option.value, ":", " ")) + ": "
}

// zshText is text between single quotes, where brackets end a description.
func zshText(text string) string {
	return strings.NewReplacer("'", `'\''`, "[", "(", "]", ")").Replace(text)
}

// fishCompletion is sourced by fish, or put into its folder of completions.
func fishCompletion(commands []*cli.Command) string {
	var text strings.Builder
	line := func(parts ...string) { text.WriteString("complete -c simhook " + strings.Join(parts, " ") + "\n") }
	line("-n __fish_use_subcommand -f")
	line("-n __fish_use_subcommand -l version -d", fishText("print the version"))
	for _, command := range commands {
		line("-n __fish_use_subcommand -a", command.Name, "-d", fishText(command.Usage))
		of := "-n '__fish_seen_subcommand_from " + command.Name + "'"
		line(of, "-l help -d", fishText("explain the command"))
		for _, option := range optionDocs(command) {
			about := "-l " + option.name
			switch words := option.words(); {
			case option.value == "":
			case words != nil:
				about += " -x -a " + fishText(strings.Join(words, " "))
			case option.isFile():
				about += " -r -F"
			default:
				about += " -x"
			}
			line(of, about, "-d", fishText(option.usage))
		}
	}
	line("-n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'")
	return text.String()
}

func fishText(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
