package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/clidoc"
	"simhook/cmd/simhook/internal/config"
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
		"a topic of help":         {"help pac", "pacing", "register"},
		"a page of the manual":    {"man rec", "reconcile", "register"},
		"no option without use":   {"unregister --webhook", "-", "--webhook-url"},
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

// helpTexts are all that help says at a width, by what is typed for it.
func helpTexts(m clidoc.Manual, width int) map[string]string {
	texts := map[string]string{"--help": m.Overview(width)}
	for _, command := range m.App.Commands {
		texts[command.Name+" --help"] = m.Command(command, width, false)
		texts[command.Name+" --help=all"] = m.Command(command, width, true)
	}
	for _, topic := range m.Topics {
		texts["help "+topic.Name] = m.Topic(topic, width)
	}
	return texts
}

func TestEveryHelpFitsATerminal(t *testing.T) {
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	for typed, text := range helpTexts(p.manual(), 200) {
		if lines := strings.Count(text, "\n"); strings.HasSuffix(typed, "--help") && lines > 60 {
			t.Errorf("simhook %s has %d lines\n%s", typed, lines, text)
		}
		for line := range strings.Lines(text) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
				t.Errorf("simhook %s has a line that is too long: %s", typed, line)
			}
		}
	}
}

func TestHelpBreaksNoWordOnANarrowTerminal(t *testing.T) {
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	narrow := helpTexts(p.manual(), 40)
	for typed, text := range helpTexts(p.manual(), 80) {
		words := map[string]bool{}
		for word := range strings.FieldsSeq(narrow[typed]) {
			words[strings.Trim(word, "(),")] = true
		}
		for word := range strings.FieldsSeq(text) {
			if !words[strings.Trim(word, "(),")] {
				t.Errorf("simhook %s: %q is broken or missing at 40 columns", typed, word)
			}
		}
	}
}

func TestHelpShowsEachOptionInItsGroup(t *testing.T) {
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	m := p.manual()
	for _, command := range m.App.Commands {
		for _, flag := range command.Flags {
			grouped, ok := flag.(cli.CategorizableFlag)
			if !ok || !slices.Contains(m.Groups, grouped.GetCategory()) {
				t.Errorf("--%s of %s is in no group", flag.Names()[0], command.Name)
			}
			if !flag.(cli.VisibleFlag).IsVisible() {
				continue
			}
			for _, all := range []bool{false, true} {
				text := m.Command(command, 80, all)
				if !strings.Contains(text, "--"+flag.Names()[0]) || all && !strings.Contains(text, config.Variable(flag.Names()[0])+"\n") {
					t.Errorf("simhook %s --help (all: %v) lacks --%s", command.Name, all, flag.Names()[0])
				}
			}
		}
	}
}

func TestTheManualTellsAllThatHelpDoes(t *testing.T) {
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	m := p.manual()
	pages := map[string]string{"simhook": m.Man()}
	for _, command := range m.App.Commands {
		page := m.ManOf(command)
		pages["simhook-"+command.Name] = page
		for _, flag := range command.Flags {
			if name := flag.Names()[0]; flag.(cli.VisibleFlag).IsVisible() && !strings.Contains(page, strings.ReplaceAll("--"+name, "-", `\-`)) {
				t.Errorf("it lacks --%s of %s", name, command.Name)
			}
		}
		if !strings.Contains(pages["simhook"], `simhook\-`+command.Name+"(1)") {
			t.Errorf("the overview does not name the page of %s", command.Name)
		}
	}
	for _, topic := range m.Topics {
		if !strings.Contains(pages["simhook"], `.SH "`+strings.ReplaceAll(strings.ToUpper(topic.Name), "-", `\-`)+`"`) {
			t.Errorf("the overview lacks the topic %s", topic.Name)
		}
	}
	for name, page := range pages {
		if n := strings.Count(page, "credentials refused"); n != 1 {
			t.Errorf("%s has the exit codes %d times", name, n)
		}
		for line := range strings.Lines(page) {
			if strings.HasPrefix(line, ".") && !strings.Contains(".TH.SH.SS.B.BI.PP.TP.IP.br.RS.RE.nf.fi", strings.Fields(line)[0]) {
				t.Errorf("%s: %q is taken for a command of the formatter", name, line)
			}
		}
		lint(t, name, page)
	}
}

// lint asks mandoc, where it is installed, whether a page is as it should be.
func lint(t *testing.T, name, page string) {
	t.Helper()
	man, err := exec.LookPath("mandoc")
	if err != nil {
		return
	}
	cmd := exec.CommandContext(t.Context(), man, "-Tlint", "-Wwarning")
	cmd.Stdin = strings.NewReader(page)
	out, _ := cmd.CombinedOutput() // its exit code is of style too
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "missing date") {
			t.Errorf("%s: %s", name, filepath.Base(line))
		}
	}
}
