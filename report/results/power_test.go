package results

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/reporttest"
)

// state is what a power cut may leave, and what a run had been told by then.
type state struct {
	files    map[string]string
	recorded []report.Row
}

func TestNothingIsLostWhereThePowerIsCut(t *testing.T) {
	for name, b := range beginnings() {
		t.Run(name, func(t *testing.T) {
			path, fleet := resultsIn(t), mixedFleet()
			b.before(t, path)
			var states []state
			var recorded []report.Row
			var disk *reporttest.Powered
			disk = reporttest.NewPowered(t, filepath.Dir(path), func() {
				for _, files := range disk.Left() {
					states = append(states, state{files, slices.Clone(recorded)})
				}
			})
			options := bothTypes()
			options.Disk = disk
			j := mustOpen(t, path, options)
			for rows := range slices.Chunk(missing(j, fleet), 3) {
				if err := j.Append(rows); err != nil {
					t.Fatal(err)
				}
				if len(rows) < 3 {
					break // leave the last ones to Complete
				}
				if err := j.Sync(); err != nil {
					t.Fatal(err)
				}
				recorded = append(recorded, rows...)
			}
			if _, err := j.Complete(len(fleet)); err != nil {
				t.Fatal(err)
			}
			recorded = fleet
			disk.Changed()
			for _, files := range disk.Left() {
				if _, partial := files[filepath.Base(partialPath(path))]; partial || files[filepath.Base(path)] != reporttest.Content(t, path) {
					t.Errorf("complete results do not survive: %v", files)
				}
			}
			if len(states) < 20 {
				t.Fatalf("only %d moments to cut the power at", len(states))
			}
			for n, s := range states {
				restart(t, fmt.Sprintf("moment %d", n), s, fleet)
			}
		})
	}
}

// restart continues from what a power cut left.
func restart(t *testing.T, when string, s state, fleet []report.Row) {
	t.Helper()
	path := resultsIn(t)
	for name, text := range s.files {
		reporttest.Write(t, filepath.Join(filepath.Dir(path), name), text)
	}
	j, err := Open(path, bothTypes())
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	again := missing(j, fleet)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	on := onDisk(t, path)
	for _, row := range s.recorded {
		if !strings.Contains(on, lines(row)) {
			t.Errorf("%s: the row of %s was acknowledged and is lost", when, row.ICCID)
		}
		for _, other := range again {
			if row.Status == report.StatusOK && other.Status == report.StatusOK && other.ICCID == row.ICCID {
				t.Errorf("%s: %s is to be called again", when, row.ICCID)
			}
		}
	}
	run(t, path, bothTypes(), fleet...)
	if diff := cmp.Diff(sortedLines(lines(fleet...)), rowsIn(t, path)); diff != "" {
		t.Errorf("%s: %s", when, diff)
	}
}
