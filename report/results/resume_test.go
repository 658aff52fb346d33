package results

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/reporttest"
)

func TestWhatEarlierRunsLeftToDoForASIM(t *testing.T) {
	one := standardTypes()[:1]
	onlyFirst := reporttest.OKRow(reporttest.SimA, 2)
	*onlyFirst.Call("USAGE_THRESHOLD") = report.Call{Type: "USAGE_THRESHOLD"}
	refused := reporttest.FailedRow(reporttest.SimA, 2)
	refused.Status, refused.Call("SUBSCRIPTION_END").Outcome = report.StatusRefused, report.Refused
	previous := reporttest.FailedRow(reporttest.SimA, 2)
	previous.Call("SUBSCRIPTION_END").PreviousURL = reporttest.URLB
	tests := map[string]struct {
		rows    []report.Row
		want    []string
		url     string
		state   State
		earlier bool
	}{
		"a SIM without a row is new":                            {nil, bothTypes().Want, reporttest.URLA, New, false},
		"one whose row is ok is done":                           {[]report.Row{reporttest.OKRow(reporttest.SimA, 2)}, bothTypes().Want, reporttest.URLA, Done, false},
		"one that failed comes again":                           {[]report.Row{reporttest.FailedRow(reporttest.SimA, 2)}, bothTypes().Want, reporttest.URLA, Again, false},
		"one that was refused comes again":                      {[]report.Row{refused}, bothTypes().Want, reporttest.URLA, Again, false},
		"one that half failed comes again, and is continued":    {[]report.Row{reporttest.HalfRow(reporttest.SimA, 2)}, bothTypes().Want, reporttest.URLA, Again, true},
		"one that lost a webhook keeps it in mind":              {[]report.Row{previous}, bothTypes().Want, reporttest.URLA, Again, true},
		"a later row counts, if it is ok":                       {[]report.Row{reporttest.HalfRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimA, 2)}, bothTypes().Want, reporttest.URLA, Done, false},
		"a later row counts, if it failed":                      {[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.FailedRow(reporttest.SimA, 2)}, bothTypes().Want, reporttest.URLA, Again, false},
		"another webhook is to be set":                          {[]report.Row{reporttest.OKRow(reporttest.SimA, 2)}, bothTypes().Want, reporttest.URLB, Again, false},
		"half failed, it does not go on with another webhook":   {[]report.Row{reporttest.HalfRow(reporttest.SimA, 2)}, bothTypes().Want, reporttest.URLB, Again, false},
		"a type more is to be set, and the SIM is continued":    {[]report.Row{onlyFirst}, bothTypes().Want, reporttest.URLA, Again, true},
		"a type that is no longer wanted changes nothing":       {[]report.Row{reporttest.OKRow(reporttest.SimA, 2)}, one, reporttest.URLA, Done, true},
		"one type is enough where one is wanted":                {[]report.Row{onlyFirst}, one, reporttest.URLA, Done, false},
		"half failed is not done, even where the half is asked": {[]report.Row{reporttest.HalfRow(reporttest.SimA, 2)}, one, reporttest.URLA, Again, true},
		"a line of the fleet that was bad is no row of the SIM": {[]report.Row{reporttest.BadRow(reporttest.SimA, 2, report.StatusInvalid)}, bothTypes().Want, reporttest.URLA, New, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := resultsIn(t)
			leave(t, path, append(tt.rows, reporttest.OKRow(reporttest.SimB, 3))...)
			options := bothTypes()
			options.Want = tt.want
			j := mustOpen(t, path, options)
			j.Begin()
			if _, state := j.Look(reporttest.SimA, tt.url); state != tt.state {
				t.Errorf("its state is %v, want %v", state, tt.state)
			}
			row, found, err := j.Earlier(reporttest.SimA, tt.url)
			if err != nil || found != tt.earlier {
				t.Fatalf("an earlier row is found: %v, %v", found, err)
			}
			if found {
				if diff := cmp.Diff(tt.rows[len(tt.rows)-1], row); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestEarlierRowsOfCompleteResultsAreFound(t *testing.T) {
	path := resultsIn(t)
	run(t, path, bothTypes(), reporttest.HalfRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3))
	j := mustOpen(t, path, bothTypes())
	row, found, err := j.Earlier(reporttest.SimA, reporttest.URLA)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if diff := cmp.Diff(reporttest.HalfRow(reporttest.SimA, 2), row); diff != "" {
		t.Error(diff)
	}
	mustAppend(t, j, reporttest.HalfRow(reporttest.SimB, 3))
	if _, found, err := j.Earlier(reporttest.SimB, reporttest.URLA); found || err != nil {
		t.Errorf("a row of this run is taken for an earlier one (%v)", err)
	}
}

func TestSIMsWithStrangeURLsAreDone(t *testing.T) {
	row := reporttest.OKRow(reporttest.SimA, 2)
	row.WebhookURL = "https://example.com/a\u200bb?c=\"d\",e"
	path := resultsIn(t)
	leave(t, path, row)
	if again := missing(mustOpen(t, path, bothTypes()), []report.Row{row}); len(again) != 0 {
		t.Error("every run calls it again")
	}
}

func TestOneRunAfterAnother(t *testing.T) {
	changed := reporttest.OKRow(reporttest.SimA, 2)
	changed.WebhookURL = reporttest.URLB
	junk, twice := reporttest.BadRow("junk", 4, report.StatusInvalid), reporttest.BadRow(reporttest.SimA, 5, report.StatusDuplicate)
	lost := reporttest.FailedRow(reporttest.SimC, 4)
	lost.Call("USAGE_THRESHOLD").PreviousURL = reporttest.URLB
	tests := map[string]struct {
		runs [][]report.Row // the fleets
		want []report.Row
		kept int // by the last
	}{
		"a SIM that failed, then succeeded, has one row": {
			[][]report.Row{{reporttest.FailedRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}, {reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}},
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}, 0,
		},
		"one that fails again has its newest row": {
			[][]report.Row{{reporttest.FailedRow(reporttest.SimA, 2)}, {reporttest.HalfRow(reporttest.SimA, 2)}, {reporttest.FailedRow(reporttest.SimA, 3)}},
			[]report.Row{reporttest.FailedRow(reporttest.SimA, 3)}, 0,
		},
		"new SIMs join the old ones": {
			[][]report.Row{{reporttest.OKRow(reporttest.SimA, 2)}, {reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}, {reporttest.OKRow(reporttest.SimC, 2), reporttest.OKRow(reporttest.SimA, 3), reporttest.OKRow(reporttest.SimB, 4)}},
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), reporttest.OKRow(reporttest.SimC, 2)}, 0,
		},
		"another webhook replaces the row": {
			[][]report.Row{{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}, {changed, reporttest.OKRow(reporttest.SimB, 3)}},
			[]report.Row{changed, reporttest.OKRow(reporttest.SimB, 3)}, 0,
		},
		"bad rows stay as long as the fleet has them": {
			[][]report.Row{{reporttest.OKRow(reporttest.SimA, 2), junk, twice}, {reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), junk, twice}},
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), junk, twice}, 0,
		},
		"bad rows are gone when the fleet was corrected": {
			[][]report.Row{{reporttest.OKRow(reporttest.SimA, 2), junk, twice}, {reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimC, 4)}},
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimC, 4)}, 0,
		},
		"bad rows are gone when nothing else changed": {
			[][]report.Row{{reporttest.OKRow(reporttest.SimA, 2), junk, twice}, {reporttest.OKRow(reporttest.SimA, 2)}},
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2)}, 0,
		},
		"SIMs that left the fleet are kept where something was achieved": {
			[][]report.Row{{reporttest.OKRow(reporttest.SimA, 2), reporttest.HalfRow(reporttest.SimB, 3), lost, reporttest.FailedRow(reporttest.SimD, 5)}, {reporttest.OKRow(reporttest.SimE, 2)}},
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.HalfRow(reporttest.SimB, 3), lost, reporttest.OKRow(reporttest.SimE, 2)}, 3,
		},
		"they are kept by every run": {
			[][]report.Row{{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}, {reporttest.OKRow(reporttest.SimA, 2)}, {reporttest.OKRow(reporttest.SimA, 2)}},
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}, 1,
		},
		"and are known when they come back": {
			[][]report.Row{{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}, {reporttest.OKRow(reporttest.SimA, 2)}, {reporttest.OKRow(reporttest.SimB, 9)}},
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}, 1,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := resultsIn(t)
			var kept int
			for _, fleet := range tt.runs {
				kept = run(t, path, bothTypes(), fleet...)
			}
			if diff := cmp.Diff(sortedLines(lines(tt.want...)), rowsIn(t, path)); diff != "" {
				t.Error(diff)
			}
			if kept != tt.kept {
				t.Errorf("%d rows are kept beside the fleet's, want %d", kept, tt.kept)
			}
			if files := reporttest.Snapshot(t, filepath.Dir(path)); len(files) != 1 {
				t.Errorf("these are left: %v", files)
			}
		})
	}
}

func TestUnfinishedRunsAddUp(t *testing.T) {
	path := resultsIn(t)
	fleet := []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), reporttest.OKRow(reporttest.SimC, 4), reporttest.BadRow("junk", 5, report.StatusInvalid)}
	leave(t, path, reporttest.FailedRow(reporttest.SimA, 2), reporttest.BadRow("junk", 5, report.StatusInvalid))
	leave(t, path, reporttest.OKRow(reporttest.SimB, 3), reporttest.FailedRow(reporttest.SimA, 2))
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("there are complete results: %v", err)
	}
	j := mustOpen(t, path, bothTypes())
	if diff := cmp.Diff([]report.Row{fleet[0], fleet[2]}, missing(j, fleet)); diff != "" {
		t.Error("what is still to do:", diff)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	run(t, path, bothTypes(), fleet...)
	if diff := cmp.Diff(sortedLines(lines(fleet...)), rowsIn(t, path)); diff != "" {
		t.Error(diff)
	}
}

func TestNothingToDoChangesNothing(t *testing.T) {
	path := resultsIn(t)
	fleet := mixedFleet()[:3]
	run(t, path, bothTypes(), fleet...)
	before, _ := os.Stat(path)
	files := reporttest.Snapshot(t, filepath.Dir(path))
	run(t, path, bothTypes(), fleet...)
	after, _ := os.Stat(path)
	if !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("the file was written anew")
	}
	if diff := cmp.Diff(files, reporttest.Snapshot(t, filepath.Dir(path))); diff != "" {
		t.Error(diff)
	}
}

func TestASweepStartsOverOnlyOnceItIsComplete(t *testing.T) {
	path := resultsIn(t)
	sweep := bothTypes()
	sweep.Sweep = true
	fleet := []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)}
	run(t, path, sweep, reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), reporttest.OKRow(reporttest.SimC, 4))

	j := mustOpen(t, path, sweep)
	if again := missing(j, fleet); len(again) != 2 {
		t.Errorf("the next sweep visits %d SIMs, want 2", len(again))
	}
	newer := reporttest.HalfRow(reporttest.SimA, 2)
	mustAppend(t, j, newer)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	fleet[0] = newer
	j = mustOpen(t, path, sweep)
	if diff := cmp.Diff(fleet, missing(j, fleet)); diff != "" {
		t.Error("the rest of the sweep:", diff)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if kept := run(t, path, sweep, fleet...); kept != 1 {
		t.Errorf("%d rows are kept, want that of the SIM that left", kept)
	}
	if diff := cmp.Diff(sortedLines(lines(newer, reporttest.OKRow(reporttest.SimB, 3), reporttest.OKRow(reporttest.SimC, 4))), rowsIn(t, path)); diff != "" {
		t.Error(diff)
	}
}

// unremovable is a disk that fails to remove one file.
type unremovable struct {
	reporttest.NeverSynced
	path  string
	fired *bool
}

func (d unremovable) Remove(path string) error {
	if path == d.path {
		*d.fired = true
		return reporttest.ErrDisk
	}
	return d.NeverSynced.Remove(path)
}

func TestAMergeThatEndsBeforeTheRowsAreDiscardedIsMadeUpFor(t *testing.T) {
	fleet := []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), reporttest.OKRow(reporttest.SimC, 4)}
	path := resultsIn(t)
	run(t, path, bothTypes(), reporttest.FailedRow(reporttest.SimA, 2), fleet[1])
	options, fired := bothTypes(), false
	options.Disk = unremovable{path: partialPath(path), fired: &fired}
	j := mustOpen(t, path, options)
	mustAppend(t, j, missing(j, fleet)...)
	if _, err := j.Complete(len(fleet)); !fired || !errors.Is(err, reporttest.ErrDisk) {
		t.Fatalf("the fault was met: %v; the error is %v", fired, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	want := sortedLines(lines(fleet...))
	if diff := cmp.Diff(want, rowsIn(t, path)); diff != "" {
		t.Error("the results are not complete by then:", diff)
	}

	j = mustOpen(t, path, bothTypes())
	if again := missing(j, fleet); len(again) != 0 {
		t.Errorf("%d SIMs are to be called again", len(again))
	}
	if _, err := j.Complete(len(fleet)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rowsIn(t, path)); diff != "" {
		t.Error(diff)
	}
	if files := reporttest.Snapshot(t, filepath.Dir(path)); len(files) != 1 {
		t.Errorf("these are left: %v", files)
	}
}
