//go:build unix

package results

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/reporttest"
)

func TestResultsOfAnotherKindAreRefusedAndLeftAlone(t *testing.T) {
	good := string(headerLine()) + lines(reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3))
	tests := map[string]struct {
		text, reason string
		change       func(*Options)
		onlyComplete bool // an unfinished file is healed
	}{
		"of another command":           {text: good, reason: `holds results of "register", not of "unregister"`, change: func(o *Options) { o.Action = "unregister" }},
		"of another API":               {text: good, reason: "holds results of the API at " + reporttest.URLAPI + ", not at " + reporttest.URLAPI + "-preprod", change: func(o *Options) { o.BaseURL += "-preprod" }},
		"a table of something else":    {text: "iccid,webhook_url\n" + reporttest.SimA + "," + reporttest.URLA + "\n", reason: "its first line is another header"},
		"a program":                    {text: "\x7fELF\x02\x01\x01\x00\x00\n\x00", reason: "its first line is another header"},
		"of another version":           {text: strings.Replace(good, ",base_url", "", 1), reason: "its first line is another header"},
		"of a version with more":       {text: strings.Replace(good, ",base_url", ",base_url,region", 1), reason: "line 2 is no result row of simhook (was the file edited?)", onlyComplete: true},
		"with the columns rearranged":  {text: strings.Replace(good, "iccid,line", "line,iccid", 1), reason: "its first line is another header"},
		"a line without an end":        {text: strings.Repeat("x", cell.MaxLine+10), reason: "its first line is another header"},
		"an empty file":                {text: "", reason: "has no header", onlyComplete: true},
		"half a header":                {text: good[:20], reason: "has no header", onlyComplete: true},
		"ICCIDs that a spreadsheet":    {text: strings.ReplaceAll(strings.Replace(good, reporttest.SimB, "8.94448E+18", 1), "\n", "\r\n"), reason: `line 3: the iccid is "8.94448E+18": a spreadsheet has changed it. Use the file as simhook wrote it`},
		"a row cut off":                {text: good[:len(good)-1], reason: "its last line is cut off", onlyComplete: true},
		"a row with a cell too few":    {text: good + "8944,4\n", reason: "line 4 is no result row", onlyComplete: true},
		"the same SIM twice":           {text: good + lines(reporttest.FailedRow(reporttest.SimA, 4)), reason: "line 4 is the second row of its SIM", onlyComplete: true},
		"a bad row twice":              {text: good + lines(reporttest.BadRow("x", 4, report.StatusInvalid), reporttest.BadRow("x", 4, report.StatusInvalid)), reason: "line 5 is the second row", onlyComplete: true},
		"a row of another kind behind": {text: good + strings.Replace(lines(reporttest.OKRow(reporttest.SimC, 4)), ",register,", ",unregister,", 1), reason: `holds results of "unregister", not of "register"`},
	}
	for name, tt := range tests {
		for _, suffix := range []string{"", ".partial"} {
			if suffix != "" && tt.onlyComplete {
				continue
			}
			t.Run(name+suffix, func(t *testing.T) {
				path := resultsIn(t)
				reporttest.Write(t, path+suffix, tt.text)
				before := reporttest.Snapshot(t, filepath.Dir(path))
				options := bothTypes()
				if tt.change != nil {
					tt.change(&options)
				}
				for _, look := range []bool{true, false} {
					options.ReadOnly = look
					_, err := Open(path, options)
					mismatch, ok := errors.AsType[*file.MismatchError](err)
					if !ok {
						t.Fatalf("the error is %v", err)
					}
					if !strings.Contains(mismatch.Reason, tt.reason) || mismatch.Path != path+suffix {
						t.Errorf("the reason is %v", mismatch)
					}
					if !strings.Contains(err.Error(), "left as it is: choose another --results or move it away") {
						t.Errorf("no hint in %q", err)
					}
				}
				if diff := cmp.Diff(before, reporttest.Snapshot(t, filepath.Dir(path))); diff != "" {
					t.Error("it was touched:", diff)
				}
			})
		}
	}
}

func TestResultsSavedByASpreadsheetAreContinued(t *testing.T) {
	path := resultsIn(t)
	fleet := []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.HalfRow(reporttest.SimB, 3)}
	reporttest.Write(t, path, strings.ReplaceAll(string(headerLine())+lines(fleet...), "\n", "\r\n"))
	j := mustOpen(t, path, bothTypes())
	if again := missing(j, fleet); len(again) != 1 || again[0].ICCID != reporttest.SimB {
		t.Errorf("to be called again: %v", again)
	}
	if row, found, err := j.Earlier(reporttest.SimB, reporttest.URLA); !found || err != nil || row.BaseURL != reporttest.URLAPI {
		t.Errorf("%v, %v, %v", row, found, err)
	}
	mustAppend(t, j, reporttest.OKRow(reporttest.SimB, 3))
	if _, err := j.Complete(2); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sortedLines(lines(reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3))), rowsIn(t, path)); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyRegularFilesAreOpened(t *testing.T) {
	tests := map[string]func(path string) error{
		"a folder":         func(path string) error { return os.Mkdir(path, 0o700) },
		"a pipe":           func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a link":           func(path string) error { return os.Symlink(filepath.Base(path)+".elsewhere", path) },
		"a link to a file": func(path string) error { return os.Symlink(os.DevNull, path) },
	}
	for name, create := range tests {
		for _, suffix := range []string{"", ".partial"} {
			t.Run(name+suffix, func(t *testing.T) {
				path := resultsIn(t)
				if err := create(path + suffix); err != nil {
					t.Fatal(err)
				}
				_, err := Open(path, bothTypes())
				if failure, ok := errors.AsType[*file.WriteError](err); !ok || failure.Path != path+suffix {
					t.Fatalf("the error is %v", err)
				}
				if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 2 { // it and the lock
					t.Errorf("the folder now holds %v", entries)
				}
			})
		}
	}
}

func TestAPathThatCannotBeWrittenIsAnErrorOnOpen(t *testing.T) {
	f := filepath.Join(t.TempDir(), "file")
	reporttest.Write(t, f, "")
	for name, path := range map[string]string{
		"below a file":                filepath.Join(f, "fleet.register.csv"),
		"in a folder that is missing": filepath.Join(t.TempDir(), "missing", "fleet.register.csv"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(path, bothTypes())
			if _, ok := errors.AsType[*file.WriteError](err); !ok {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestADiskThatFailsIsFoundBeforeTheFirstCall(t *testing.T) {
	for n, call := range []string{"truncate", "write", "sync", "sync"} {
		options, disk := bothTypes(), &reporttest.Failing{N: n + 1}
		options.Disk = disk
		_, err := Open(resultsIn(t), options)
		if failure, ok := errors.AsType[*file.WriteError](err); !ok || !errors.Is(failure, reporttest.ErrDisk) || disk.Fired != call {
			t.Errorf("call %d, a %s, fails: %v; the fault was met at %q", n+1, call, err, disk.Fired)
		}
	}
}

func TestReadOnlyLeavesNoTrace(t *testing.T) {
	options := bothTypes()
	options.ReadOnly = true
	path := resultsIn(t)
	if _, state := mustOpen(t, path, options).Look(reporttest.SimA, reporttest.URLA); state != New {
		t.Errorf("where nothing is, the SIM is %v", state)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 0 {
		t.Errorf("a look leaves %v", entries)
	}
	leave(t, path, reporttest.OKRow(reporttest.SimA, 2), reporttest.HalfRow(reporttest.SimB, 3))
	running := mustOpen(t, path, bothTypes())
	j := mustOpen(t, path, options) // although another run holds the lock
	if again := missing(j, []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}); len(again) != 1 {
		t.Errorf("%d SIMs are to do", len(again))
	}
	if _, found, err := j.Earlier(reporttest.SimB, reporttest.URLA); !found || err != nil {
		t.Errorf("no earlier row is found (%v)", err)
	}
	if err := running.Close(); err != nil {
		t.Error(err)
	}
}
