package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"simhook/api/sandbox"
)

// TestTheCommandsOfTheREADMERun runs every line of the README's sh blocks, one
// after the other as a newcomer would, in a folder with the files that it
// names. The environment points the real run to a sandbox, without which it
// would call the real API.
func TestTheCommandsOfTheREADMERun(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	script := shBlocks(string(readme))
	for _, expected := range []string{"register --sandbox", "simhook check", "unregister --yes", "go test -race ./..."} {
		if !strings.Contains(script, expected) {
			t.Fatalf("the README's commands lack %q: is it read right?\n%s", expected, script)
		}
	}
	script = strings.ReplaceAll(script, "go run ./cmd/simhook", "simhook")
	script = strings.ReplaceAll(script, "go test -race ./...", ": this is it")

	for _, port := range []string{"8080", "8090"} {
		script = strings.ReplaceAll(script, "127.0.0.1:"+port, freeAddress(t))
	}

	api, err := startSandbox("127.0.0.1:0", sandbox.Options{ClientID: "fleet-operations", ClientSecret: "the-secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer api.stop()
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
		"SIMHOOK_BASE_URL="+api.url+sandbox.BasePath, "SIMHOOK_TOKEN_URL="+api.url+sandbox.TokenPath, "SIMHOOK_RATE=unlimited")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second // for what the script has left behind, if it failed
	out, err := cmd.CombinedOutput()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // nothing is left, if it did not
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	stats := api.Stats()
	for method, want := range map[string]int{"POST": 150, "DELETE": 100, "GET": 150} {
		if stats.Calls[method] != want {
			t.Errorf("the API has had %d %s calls, want %d\n%s", stats.Calls[method], method, want, out)
		}
	}
	if want := 50; stats.Registrations != want { // the last command registers what was restored before
		t.Errorf("%d webhooks, want %d\n%s", stats.Registrations, want, out)
	}
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

// shBlocks are the lines of a Markdown text's sh blocks.
func shBlocks(markdown string) string {
	var lines []string
	inside := false
	for line := range strings.Lines(markdown) {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = strings.TrimSpace(line) == "```sh"
		case inside:
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
