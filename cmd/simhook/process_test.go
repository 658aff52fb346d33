package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

const rigWebhook = "https://example.com/hook"

// rig runs the real program as processes of their own against a sandbox, again and again with the same
// results file, and knows what the outcome must be.
type rig struct {
	*gate
	t       *testing.T
	workers int
	results string
}

func newRig(t *testing.T, workers int, options sandbox.Options) *rig {
	return &rig{
		gate: serveGate(t, options), t: t, workers: workers,
		results: filepath.Join(t.TempDir(), "results.csv"),
	}
}

func (r *rig) args(fleet string) []string {
	return []string{
		"register", fleet, "--results", r.results, "--webhook-url", rigWebhook, "--allow-bad-luhn",
		"--rate", "unlimited", "--workers", strconv.Itoa(r.workers),
		"--base-url", r.url + sandbox.BasePath, "--token-url", r.url + sandbox.TokenPath, "--client-id", "id",
	}
}

// process is a program that runs by itself.
type process struct {
	*exec.Cmd
	said  *screen       // on standard error
	ended chan struct{} // closed once it has
}

// start starts simhook over a fleet.
func (r *rig) start(fleet string) *process {
	r.t.Helper()
	return r.startCommand("simhook", r.args(fleet)...)
}

func (r *rig) startCommand(name string, args ...string) *process {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "SIMHOOK_CLIENT_SECRET=secret")
	p := &process{Cmd: cmd, said: newScreen(), ended: make(chan struct{})}
	cmd.Stderr = p.said
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // what it ended with stands in the ProcessState
	}()
	r.t.Cleanup(func() { <-p.ended }) // the test's context has ended it
	return p
}

// await returns when something has happened, or the process has ended before it could.
func (p *process) await(happened <-chan struct{}) {
	select {
	case <-happened:
	case <-p.ended:
	}
}

// bySignal is the exit code of a process that a signal has ended.
const bySignal = -1

func (p *process) exitCode() int {
	<-p.ended
	return p.ProcessState.ExitCode()
}

// end sends a signal and returns the exit code: that of the process itself where it was faster.
func (p *process) end(signal os.Signal) int {
	_ = p.Process.Signal(signal) // fails if it has ended
	return p.exitCode()
}

func (p *process) String() string {
	return fmt.Sprintf("process %d: exit code %d\n%s", p.Process.Pid, p.exitCode(), p.said)
}

// finish runs simhook over the fleet to the end, and checks that each SIM has both webhooks, and its one
// row, which says so; that no other SIM has one; and that nothing is left lying about.
func (r *rig) finish(fleet string) {
	r.t.Helper()
	p := r.start(fleet)
	if code := p.exitCode(); code != exitOK {
		r.t.Fatalf("the last run: exit code %d\n%s", code, p.said)
	}
	sims := simsOf(r.t, fleet)
	rows := statusesBySIM(r.t, r.results)
	for _, iccid := range sims {
		for _, kind := range api.NotificationTypes() {
			if url, _ := r.Webhook(iccid, kind); url != rigWebhook {
				r.t.Errorf("%s has the %s webhook %q", iccid, kind, url)
			}
		}
		if got := strings.Join(rows[iccid], ","); got != "ok" {
			r.t.Errorf("%s has the rows %q, want one, which is ok", iccid, got)
		}
		delete(rows, iccid)
	}
	for iccid := range rows {
		r.t.Errorf("%s has a row, but is not in the fleet", iccid)
	}
	stats := r.Stats()
	if want := 2 * len(sims); stats.Registrations != want {
		r.t.Errorf("%d webhooks, want %d", stats.Registrations, want)
	}
	if stats.RepeatedCorrelationIDs > 0 {
		r.t.Errorf("%d calls had the correlation ID of another", stats.RepeatedCorrelationIDs)
	}
	for _, suffix := range []string{".partial", ".merging"} {
		if exists(r.results + suffix) {
			r.t.Errorf("%s is still there", r.results+suffix)
		}
	}
}

// repeated is how many calls were made more often than once for each SIM and type of the fleet.
func (r *rig) repeated(fleet string) int {
	stats := r.Stats()
	return max(stats.RepeatedCalls, stats.Calls["POST"]-2*len(simsOf(r.t, fleet)))
}

// simsOf reads the ICCIDs that newFleet has written.
func simsOf(t *testing.T, fleet string) []string {
	t.Helper()
	content, err := os.ReadFile(fleet)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(content))[1:]
}

// statusesBySIM reads a results file that must be whole to its last line.
func statusesBySIM(t *testing.T, path string) map[string][]string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(content), "\n") {
		t.Errorf("the last line of %s is cut off", path)
	}
	reader := csv.NewReader(strings.NewReader(string(content)))
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil || header[0] != "iccid" || header[3] != "status" {
		t.Fatalf("the header of %s: %v %v", path, header, err)
	}
	rows := map[string][]string{}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		rows[record[0]] = append(rows[record[0]], record[3])
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// pause lets an arbitrary time pass, which no assertion depends on.
func pause(t *testing.T, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}
