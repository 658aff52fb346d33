package results

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/reporttest"
)

// TestMain lets the test binary be another process too, which holds results
// until it is killed.
func TestMain(m *testing.M) {
	path := os.Getenv("HOLD_RESULTS")
	if path == "" {
		os.Exit(m.Run())
	}
	j, err := Open(path, Options{Action: "register", BaseURL: reporttest.URLAPI, Want: standardTypes(), Types: standardTypes()})
	if err == nil {
		err = errors.Join(j.Append([]report.Row{reporttest.OKRow(reporttest.SimA, 2)}), j.Sync())
	}
	fmt.Println("held:", err)
	select {}
}

func TestASecondRunIsToldOfTheFirst(t *testing.T) {
	path := resultsIn(t)
	first := mustOpen(t, path, bothTypes())
	mustAppend(t, first, reporttest.OKRow(reporttest.SimA, 2))
	before := reporttest.Snapshot(t, filepath.Dir(path))
	holder := reporttest.Content(t, path+".lock")

	_, err := Open(path, bothTypes())
	locked, ok := errors.AsType[*file.LockedError](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}
	if want := fmt.Sprintf("process %d on ", os.Getpid()); !strings.HasPrefix(locked.Holder, want) || !strings.Contains(err.Error(), want) {
		t.Errorf("the holder is %q, want %q in %q", locked.Holder, want, err)
	}
	if diff := cmp.Diff(before, reporttest.Snapshot(t, filepath.Dir(path))); diff != "" || reporttest.Content(t, path+".lock") != holder {
		t.Error("the second run changed something:", diff)
	}

	mustAppend(t, first, reporttest.OKRow(reporttest.SimB, 3))
	missing(first, []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)})
	if _, err := first.Complete(2); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, bothTypes()); err == nil {
		t.Error("the lock is lost when the results are complete")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path, bothTypes())
}

func TestRowsOfAKilledProcessAreThereAndItsLockIsGone(t *testing.T) {
	path := resultsIn(t)
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "HOLD_RESULTS="+path)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if said != "held: <nil>\n" {
		t.Errorf("the other process says %q (%v)", said, err)
	}
	_, err = Open(path, bothTypes())
	locked, ok := errors.AsType[*file.LockedError](err)
	if !ok || !strings.HasPrefix(locked.Holder, fmt.Sprintf("process %d on ", other.Process.Pid)) {
		t.Errorf("while it runs: %v", err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := other.Wait(); err == nil {
		t.Error("it ended by itself")
	}
	j := mustOpen(t, path, bothTypes())
	if _, state := j.Look(reporttest.SimA, reporttest.URLA); state != Done {
		t.Errorf("the row it wrote is lost: the SIM is %v", state)
	}
}

func TestALockFileOfAnEndedRunStopsNoRun(t *testing.T) {
	path := resultsIn(t)
	reporttest.Write(t, path+".lock", "process 1 on elsewhere since yesterday\n")
	mustOpen(t, path, bothTypes())
	if got := reporttest.Content(t, path+".lock"); !strings.HasPrefix(got, fmt.Sprintf("process %d on ", os.Getpid())) {
		t.Errorf("the lock says %q", got)
	}
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	path := resultsIn(t)
	reporttest.Write(t, partialPath(path), string(headerLine())+"torn\n8944")
	run(t, path, bothTypes(), reporttest.OKRow(reporttest.SimA, 2))
	leave(t, path, reporttest.OKRow(reporttest.SimB, 2))
	for _, suffix := range []string{"", ".partial", ".lock", ".torn"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Error(err)
		} else if info.Mode() != 0o600 {
			t.Errorf("the mode of %s is %v", info.Name(), info.Mode())
		}
	}
}
