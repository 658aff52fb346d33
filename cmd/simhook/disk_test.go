package main

// These tests have no flags. The second needs root, and is skipped where nothing can be mounted.

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestAFileThatMayNotGrowStopsARun(t *testing.T) {
	r := newRig(t, 8, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: 3 * time.Millisecond})
	fleet := newFleet(t, 1000)
	// 64 blocks are 32 or 64 KiB, depending on the shell: 100 to 200 rows.
	script := append([]string{"-c", `ulimit -f 64 && exec "$@"`, "sh", "simhook"}, r.args(fleet)...)
	r.stopsWhenThereIsNoRoom(r.startCommand("sh", script...), fleet)
}

func TestAFullDiskStopsARun(t *testing.T) {
	r := newRig(t, 8, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: 3 * time.Millisecond})
	disk := filepath.Dir(r.results)
	if output, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "simhook-test", disk).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v: %s", err, output)
	}
	t.Cleanup(func() {
		if output, err := exec.Command("umount", disk).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, output)
		}
	})
	fleet := newFleet(t, 1000)
	r.stopsWhenThereIsNoRoom(r.start(fleet), fleet, "mount", "-o", "remount,size=4m", disk)
}

// stopsWhenThereIsNoRoom checks that the process stops when its results find no room, that whatever it called
// for is either recorded or named, and that with room, which a command may have to make, the next run
// does the rest and no more than what was named again.
func (r *rig) stopsWhenThereIsNoRoom(p *process, fleet string, makeRoom ...string) {
	t := r.t
	t.Helper()
	if p.exitCode() != exitResults {
		t.Fatalf("want exit code %d of %s", exitResults, p)
	}
	recorded := statusesBySIM(t, r.results+".partial")
	named := unrecorded(p)
	if len(recorded) == 0 || len(named) == 0 {
		t.Fatalf("%d SIMs are recorded and %d named: the disk was not full in the middle", len(recorded), len(named))
	}
	for _, iccid := range simsOf(t, fleet) {
		_, first := r.Webhook(iccid, api.SubscriptionEnd)
		_, second := r.Webhook(iccid, api.UsageThreshold)
		// A row that had been written but not yet synced is both: it may be there again, or not.
		isRecorded, isNamed := recorded[iccid] != nil, slices.Contains(named, iccid)
		if (first || second) != (isRecorded || isNamed) {
			t.Errorf("%s: called for %t, recorded %t, named as unrecorded %t", iccid, first || second, isRecorded, isNamed)
		}
	}

	if len(makeRoom) > 0 {
		if output, err := exec.Command(makeRoom[0], makeRoom[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
	}
	r.finish(fleet)
	repeated := r.repeated(fleet)
	t.Logf("%d SIMs recorded, %d named, %d calls repeated", len(recorded), len(named), repeated)
	if repeated > 2*len(named) {
		t.Errorf("%d calls were repeated, want those for the %d named SIMs at the most", repeated, len(named))
	}
}

// unrecorded are the ICCIDs that a run says it could not write down.
func unrecorded(p *process) []string {
	_, list, _ := strings.Cut(p.said.String(), "called for, but perhaps not recorded: ")
	list, _, _ = strings.Cut(list, "\n")
	return strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' })
}
