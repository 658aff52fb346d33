package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"simhook/api/sandbox"
)

// start runs a program, and returns where its exit code will be.
func start(t *testing.T, p *program, args ...string) <-chan int {
	exit := make(chan int, 1)
	go func() { exit <- p.run(t.Context(), args) }()
	return exit
}

func TestTheFirstSignalLetsCallsInFlightFinish(t *testing.T) {
	api := serveGate(t, sandbox.Options{LatencyMin: 100 * time.Millisecond, LatencyMax: 100 * time.Millisecond})
	signals := make(chan os.Signal)
	p, stderr := newProgram(api.environment(), strings.NewReader(""), signals)
	fleet := newFleet(t, 1000)
	calling := api.after(10)
	exit := start(t, p, "register", fleet, "--workers", "4")
	<-calling
	signals <- os.Interrupt
	if code := <-exit; code != exitAgain {
		t.Errorf("exit code %d, want %d", code, exitAgain)
	}
	for _, want := range []string{
		"stopping: waiting up to 10 s for calls in flight; press again to stop at once",
		"0 failed", "simhook: stopped", "the same command again continues from here", "results so far: ",
	} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("it did not say %q but\n%s", want, stderr)
		}
	}
	rows := rowsBySIM(t, fleet[:len(fleet)-4]+".register.csv.partial")
	if got, want := 2*len(rows), api.Registrations(); got != want || got == 0 || got == 2000 {
		t.Errorf("rows for %d calls, and %d that took effect", got, want)
	}
}

func TestTheSecondSignalEndsARunAtOnce(t *testing.T) {
	api := serveGate(t, sandbox.Options{HangRate: 1})
	signals := make(chan os.Signal)
	p, stderr := newProgram(api.environment(), strings.NewReader(""), signals)
	calling := api.after(4)
	exit := start(t, p, "register", newFleet(t, 100), "--workers", "4")
	<-calling
	begun := time.Now()
	signals <- os.Interrupt
	stderr.waitFor(t, "press again to stop at once")
	select {
	case code := <-exit:
		t.Fatalf("exit code %d after one signal, although calls hang", code)
	default:
	}
	signals <- os.Interrupt
	if code := <-exit; code != exitAgain {
		t.Errorf("exit code %d, want %d", code, exitAgain)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %s: the grace period was waited for", took)
	}
}

// endless is a standard input that never ends.
type endless struct{ closed <-chan struct{} }

func (e endless) Read([]byte) (int, error) {
	<-e.closed
	return 0, os.ErrClosed
}

func TestASignalEndsTheReadingOfTheFleet(t *testing.T) {
	api := serveGate(t, sandbox.Options{})
	signals := make(chan os.Signal)
	p, stderr := newProgram(api.environment(), endless{t.Context().Done()}, signals)
	exit := start(t, p, "register", "-", "--results", t.TempDir()+"/results.csv")
	signals <- os.Interrupt
	if code := <-exit; code != exitAgain {
		t.Errorf("exit code %d, want %d:\n%s", code, exitAgain, stderr)
	}
	if len(api.Stats().Calls) > 0 {
		t.Errorf("it has called: %v", api.Stats().Calls)
	}
}

// GNU timeout sends SIGTERM to the process and then to its group: that is one signal, and calls in flight may finish.
func TestTwoSIGTERMsAtOnceAreOne(t *testing.T) {
	api := serveGate(t, sandbox.Options{LatencyMin: 100 * time.Millisecond, LatencyMax: 100 * time.Millisecond})
	signals := make(chan os.Signal)
	p, stderr := newProgram(api.environment(), strings.NewReader(""), signals)
	fleet := newFleet(t, 1000)
	calling := api.after(10)
	exit := start(t, p, "register", fleet, "--workers", "4")
	<-calling
	signals <- syscall.SIGTERM
	signals <- syscall.SIGTERM
	if code := <-exit; code != exitAgain {
		t.Errorf("exit code %d, want %d", code, exitAgain)
	}
	rows := rowsBySIM(t, fleet[:len(fleet)-4]+".register.csv.partial")
	if got, want := 2*len(rows), api.Registrations(); got != want || got == 0 || strings.Contains(stderr.String(), "cancelled") {
		t.Errorf("rows for %d calls, and %d that took effect\n%s", got, want, stderr)
	}
}

func TestFewerWorkersAreStartedThanAProcessMayOpenFiles(t *testing.T) {
	for files, want := range map[string]int{"20": 1, "64": 40} {
		r := newRig(t, 512, sandbox.Options{LatencyMin: 20 * time.Millisecond, LatencyMax: 20 * time.Millisecond})
		p := r.startCommand("sh", append([]string{"-c", `ulimit -n "$0" && exec simhook "$@"`, files}, r.args(newFleet(t, 100))...)...)
		if code := p.exitCode(); code != exitOK || !strings.Contains(p.said.String(), "this process may open too few files") {
			t.Errorf("with %s files: exit code %d\n%s", files, code, p.said)
		}
		if most := r.Stats().MaxInFlight; most > want {
			t.Errorf("with %s files: %d calls at once, want %d", files, most, want)
		}
	}
}

func TestAMachineWithoutFileDescriptorsIsNamed(t *testing.T) {
	r := newRig(t, 32, sandbox.Options{})
	p := r.startCommand("sh", append([]string{"-c", `ulimit -n 12 && exec "$0" "$@"`, "simhook"}, r.args(newFleet(t, 50))...)...)
	if code := p.exitCode(); code != exitResults || !strings.Contains(p.said.String(), "raise the number of open files that is allowed") {
		t.Errorf("exit code %d\n%s", code, p.said)
	}
}
