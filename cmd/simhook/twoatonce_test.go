//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/api/sandbox"
)

func TestASecondRunAtTheSameTimeChangesNothing(t *testing.T) {
	const sims, workers = 500, 8
	for name, c := range map[string]struct {
		signal   syscall.Signal // to the first run, once the second has ended
		exitCode int            // of the first
		repeated int
	}{
		"the first continues as if nothing had happened":     {syscall.SIGCONT, exitOK, 0},
		"a first that is killed does not lock out the third": {syscall.SIGKILL, bySignal, 2 * workers},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, workers, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: 3 * time.Millisecond})
			fleet := newFleet(t, sims)
			calling := r.after(sims)
			first := r.start(fleet)
			first.await(calling)
			first.halt(t)
			files, tokens := contents(t, filepath.Dir(r.results)), r.Stats().TokenRequests
			if partial := files["results.csv.partial"]; strings.Count(partial, "\n") < 2 {
				t.Fatalf("the first run has written %q: that was not in the middle", partial)
			}

			second := r.start(fleet)
			if second.exitCode() != exitAgain || !strings.Contains(second.said.String(), "is changing this fleet") {
				t.Errorf("want exit code %d and the reason of %s", exitAgain, second)
			}
			if diff := cmp.Diff(files, contents(t, filepath.Dir(r.results))); diff != "" {
				t.Errorf("the second run has changed files:\n%s", diff)
			}
			// Calls that the first had sent may still come in, but none can be made without a token.
			if now := r.Stats().TokenRequests; now != tokens {
				t.Errorf("the second run meant to call: %d token requests, and %d before", now, tokens)
			}

			if code := first.end(c.signal); code != c.exitCode {
				t.Errorf("want exit code %d of the first %s", c.exitCode, first)
			}
			r.finish(fleet)
			if repeated := r.repeated(fleet); repeated > c.repeated {
				t.Errorf("%d calls were repeated, want %d at the most", repeated, c.repeated)
			}
		})
	}
}

// halt stops the process until it gets SIGCONT. It returns once the process stands still.
func (p *process) halt(t *testing.T) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(p.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it does not stand still: %v, status %v", err, status)
	}
}

// contents are the files of a folder.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(content)
	}
	return files
}
