package arguments

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/suggest"
)

// grave are the commands and options that remove webhooks or lose the way back. A word that only comes close to one is not taken
// for it.
func grave() []string {
	return []string{"unregister", "restore", "apply", "prune", "yes", "only-url", "max-delete", "expect-gone"}
}

// otherCommands says what to use in place of words of other programs.
func otherCommands() map[string]string {
	const (
		remove  = "To remove webhooks: simhook unregister FLEET.csv"
		list    = "To list the account's SIMs: simhook fleet"
		state   = "A run shows how far it is, and says more at kill -USR1; simhook status ICCID shows one SIM"
		add     = "To set webhooks: simhook register FLEET.csv"
		back    = "To put webhooks back: simhook restore RESULTS.csv"
		again   = "The same command again continues a run"
		compare = "To see what differs: simhook reconcile --dry-run FLEET.csv"
		repair  = "To repair what differs: simhook reconcile FLEET.csv"
		read    = "To look at a fleet file: simhook check FLEET.csv"
		found   = "To sum up results: simhook report RESULTS.csv"
		show    = "To see the settings in force: simhook config"
	)
	return map[string]string{
		"delete": remove, "remove": remove, "rm": remove, "del": remove, "deregister": remove, "unset": remove, "unsubscribe": remove,
		"sim": "To look at single SIMs: simhook status ICCID", "list": list, "ls": list, "sims": list, "get": list, "export": list,
		"progress": state, "ps": state,
		"add": add, "create": add, "set": add, "subscribe": add, "webhook": add,
		"undo": back, "rollback": back, "revert": back,
		"continue": again, "resume": again, "retry": again, "start": again, "restart": again, "run": again,
		"diff": compare, "plan": compare, "sync": repair, "update": repair, "repair": repair, "fix": repair,
		"verify": compare, "validate": read, "lint": read, "show": found, "summary": found, "merge": found,
		"settings": show, "configure": show, "login": show, "auth": show, "init": show,
		"mock": "To serve an API to rehearse against: simhook sandbox", "serve": "To receive notifications: simhook listen",
		"server": "To receive notifications: simhook listen", "receive": "To receive notifications: simhook listen",
	}
}

// otherOptions says what to use in place of options of other programs.
func otherOptions() map[string]string {
	const (
		file    = "--results names the file of results; standard output is for --json"
		quiet   = "--quiet says nothing but errors"
		more    = "--log-level debug logs every attempt"
		secret  = "No option takes a secret, because all users can read command lines: use --client-secret-file or --access-token-file"
		calls   = "--workers says how many calls are in flight"
		source  = "The file stands without an option"
		consent = "--yes removes without asking"
	)
	return map[string]string{
		"output": file, "o": file, "out": file, "silent": quiet, "q": quiet, "s": quiet, "quiet": quiet, "verbose": more, "v": more, "debug": more,
		"client-secret": secret, "secret": secret, "password": secret, "access-token": secret, "token": secret,
		"threads": calls, "concurrency": calls, "parallel": calls, "j": calls, "c": calls,
		"file": source, "input": source, "fleet": source, "i": source, "f": source,
		"force": consent, "y": consent, "assume-yes": consent,
		"url": "--webhook-url is the URL that notifications go to", "webhook": "--webhook-url is the URL that notifications go to",
		"format": "--json prints JSON", "version": "the version: simhook --version", "resume": "The same command again continues a run",
		"log-file": "The log goes to standard error: 2> FILE",
	}
}

// unknownOption does not repeat the value, which may be a secret.
func unknownOption(flags []cli.Flag, arg, name string) error {
	option, _, _ := strings.Cut(arg, "=")
	var names []string
	for _, flag := range flags {
		names = append(names, flag.Names()[0])
	}
	if meant := suggest.Closest(name, names, grave()); meant != "" {
		return fmt.Errorf("unknown option %s. Did you mean --%s?", option, meant)
	}
	if words := otherOptions()[name]; words != "" && mentions(words, names) {
		return fmt.Errorf("unknown option %s. %s", option, words)
	}
	return fmt.Errorf("unknown option %s", option)
}

// mentions reports whether all options that a text names are there.
func mentions(text string, names []string) bool {
	for word := range strings.FieldsSeq(text) {
		name, isOption := strings.CutPrefix(strings.TrimRight(word, ".:,"), "--")
		if isOption && name != "version" && !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// UnknownTopic says which command or topic a word behind help was meant to be.
func UnknownTopic(names []string, name string) error {
	if meant := suggest.Closest(strings.ToLower(name), names, nil); meant != "" {
		return fmt.Errorf("%q is no command and no topic. Did you mean %q?", name, meant)
	}
	return fmt.Errorf("%q is no command and no topic", name)
}

// UnknownCommand says which command a word was meant to be, or what to use in its place.
func UnknownCommand(commands []*cli.Command, name string) error {
	if name != "" && name[0] == '-' {
		return fmt.Errorf("%s: the command comes first: simhook COMMAND [options] [file]", name)
	}
	word := strings.ToLower(name)
	if words := otherCommands()[word]; words != "" {
		return fmt.Errorf("%q is no command. %s", name, words)
	}
	var names []string
	for _, command := range commands {
		names = append(names, command.Name)
	}
	if meant := suggest.Closest(word, names, grave()); meant != "" {
		return fmt.Errorf("%q is no command. Did you mean %q?", name, meant)
	}
	return fmt.Errorf("%q is no command", name)
}
