package arguments_test

import (
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/arguments"
)

func someCommands() []*cli.Command {
	var commands []*cli.Command
	for _, name := range []string{
		"register", "unregister", "reconcile", "restore", "apply", "check", "report", "fleet", "status", "listen", "sandbox", "config", "man",
	} {
		commands = append(commands, &cli.Command{Name: name})
	}
	return commands
}

func TestUnknownCommand(t *testing.T) {
	for name, want := range map[string]string{
		"regster":   `"regster" is no command. Did you mean "register"?`,
		"Chekc":     `"Chekc" is no command. Did you mean "check"?`,
		"delete":    `"delete" is no command. To remove webhooks: simhook unregister FLEET.csv`,
		"remove":    `"remove" is no command. To remove webhooks: simhook unregister FLEET.csv`,
		"list":      `"list" is no command. To list the account's SIMs: simhook fleet`,
		"abracadab": `"abracadab" is no command`,
		"--json":    "--json: the command comes first: simhook COMMAND [options] [file]",
	} {
		if err := arguments.UnknownCommand(someCommands(), name); err.Error() != want {
			t.Errorf("%q gives %q, want %q", name, err, want)
		}
	}
}

// Words for looking, setting and running must never lead to a command that removes webhooks.
func TestNoHarmlessWordLeadsToACommandThatDeletes(t *testing.T) {
	for _, word := range []string{
		"list", "ls", "get", "show", "store", "stores", "rest", "restart", "resume", "start", "run", "reply", "app", "supply", "view", "open",
		"repot", "reports", "registers", "registered", "register-all", "re-register", "test", "dry-run", "log", "logs", "version", "info",
		"plan", "diff", "verify", "validate", "sync", "update", "create", "add", "set", "status", "stat", "history", "export", "import",
	} {
		said := arguments.UnknownCommand(someCommands(), word).Error()
		for _, deletes := range []string{"unregister", "restore", "apply"} {
			if strings.Contains(said, deletes) {
				t.Errorf("%q gives %q", word, said)
			}
		}
	}
}

func TestOptionsOfOtherProgramsGetWords(t *testing.T) {
	flags := append(someFlags(), &cli.BoolFlag{Name: "quiet"}, &cli.BoolFlag{Name: "yes"})
	for arg, want := range map[string]string{
		"--output=x":   "unknown option --output. --results names the file of results; standard output is for --json",
		"--silent":     "unknown option --silent. --quiet says nothing but errors",
		"--qiet":       "unknown option --qiet. Did you mean --quiet?",
		"--force":      "unknown option --force. --yes removes without asking",
		"--yet":        "unknown option --yet",
		"--token=abc":  "unknown option --token",
		"--loud":       "unknown option --loud",
		"--threads=64": "unknown option --threads. --workers says how many calls are in flight",
	} {
		_, _, err := arguments.Arrange(flags, []string{arg})
		if err == nil || err.Error() != want {
			t.Errorf("%s gives %v, want %q", arg, err, want)
		}
	}
}
