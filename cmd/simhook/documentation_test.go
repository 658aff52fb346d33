package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"simhook/cmd/simhook/internal/clidoc"
	"simhook/cmd/simhook/internal/help"
)

func TestShellsCompleteWhatIsTyped(t *testing.T) {
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	commands := p.app().Commands
	bash := clidoc.Bash(commands) + "\nCOMP_WORDS=(simhook %)\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_simhook\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
	fish := clidoc.Fish(commands) + "\ncomplete -C'simhook %'\n"
	for name, c := range map[string]struct {
		typed string // '' is a word not begun
		want  string // one of the completions; "-": none
		not   string
	}{
		"a command":               {"rec", "reconcile", "register"},
		"an option":               {"register --web", "--webhook-url", "--workers"},
		"a value that is a word":  {"register --progress b", "bar", "log"},
		"no option of others":     {"check --met", "-", "--metrics-file"},
		"a shell to complete for": {"completion z", "zsh", "fish"},
	} {
		for _, shell := range []struct{ name, script string }{{"bash", bash}, {"fish", fish}} {
			t.Run(shell.name+" completes "+name, func(t *testing.T) {
				found := completions(t, shell.name, strings.ReplaceAll(strings.ReplaceAll(shell.script, "%s", "\x00"), "%", c.typed))
				if c.want != "-" && !found[c.want] || found[c.not] {
					t.Errorf("%q gives %v", c.typed, found)
				}
			})
		}
	}
}

// completions are the first words of the lines that a shell prints.
func completions(t *testing.T, shell, script string) map[string]bool {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skipf("%s is not installed: Debian's package %[1]s has it", shell)
	}
	cmd := exec.CommandContext(t.Context(), path, "-c", strings.ReplaceAll(script, "\x00", "%s"))
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); len(words) > 0 {
			found[words[0]] = true
		}
	}
	return found
}

func TestZshAcceptsItsCompletion(t *testing.T) {
	zsh, err := exec.LookPath("zsh")
	if err != nil {
		t.Skip("zsh is not installed: Debian's package zsh has it")
	}
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	cmd := exec.CommandContext(t.Context(), zsh, "-f", "-n")
	cmd.Stdin = strings.NewReader(clidoc.Zsh(p.app().Commands))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestEveryCommandGivesAnExample(t *testing.T) {
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	for _, command := range p.app().Commands {
		if !strings.Contains(command.Description, "   simhook "+command.Name) {
			t.Errorf("simhook %s --help has no example", command.Name)
		}
	}
}

func TestTheManualTellsAllThatHelpDoes(t *testing.T) {
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	app := p.app()
	text := clidoc.Man(app, help.Credentials, help.Environment, help.Exit)
	for _, command := range app.Commands {
		for _, flag := range command.Flags {
			if name := flag.Names()[0]; !strings.Contains(text, strings.ReplaceAll("--"+name, "-", `\-`)) {
				t.Errorf("it lacks --%s of %s", name, command.Name)
			}
		}
	}
	if n := strings.Count(text, "credentials refused"); n != 1 {
		t.Errorf("it has the exit codes %d times", n)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, ".") && !strings.Contains(".TH.SH.SS.B.BI.PP.TP.RS.RE.nf.fi", strings.Fields(line)[0]) {
			t.Errorf("%q is taken for a command of the formatter", line)
		}
	}
	if man, err := exec.LookPath("mandoc"); err == nil {
		cmd := exec.CommandContext(t.Context(), man, "-Tlint", "-Wwarning")
		cmd.Stdin = strings.NewReader(text)
		out, _ := cmd.CombinedOutput() // its exit code is of style too
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "missing date") {
				t.Error(filepath.Base(line))
			}
		}
	}
}
