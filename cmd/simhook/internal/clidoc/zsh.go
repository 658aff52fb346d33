package clidoc

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// Zsh is a script that zsh sources, or finds as _simhook in a folder of its fpath.
func Zsh(commands []*cli.Command) string {
	var text strings.Builder
	text.WriteString("#compdef simhook\n_simhook() {\n\tlocal -a commands\n\tcommands=(\n")
	for _, command := range commands {
		text.WriteString("\t\t'" + zshText(command.Name+":"+command.Usage) + "'\n")
	}
	text.WriteString("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n" +
		"\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n")
	for _, command := range commands {
		text.WriteString("\t" + command.Name + ")\n\t\t_arguments '--help[explain the command]'")
		for _, o := range options(command) {
			text.WriteString(" \\\n\t\t\t'--" + o.name + zshValue(o) + "'")
		}
		switch command.Name {
		case "completion":
			text.WriteString(" \\\n\t\t\t'1:shell:(bash zsh fish)'")
		case "man", "config":
			text.WriteString(" \\\n\t\t\t'1:command:(" + strings.Join(commandNames(commands), " ") + ")'")
		default:
			text.WriteString(" \\\n\t\t\t'*:file:_files'")
		}
		text.WriteString(" ;;\n")
	}
	text.WriteString("\thelp) _describe command commands; compadd " + strings.Join(topicNames(), " ") + " ;;\n\tesac\n}\n" +
		"if [ \"$funcstack[1]\" = _simhook ]; then\n\t_simhook \"$@\"\nelse\n\tcompdef _simhook simhook\nfi\n")
	return text.String()
}

func zshValue(o option) string {
	usage := "[" + zshText(o.usage) + "]"
	switch words := o.words(); {
	case o.value == "":
		return usage
	case words != nil:
		return "=" + usage + ":" + o.value + ":(" + strings.Join(words, " ") + ")"
	case o.isFile():
		return "=" + usage + ":" + o.value + ":_files"
	}
	return "=" + usage + ":" + zshText(strings.ReplaceAll(o.value, ":", " ")) + ": "
}

// zshText is text for between single quotes. Brackets would end a description.
func zshText(text string) string {
	return strings.NewReplacer("'", `'\''`, "[", "(", "]", ")").Replace(text)
}
