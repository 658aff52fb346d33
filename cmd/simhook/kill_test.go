package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"simhook/api/sandbox"
)

// command is the real program, as a process of its own.
func command(t *testing.T, env map[string]string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "simhook", args...)
	cmd.Env = os.Environ()
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

func TestAProcessEndedInTheMiddleLosesNothing(t *testing.T) {
	const sims, workers = 400, 8
	for name, c := range map[string]struct {
		signal   syscall.Signal
		exitCode int // -1: by the signal itself
		repeated int // calls that may be repeated by the next run
	}{
		"SIGTERM: what was called for is written down":        {syscall.SIGTERM, exitAgain, 0},
		"SIGKILL: at most what was in flight is called again": {syscall.SIGKILL, -1, 2 * workers},
	} {
		t.Run(name, func(t *testing.T) {
			api := serveGate(t, sandbox.Options{LatencyMin: 5 * time.Millisecond, LatencyMax: 10 * time.Millisecond})
			fleet := newFleet(t, sims)
			results := strings.TrimSuffix(fleet, ".csv") + ".register.csv"
			args := []string{"register", fleet, "--workers", "8"}

			calling := api.after(200)
			cmd := command(t, api.environment(), args...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-calling
			if err := cmd.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			exit, _ := errors.AsType[*exec.ExitError](cmd.Wait())
			if exit.ExitCode() != c.exitCode {
				t.Fatalf("exit code %d, want %d", exit.ExitCode(), c.exitCode)
			}
			if done := len(rowsBySIM(t, results+".partial")); done == 0 || done == sims {
				t.Fatalf("%d SIMs were done when it ended: that was not in the middle", done)
			}

			if output, err := command(t, api.environment(), args...).CombinedOutput(); err != nil {
				t.Fatalf("the second run: %v\n%s", err, output)
			}
			rows := rowsBySIM(t, results)
			if len(rows) != sims {
				t.Errorf("%d SIMs have a row, want %d", len(rows), sims)
			}
			for iccid, n := range rows {
				if n != 1 {
					t.Errorf("%s has %d rows", iccid, n)
				}
			}
			if n := api.Registrations(); n != 2*sims {
				t.Errorf("%d webhooks, want %d", n, 2*sims)
			}
			if n := api.Stats().RepeatedCalls; n > c.repeated {
				t.Errorf("%d calls were repeated, want %d at the most", n, c.repeated)
			}
		})
	}
}

func TestResultsHeldByAnotherRunAreLeftAlone(t *testing.T) {
	api := serveGate(t, sandbox.Options{LatencyMin: 20 * time.Millisecond, LatencyMax: 20 * time.Millisecond})
	fleet := newFleet(t, 1000)
	calling := api.after(1)
	first := command(t, api.environment(), "register", fleet, "--workers", "1")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	<-calling
	output, err := command(t, api.environment(), "register", fleet).CombinedOutput()
	exit, _ := errors.AsType[*exec.ExitError](err)
	if exit.ExitCode() != exitAgain || !strings.Contains(string(output), "another run (process") {
		t.Errorf("exit code %d, want %d:\n%s", exit.ExitCode(), exitAgain, output)
	}
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // its exit code is another test's
}
