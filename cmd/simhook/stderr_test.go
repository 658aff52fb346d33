package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"simhook/api/sandbox"
)

// startInto starts a run whose standard error is a pipe, and returns the pipe's other end.
func (r *rig) startInto(fleet string) (*process, *os.File) {
	r.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = read.Close() })
	cmd := exec.CommandContext(r.t.Context(), "simhook", append(r.args(fleet), "--log-level", "debug")...)
	cmd.Env = append(os.Environ(), "SIMHOOK_CLIENT_SECRET=secret")
	cmd.Stderr = write
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	_ = write.Close() // the process has its own
	p := &process{Cmd: cmd, said: newScreen(), ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // what it ended with stands in the ProcessState
	}()
	r.t.Cleanup(func() { <-p.ended })
	return p, read
}

func TestARunWhoseStandardErrorIsGoneFinishes(t *testing.T) {
	r := newRig(t, 4, sandbox.Options{})
	fleet := newFleet(t, 300)
	called := r.after(20)
	p, read := r.startInto(fleet)
	p.await(called)
	_ = read.Close()
	if code := p.exitCode(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
	if n := len(statusesBySIM(t, r.results)); n != 300 {
		t.Errorf("%d rows, want 300", n)
	}
}

func TestARunWhoseStandardErrorIsNotReadFinishesAndObeysSignals(t *testing.T) {
	t.Run("it finishes", func(t *testing.T) {
		r := newRig(t, 4, sandbox.Options{})
		p, _ := r.startInto(newFleet(t, 600)) // whose attempts take more room than a pipe has
		if code := p.exitCode(); code != exitOK {
			t.Errorf("exit code %d, want %d", code, exitOK)
		}
	})
	t.Run("it stops at SIGTERM", func(t *testing.T) {
		r := newRig(t, 4, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: time.Millisecond})
		called := r.after(1500)
		p, _ := r.startInto(newFleet(t, 100_000))
		p.await(called)
		if code := p.end(syscall.SIGTERM); code != exitAgain {
			t.Errorf("exit code %d, want %d", code, exitAgain)
		}
	})
}

func TestAHangupIsAFirstSignalForARun(t *testing.T) {
	r := newRig(t, 4, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: time.Millisecond})
	fleet := newFleet(t, 20_000)
	called := r.after(20)
	p := r.start(fleet)
	p.await(called)
	if code := p.end(syscall.SIGHUP); code != exitAgain || !strings.Contains(p.said.String(), "stopping: waiting up to 10 s") {
		t.Errorf("exit code %d, want %d\n%s", code, exitAgain, p.said)
	}
}
