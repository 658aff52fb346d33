package report

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsToDoForASIM(t *testing.T) {
	one := Types{SubscriptionEnd: true}
	onlyFirst := okRow(simA, 2)
	onlyFirst.UsageThreshold = Call{}
	refused := failedRow(simA, 2)
	refused.Status, refused.SubscriptionEnd.Outcome = StatusRefused, Refused
	previous := failedRow(simA, 2)
	previous.SubscriptionEnd.PreviousURL = urlB
	tests := map[string]struct {
		rows    []Row
		want    Types
		url     string
		state   State
		earlier bool
	}{
		"a SIM without a row is new":                            {nil, bothTypes().Want, urlA, New, false},
		"one whose row is ok is done":                           {[]Row{okRow(simA, 2)}, bothTypes().Want, urlA, Done, false},
		"one that failed comes again":                           {[]Row{failedRow(simA, 2)}, bothTypes().Want, urlA, Again, false},
		"one that was refused comes again":                      {[]Row{refused}, bothTypes().Want, urlA, Again, false},
		"one that half failed comes again, and goes on":         {[]Row{halfRow(simA, 2)}, bothTypes().Want, urlA, Again, true},
		"one that lost a webhook keeps it in mind":              {[]Row{previous}, bothTypes().Want, urlA, Again, true},
		"a later row counts, if it is ok":                       {[]Row{halfRow(simA, 2), okRow(simA, 2)}, bothTypes().Want, urlA, Done, false},
		"a later row counts, if it failed":                      {[]Row{okRow(simA, 2), failedRow(simA, 2)}, bothTypes().Want, urlA, Again, false},
		"another webhook is to be set":                          {[]Row{okRow(simA, 2)}, bothTypes().Want, urlB, Again, false},
		"half failed, it does not go on with another webhook":   {[]Row{halfRow(simA, 2)}, bothTypes().Want, urlB, Again, false},
		"a type more is to be set, and goes on":                 {[]Row{onlyFirst}, bothTypes().Want, urlA, Again, true},
		"a type less is no matter":                              {[]Row{okRow(simA, 2)}, one, urlA, Done, false},
		"one type is enough where one is wanted":                {[]Row{onlyFirst}, one, urlA, Done, false},
		"half failed is not done, even where the half is asked": {[]Row{halfRow(simA, 2)}, one, urlA, Again, true},
		"a line of the fleet that was bad is no row of the SIM": {[]Row{badRow(simA, 2, StatusInvalid)}, bothTypes().Want, urlA, New, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := resultsIn(t)
			leave(t, path, append(tt.rows, okRow(simB, 3))...)
			options := bothTypes()
			options.Want = tt.want
			j := mustOpen(t, path, options)
			j.Begin()
			if _, state := j.Sight(simA, tt.url); state != tt.state {
				t.Errorf("its state is %v, want %v", state, tt.state)
			}
			row, found, err := j.Earlier(simA, tt.url)
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
	run(t, path, bothTypes(), halfRow(simA, 2), okRow(simB, 3))
	j := mustOpen(t, path, bothTypes())
	row, found, err := j.Earlier(simA, urlA)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if diff := cmp.Diff(halfRow(simA, 2), row); diff != "" {
		t.Error(diff)
	}
	mustAppend(t, j, halfRow(simB, 3))
	if _, found, err := j.Earlier(simB, urlA); found || err != nil {
		t.Errorf("a row of this run is taken for an earlier one (%v)", err)
	}
}

func TestSIMsWithStrangeURLsAreDone(t *testing.T) {
	row := okRow(simA, 2)
	row.WebhookURL = "https://example.com/a\u200bb?c=\"d\",e"
	path := resultsIn(t)
	leave(t, path, row)
	if again := missing(mustOpen(t, path, bothTypes()), []Row{row}); len(again) != 0 {
		t.Error("it is to be called again, for ever")
	}
}

func TestOneRunAfterAnother(t *testing.T) {
	changed := okRow(simA, 2)
	changed.WebhookURL = urlB
	junk, twice := badRow("junk", 4, StatusInvalid), badRow(simA, 5, StatusDuplicate)
	lost := failedRow(simC, 4)
	lost.UsageThreshold.PreviousURL = urlB
	tests := map[string]struct {
		runs [][]Row // the fleets
		want []Row
		kept int // by the last
	}{
		"a SIM that failed, then succeeded, has one row": {
			[][]Row{{failedRow(simA, 2), okRow(simB, 3)}, {okRow(simA, 2), okRow(simB, 3)}},
			[]Row{okRow(simA, 2), okRow(simB, 3)}, 0,
		},
		"one that fails again has its newest row": {
			[][]Row{{failedRow(simA, 2)}, {halfRow(simA, 2)}, {failedRow(simA, 3)}},
			[]Row{failedRow(simA, 3)}, 0,
		},
		"new SIMs join the old ones": {
			[][]Row{{okRow(simA, 2)}, {okRow(simA, 2), okRow(simB, 3)}, {okRow(simC, 2), okRow(simA, 3), okRow(simB, 4)}},
			[]Row{okRow(simA, 2), okRow(simB, 3), okRow(simC, 2)}, 0,
		},
		"another webhook replaces the row": {
			[][]Row{{okRow(simA, 2), okRow(simB, 3)}, {changed, okRow(simB, 3)}},
			[]Row{changed, okRow(simB, 3)}, 0,
		},
		"bad rows stay as long as the fleet has them": {
			[][]Row{{okRow(simA, 2), junk, twice}, {okRow(simA, 2), okRow(simB, 3), junk, twice}},
			[]Row{okRow(simA, 2), okRow(simB, 3), junk, twice}, 0,
		},
		"bad rows are gone when the fleet was mended": {
			[][]Row{{okRow(simA, 2), junk, twice}, {okRow(simA, 2), okRow(simC, 4)}},
			[]Row{okRow(simA, 2), okRow(simC, 4)}, 0,
		},
		"bad rows are gone when nothing else changed": {
			[][]Row{{okRow(simA, 2), junk, twice}, {okRow(simA, 2)}},
			[]Row{okRow(simA, 2)}, 0,
		},
		"SIMs that left the fleet are kept where something was achieved": {
			[][]Row{{okRow(simA, 2), halfRow(simB, 3), lost, failedRow(simD, 5)}, {okRow(simE, 2)}},
			[]Row{okRow(simA, 2), halfRow(simB, 3), lost, okRow(simE, 2)}, 3,
		},
		"they are kept by every run": {
			[][]Row{{okRow(simA, 2), okRow(simB, 3)}, {okRow(simA, 2)}, {okRow(simA, 2)}},
			[]Row{okRow(simA, 2), okRow(simB, 3)}, 1,
		},
		"and are known when they come back": {
			[][]Row{{okRow(simA, 2), okRow(simB, 3)}, {okRow(simA, 2)}, {okRow(simB, 9)}},
			[]Row{okRow(simA, 2), okRow(simB, 3)}, 1,
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
			if files := snapshot(t, filepath.Dir(path)); len(files) != 1 {
				t.Errorf("these are left: %v", files)
			}
		})
	}
}

func TestUnfinishedRunsAddUp(t *testing.T) {
	path := resultsIn(t)
	fleet := []Row{okRow(simA, 2), okRow(simB, 3), okRow(simC, 4), badRow("junk", 5, StatusInvalid)}
	leave(t, path, failedRow(simA, 2), badRow("junk", 5, StatusInvalid))
	leave(t, path, okRow(simB, 3), failedRow(simA, 2))
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("there are complete results: %v", err)
	}
	j := mustOpen(t, path, bothTypes())
	if diff := cmp.Diff([]Row{fleet[0], fleet[2]}, missing(j, fleet)); diff != "" {
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
	files := snapshot(t, filepath.Dir(path))
	run(t, path, bothTypes(), fleet...)
	after, _ := os.Stat(path)
	if !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("the file was written anew")
	}
	if diff := cmp.Diff(files, snapshot(t, filepath.Dir(path))); diff != "" {
		t.Error(diff)
	}
}

func TestASweepStartsOverOnlyOnceItIsComplete(t *testing.T) {
	path := resultsIn(t)
	sweep := bothTypes()
	sweep.Sweep = true
	fleet := []Row{okRow(simA, 2), okRow(simB, 3)}
	run(t, path, sweep, okRow(simA, 2), okRow(simB, 3), okRow(simC, 4))

	j := mustOpen(t, path, sweep)
	if again := missing(j, fleet); len(again) != 2 {
		t.Errorf("the next sweep visits %d SIMs, want 2", len(again))
	}
	newer := halfRow(simA, 2)
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
	if diff := cmp.Diff(sortedLines(lines(newer, okRow(simB, 3), okRow(simC, 4))), rowsIn(t, path)); diff != "" {
		t.Error(diff)
	}
}

// unremovable is a disk that fails to remove one file.
type unremovable struct {
	neverSynced
	path  string
	fired *bool
}

func (d unremovable) Remove(path string) error {
	if path == d.path {
		*d.fired = true
		return errDisk
	}
	return d.neverSynced.Remove(path)
}

func TestAMergeThatEndsBeforeTheRowsAreDiscardedIsMadeUpFor(t *testing.T) {
	fleet := []Row{okRow(simA, 2), okRow(simB, 3), okRow(simC, 4)}
	path := resultsIn(t)
	run(t, path, bothTypes(), failedRow(simA, 2), fleet[1])
	options, fired := bothTypes(), false
	options.Disk = unremovable{path: partialPath(path), fired: &fired}
	j := mustOpen(t, path, options)
	mustAppend(t, j, missing(j, fleet)...)
	if _, err := j.Complete(len(fleet)); !fired || !errors.Is(err, errDisk) {
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
	if files := snapshot(t, filepath.Dir(path)); len(files) != 1 {
		t.Errorf("these are left: %v", files)
	}
}
