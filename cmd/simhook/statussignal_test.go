//go:build unix

package main

import (
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"simhook/api/sandbox"
)

func TestASignalMakesARunSayHowFarItIsAndGoOn(t *testing.T) {
	r := newRig(t, 4, sandbox.Options{LatencyMin: 20 * time.Millisecond, LatencyMax: 20 * time.Millisecond})
	fleet := newFleet(t, 100)
	calling := r.after(40)
	p := r.start(fleet)
	p.await(calling)
	if err := p.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	if code := p.exitCode(); code != exitOK {
		t.Fatal(p)
	}
	for _, want := range []string{"of 100 SIMs done: ", "of 4 workers busy, limited by the latency"} {
		if !strings.Contains(p.said.String(), want) {
			t.Errorf("it did not say %q but\n%s", want, p.said)
		}
	}
	if escape := regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f]`).FindString(p.said.String()); escape != "" {
		t.Errorf("off a terminal it writes %q", escape)
	}
}

func TestASignalBeforeARunEndsNothing(t *testing.T) {
	r := newRig(t, 4, sandbox.Options{})
	p := r.startCommand("simhook", "sandbox", "--addr", "127.0.0.1:0")
	p.said.waitFor(t, "listening on")
	for range 3 {
		if err := p.Process.Signal(syscall.SIGUSR1); err != nil {
			t.Fatal(err)
		}
	}
	if code := p.end(syscall.SIGTERM); code != exitOK {
		t.Errorf("exit code %d\n%s", code, p.said)
	}
}
