//go:build unix

package main

import (
	"html"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/exitcode"
)

// TestTheCommandsOfTheREADMERun runs every line of the sh blocks of the README, and of those that it leads to, one after the
// other as a newcomer would, in a folder with the files that they name. The environment points the real run to a sandbox, without
// which it would call the real API.
func TestTheCommandsOfTheREADMERun(t *testing.T) {
	t.Parallel()
	script := ""
	for _, path := range []string{"README.md", "deploy/monitoring/README.md", "api/sandbox/README.md"} {
		script += blocksOf(string(readFile(t, "../../"+path)), "sh")
	}
	for _, expected := range []string{"register --sandbox", "simhook check", "unregister --yes", "--metrics-file", "simhook listen", "go test -race ./..."} {
		if !strings.Contains(script, expected) {
			t.Fatalf("the README's commands lack %q: is it read right?\n%s", expected, script)
		}
	}
	script = strings.ReplaceAll(script, "go run ./cmd/simhook", "simhook")
	script = strings.ReplaceAll(script, "go test -race ./...", ": this is it")

	for _, port := range []string{"8080", "8090"} {
		script = strings.ReplaceAll(script, "127.0.0.1:"+port, freeAddress(t))
	}

	api, err := access.StartSandbox("127.0.0.1:0", sandbox.Options{ClientID: "fleet-operations", ClientSecret: "the-secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer api.Stop()
	dir := t.TempDir()
	fleet, err := os.ReadFile("../../testdata/fleet.csv")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"testdata/fleet.csv": fleet, "fleet.csv": fleet, "large.csv": fleet, "connect.secret": []byte("the-secret\n"),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-x", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"SIMHOOK_BASE_URL="+api.URL+sandbox.BasePath, "SIMHOOK_TOKEN_URL="+api.URL+sandbox.TokenPath, "SIMHOOK_RATE=unlimited")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second // for what the script has left behind, if it failed
	out, err := cmd.CombinedOutput()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // nothing is left, if it did not
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	stats := api.Stats()
	for method, want := range map[string]int{"POST": 100, "DELETE": 50, "GET": 150} {
		if stats.Calls[method] != want {
			t.Errorf("the API has had %d %s calls, want %d\n%s", stats.Calls[method], method, want, out)
		}
	}
	for _, path := range unknownTo(t, dir) {
		t.Errorf(".gitignore lacks %s: a program that is built here after the README's commands would call itself changed", path)
	}
	if want := 50; stats.Registrations != want { // all of them were put back
		t.Errorf("%d webhooks, want %d\n%s", stats.Registrations, want, out)
	}
}

// unknownTo are the files of a folder that git would add with the .gitignore of this repository.
func unknownTo(t *testing.T, dir string) []string {
	t.Helper()
	needs(t, "git", "git")
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "--others", "--exclude-from="+filepath.Join(dir, ".ignored"))
	if err := os.WriteFile(filepath.Join(dir, ".ignored"), readFile(t, "../../.gitignore"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(path string) bool {
		return slices.Contains([]string{".ignored", "testdata/fleet.csv", "large.csv"}, path) // none of a command's
	})
}

// freeAddress is one on loopback that no server listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// blocksOf are the lines of a Markdown text's blocks of one kind.
func blocksOf(markdown, kind string) string {
	var lines []string
	inside := false
	for line := range strings.Lines(markdown) {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = strings.TrimSpace(line) == "```"+kind
		case inside:
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// TestTheRunThatTheREADMEShowsIsReal makes the first run of the README, and compares what it says with what is shown. Numbers and
// the run's ID may differ.
func TestTheRunThatTheREADMEShowsIsReal(t *testing.T) {
	t.Parallel()
	_, begin, _ := strings.Cut(string(readFile(t, "../../README.md")), "\n## In two commands\n")
	begin, _, _ = strings.Cut(begin, "\n## ")
	typed, _, _ := strings.Cut(blocksOf(begin, "sh"), "\n")
	args, isRun := strings.CutPrefix(typed, "go run ./cmd/simhook ")
	if !isRun {
		t.Fatalf("the README begins with %q", typed)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "testdata"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "testdata", "fleet.csv"), string(readFile(t, "../../testdata/fleet.csv")))
	cmd := command(t, nil, strings.Fields(args)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := regexp.MustCompile(`(?m)^\{.*\n`).ReplaceAllString(string(out), "") // a terminal shows a bar instead
	vary := regexp.MustCompile(`[Rr]un [a-z0-9]{8}|[0-9][0-9,]*`)
	plain := func(text string) string { return vary.ReplaceAllString(text, "#") }
	if diff := cmp.Diff(plain(blocksOf(begin, "text")), plain(said)); diff != "" {
		t.Errorf("the README shows another run (-README +real):\n%s", diff)
	}
}

// TestThePictureOfTheREADMEIsOfItsRun compares the last screen of the picture with the text beside it. testdata/picture draws it.
func TestThePictureOfTheREADMEIsOfItsRun(t *testing.T) {
	readme := string(readFile(t, "../../README.md"))
	if !strings.Contains(readme, "](testdata/picture/run.svg)") {
		t.Error("the README has no picture of a run")
	}
	_, begin, _ := strings.Cut(readme, "\n## In two commands\n")
	begin, _, _ = strings.Cut(begin, "\n## ")
	vary := regexp.MustCompile(`[Rr]un [a-z0-9]{8}|[0-9][0-9,]*`)
	shown := []string{}
	bars := 0
	for _, text := range regexp.MustCompile(`<text [^>]*opacity="([01])">([^<]*)`).FindAllStringSubmatch(string(readFile(t, "../../testdata/picture/run.svg")), -1) {
		line := html.UnescapeString(text[2])
		switch {
		case strings.Contains(line, " %  ["):
			bars++
		case text[1] == "1":
			shown = append(shown, vary.ReplaceAllString(line, "#"))
		}
	}
	want := strings.Split(strings.TrimSpace(vary.ReplaceAllString(blocksOf(begin, "text"), "#")), "\n")
	if diff := cmp.Diff(want, shown[min(2, len(shown)):]); diff != "" || bars < 5 {
		t.Errorf("draw it again with testdata/picture: it has %d bars, and (-README +picture)\n%s", bars, diff)
	}
}

func TestTheREADMEHasTheExitCodesOfTheProgram(t *testing.T) {
	readme := string(readFile(t, "../../README.md"))
	if table := strings.TrimSpace(section(readme, "Exit codes")); table != strings.TrimSpace(exitcode.Markdown()) {
		t.Errorf("the README has\n%s\nwant\n%s", table, exitcode.Markdown())
	}
	if lines := strings.Count(readme, "\n"); lines > 150 {
		t.Errorf("the README has %d lines: longer texts stand in the folder that they are about, or in a topic of help", lines)
	}
}
