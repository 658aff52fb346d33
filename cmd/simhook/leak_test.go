package main

// The flag of this test: -leaksims N SIMs are in the fleet. The long form, without the race detector,
// whose own memory is then not part of what is measured:
//
//	go test ./cmd/simhook -run TestALongRunKeepsWithinItsBounds -v -leaksims 200000

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"simhook/api/sandbox"
)

var leakSIMs = flag.Int("leaksims", 10_000, "SIMs in the fleet of the test of leaks")

// leakQuota is the number of calls in a window of a second.
const leakQuota = 6_000

func TestALongRunKeepsWithinItsBounds(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skipf("what a process uses cannot be seen here: %v", err)
	}
	const workers = 64
	const otherFiles = 16 // standard streams, the runtime's poller, fleet, results, history, locks, token endpoint
	r := newRig(t, workers, sandbox.Options{
		Quota: leakQuota, Window: time.Second,
		ErrorRate: 0.003, ResetRate: 0.003,
	})
	fleet := newFleet(t, *leakSIMs)
	begun := time.Now()
	p := r.start(fleet)
	files, memory := r.watch(p, 2**leakSIMs)
	if p.exitCode() != exitOK {
		t.Fatal(p)
	}
	r.finish(fleet)

	stats := r.Stats()
	t.Logf("%d SIMs in %s: %d to %d files open, %d to %d KiB of memory; %v, %d of 429",
		*leakSIMs, time.Since(begun).Round(time.Millisecond), files.least, files.most, memory.first>>10, memory.most>>10,
		stats.Faults, stats.RateLimited)
	if stats.Faults[sandbox.FaultErrorBefore] == 0 || stats.Faults[sandbox.FaultReset] == 0 || stats.RateLimited == 0 {
		t.Errorf("faults %v, %d of 429: some fault never fired", stats.Faults, stats.RateLimited)
	}
	if files.most > workers+otherFiles {
		t.Errorf("%d files were open at once, want %d at the most", files.most, workers+otherFiles)
	}
	if grown, most := memory.most-memory.first, 32**leakSIMs+memorySlack(); grown > most {
		t.Errorf("memory grew by %d KiB, want %d KiB at the most", grown>>10, most>>10)
	}
}

// memorySlack is what the heap may grow by between two garbage collections, in bytes.
func memorySlack() int {
	if raceDetected() {
		return 48 << 20
	}
	return 8 << 20
}

// raceDetected reports whether the test was built with the race detector.
func raceDetected() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "-race" && s.Value == "true" })
}

// samples are a quantity over time.
type samples struct{ count, first, least, most int }

func (s *samples) add(n int) {
	if s.count++; s.count == 1 {
		s.first, s.least, s.most = n, n, n
	}
	s.least, s.most = min(s.least, n), max(s.most, n)
}

// watch looks at a process from a fifth of its way through the registrations to its end: how many files it
// has open, and its resident memory in bytes. Every three seconds another client takes what is left of the quota.
func (r *rig) watch(p *process, registrations int) (files, memory samples) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for tick := 0; ; tick++ {
		if tick%150 == 0 {
			r.Consume(leakQuota)
		}
		select {
		case <-ticker.C:
		case <-p.ended:
			const least = 20
			if files.count < least || memory.count < least {
				r.t.Fatalf("only %d looks at the process, want %d", files.count, least)
			}
			return files, memory
		}
		if r.Registrations() < registrations/5 {
			continue
		}
		proc := fmt.Sprintf("/proc/%d", p.Process.Pid)
		if entries, err := os.ReadDir(filepath.Join(proc, "fd")); err == nil && len(entries) > 0 {
			files.add(len(entries))
		}
		if bytes, ok := residentMemory(filepath.Join(proc, "status")); ok {
			memory.add(bytes)
		}
	}
}

// residentMemory reads VmRSS; there is none once a process has ended.
func residentMemory(status string) (bytes int, ok bool) {
	content, err := os.ReadFile(status)
	_, rss, found := strings.Cut(string(content), "\nVmRSS:")
	if err != nil || !found {
		return 0, false
	}
	var kib int
	_, err = fmt.Sscanf(rss, "%d kB", &kib)
	return kib << 10, err == nil
}

// leakChecked runs the tests of the package, without the settings file of whoever runs them, and then looks for goroutines that
// they left behind.
type leakChecked struct{ *testing.M }

// raceDetecting is the variable with the PATH that finds the simhook with the race detector. Scripts run that one. What starts
// many processes runs one without: it is several times as fast, and what runs inside a process is the same as in scripts.
const raceDetecting = "TEST_RACE_PATH"

// withoutRace puts a simhook without the race detector in front of the PATH.
func withoutRace() (release func(), err error) {
	folder, err := os.MkdirTemp("", "simhook-")
	if err != nil {
		return nil, err
	}
	release = func() { _ = os.RemoveAll(folder) }
	if out, err := exec.Command("go", "build", "-o", filepath.Join(folder, "simhook"), ".").CombinedOutput(); err != nil {
		release()
		return nil, fmt.Errorf("building simhook: %w: %s", err, out)
	}
	path := os.Getenv("PATH")
	return release, errors.Join(os.Setenv(raceDetecting, path), os.Setenv("PATH", folder+string(filepath.ListSeparator)+path))
}

func (m leakChecked) Run() int {
	if err := os.Setenv("SIMHOOK_CONFIG", "none"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if underRace {
		release, err := withoutRace()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer release()
	}
	code := m.M.Run()
	if code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, "goroutines are left over:", err)
		return 1
	}
	return code
}
