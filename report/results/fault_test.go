package results

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/reporttest"
)

// beginning is the state in which the faults happen.
type beginning struct {
	before func(t *testing.T, path string)
	calls  []string // of the disk that must fail once
}

func beginnings() map[string]beginning {
	fleet := mixedFleet()
	return map[string]beginning{
		"from nothing": {
			func(*testing.T, string) {},
			[]string{"truncate", "write", "sync", "rename"},
		},
		"an unfinished run, torn": {
			func(t *testing.T, path string) {
				reporttest.Write(t, partialPath(path), string(headerLine())+lines(fleet[:3]...)+"8944")
			},
			[]string{"truncate", "write", "sync", "rename"},
		},
		"an unfinished run, damaged in the middle": {
			func(t *testing.T, path string) {
				reporttest.Write(t, partialPath(path), string(headerLine())+lines(fleet[0])+"\x00\x00\n"+lines(fleet[1:3]...))
				reporttest.Write(t, path+".merging", "half of a mer")
			},
			[]string{"remove", "write", "sync", "rename"},
		},
		"complete results and new SIMs": {
			func(t *testing.T, path string) {
				run(t, path, bothTypes(), reporttest.FailedRow(fleet[0].ICCID, 2), fleet[1], fleet[2])
			},
			[]string{"truncate", "write", "sync", "rename", "remove"},
		},
	}
}

// account is what a run was told about its rows.
type account struct {
	recorded   []report.Row
	unrecorded []string
	passed     []string // the ICCIDs of all rows that were handed over
	errs       []error
}

func (a *account) note(err error) {
	a.errs = append(a.errs, err)
	if failure, ok := errors.AsType[*file.WriteError](err); ok {
		a.unrecorded = append(a.unrecorded, failure.Unrecorded...)
	}
}

// unattended is a run that meets faults: it continues as far as it can, and keeps account.
func unattended(path string, disk file.Disk, fleet []report.Row) (a account) {
	options := bothTypes()
	options.Disk = disk
	j, err := Open(path, options)
	if err != nil {
		a.note(err)
		return a
	}
	defer j.Close()
	for rows := range slices.Chunk(missing(j, fleet), 4) {
		written := true
		for part := range slices.Chunk(rows, 2) { // two writes to a sync
			for _, row := range part {
				a.passed = append(a.passed, row.ICCID)
			}
			if err := j.Append(part); err != nil {
				written = false
				a.note(err)
			}
		}
		if err := j.Sync(); err != nil {
			a.note(err)
		} else if written {
			a.recorded = append(a.recorded, rows...)
		}
	}
	if _, err := j.Complete(len(fleet)); err != nil {
		a.note(err)
	}
	return a
}

func TestNothingIsLostWhereTheDiskFails(t *testing.T) {
	for name, b := range beginnings() {
		for _, kind := range []reporttest.Failing{{}, {Half: true}, {ForGood: true}, {ForGood: true, Half: true}} {
			t.Run(fmt.Sprintf("%s, for good %v, half written %v", name, kind.ForGood, kind.Half), func(t *testing.T) {
				fired := map[string]bool{}
				for n := 1; ; n++ {
					disk := kind
					disk.N = n
					if !meetFault(t, b, &disk) {
						break
					}
					fired[disk.Fired] = true
				}
				for _, call := range b.calls {
					if !fired[call] {
						t.Errorf("no %s failed", call)
					}
				}
			})
		}
	}
}

// meetFault has one run meet a fault, and then another run continue. It reports whether the fault was met.
func meetFault(t *testing.T, b beginning, disk *reporttest.Failing) (fired bool) {
	t.Helper()
	path := resultsIn(t)
	b.before(t, path)
	fleet, n := mixedFleet(), disk.N
	a := unattended(path, disk, fleet)
	if disk.Fired == "" {
		if a.errs != nil {
			t.Fatalf("an error although no call failed: %v", a.errs)
		}
		return false
	}
	where := fmt.Sprintf("call %d, a %s", n, disk.Fired)
	harmless := disk.Fired == "remove" // may be of a file that is not there
	if a.errs == nil && !harmless {
		t.Errorf("%s: the run takes no notice", where)
	}
	for _, err := range a.errs {
		if failure, ok := errors.AsType[*file.WriteError](err); !ok || failure.Err == nil {
			t.Errorf("%s: the error is no WriteError: %v", where, err)
		}
	}

	var recorded []string
	for _, row := range a.recorded {
		recorded = append(recorded, row.ICCID)
	}
	if got, want := slices.Sorted(slices.Values(append(recorded, a.unrecorded...))), slices.Sorted(slices.Values(a.passed)); !slices.Equal(got, want) {
		t.Errorf("%s: recorded %q and unrecorded %q are not the rows handed over, %q", where, recorded, a.unrecorded, a.passed)
	}
	on := onDisk(t, path)
	for _, row := range a.recorded {
		if !strings.Contains(on, lines(row)) {
			t.Errorf("%s: the row of %s was acknowledged and is lost", where, row.ICCID)
		}
	}

	j := mustOpen(t, path, bothTypes())
	for _, row := range missing(j, fleet) {
		if row.Status == report.StatusOK && slices.Contains(recorded, row.ICCID) {
			t.Errorf("%s: %s is to be called again", where, row.ICCID)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	run(t, path, bothTypes(), fleet...)
	if diff := cmp.Diff(sortedLines(lines(fleet...)), rowsIn(t, path)); diff != "" {
		t.Fatalf("%s: %s", where, diff)
	}
	for _, left := range []string{partialPath(path), path + ".merging"} {
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%s: %s is left", where, filepath.Base(left))
		}
	}
	return true
}

// onDisk is all text in the results and the partial file.
func onDisk(t *testing.T, path string) string {
	var text strings.Builder
	for _, path := range []string{path, partialPath(path)} {
		part, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		text.Write(part)
	}
	return text.String()
}

func TestAJournalThatFailedStaysFailed(t *testing.T) {
	tests := map[string]struct {
		half bool
		want error
	}{
		"a disk that takes nothing":  {false, reporttest.ErrDisk},
		"a disk that takes one half": {true, io.ErrShortWrite},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path, options, disk := resultsIn(t), bothTypes(), &reporttest.Failing{Half: tt.half}
			options.Disk = disk
			j := mustOpen(t, path, options)
			mustAppend(t, j, reporttest.OKRow(reporttest.SimA, 2))
			disk.N = 1
			if err := j.Append([]report.Row{reporttest.OKRow(reporttest.SimB, 3)}); !errors.Is(err, tt.want) || disk.Fired != "write" {
				t.Fatalf("the write that fails: %v; the fault was met at %q", err, disk.Fired)
			}
			if err := j.Append([]report.Row{reporttest.OKRow(reporttest.SimC, 4)}); !errors.Is(err, tt.want) {
				t.Errorf("a later write: %v", err)
			}
			if err := j.Sync(); !errors.Is(err, tt.want) {
				t.Errorf("a later sync: %v", err)
			}
			if _, err := j.Complete(1); !errors.Is(err, tt.want) {
				t.Errorf("completing: %v", err)
			}
			if got := reporttest.Content(t, partialPath(path)); got != string(headerLine())+lines(reporttest.OKRow(reporttest.SimA, 2)) {
				t.Errorf("the file is %q", got)
			}
		})
	}
}

func TestRowsThatWereNotSyncedAreCutOffAndNamed(t *testing.T) {
	path := resultsIn(t)
	options := bothTypes()
	disk := &reporttest.Failing{}
	options.Disk = disk
	j := mustOpen(t, path, options)
	mustAppend(t, j, reporttest.OKRow(reporttest.SimA, 2))
	if err := errors.Join(j.Append([]report.Row{reporttest.OKRow(reporttest.SimB, 3)}), j.Append([]report.Row{reporttest.OKRow(reporttest.SimC, 4)})); err != nil {
		t.Fatal(err)
	}
	disk.N = 1
	failure, ok := errors.AsType[*file.WriteError](j.Sync())
	if !ok || disk.Fired != "sync" {
		t.Fatalf("the fault was met at %q: %v", disk.Fired, failure)
	}
	if diff := cmp.Diff([]string{reporttest.SimB, reporttest.SimC}, failure.Unrecorded); diff != "" {
		t.Error(diff)
	}
	if err := errors.Join(j.Sync(), j.Append([]report.Row{reporttest.OKRow(reporttest.SimD, 5)})); !errors.Is(err, reporttest.ErrDisk) {
		t.Errorf("later it works again, it says: %v", err)
	}
	if got := reporttest.Content(t, partialPath(path)); got != string(headerLine())+lines(reporttest.OKRow(reporttest.SimA, 2)) {
		t.Errorf("the file is %q", got)
	}
}

func TestResultsAreNotCompleteWithoutARowForEverySIM(t *testing.T) {
	path := resultsIn(t)
	fleet := []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}
	j := mustOpen(t, path, bothTypes())
	missing(j, fleet)
	mustAppend(t, j, fleet[0])
	if _, err := j.Complete(len(fleet)); err == nil {
		t.Error("they are, says Complete")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("there they are")
	}
	if got := reporttest.Content(t, partialPath(path)); got != string(headerLine())+lines(fleet[0]) {
		t.Errorf("the unfinished results have become %q", got)
	}
}
