//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"simhook/api/sandbox"
)

func TestAFileOfMetricsThatIsAPipeStaysOne(t *testing.T) {
	api := serveGate(t, sandbox.Options{})
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string, 1)
	go func() {
		text, _ := os.ReadFile(pipe) // the test below says what is missing
		read <- string(text)
	}()
	p, stderr := newProgram(api.environment(), strings.NewReader(""), nil)
	if code := p.run(t.Context(), []string{"register", newFleet(t, 3), "--metrics-file", pipe}); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	if text := <-read; !strings.Contains(text, "simhook_last_exit_code") {
		t.Errorf("the pipe got %q", text)
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("it is %v, %v", info.Mode(), err)
	}
}
