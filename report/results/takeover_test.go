package results

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/reporttest"
)

// sharded are the results of a fleet in one folder, by runs with any number of shards.
type sharded struct {
	t      *testing.T
	folder string
	fleet  []report.Row
	clock  time.Time // of the files: a file system's own is coarse
}

func newSharded(t *testing.T, sims int) *sharded {
	s := &sharded{t: t, folder: t.TempDir(), clock: time.Now().Add(-time.Hour)}
	for n := range sims {
		s.fleet = append(s.fleet, reporttest.OKRow(reporttest.NthICCID(n), n+2))
	}
	s.fleet = append(s.fleet, reporttest.BadRow("junk", 900, report.StatusInvalid))
	return s
}

func (s *sharded) path(shard report.Shard) string {
	if shard.Whole() {
		return filepath.Join(s.folder, "fleet.register.csv")
	}
	return filepath.Join(s.folder, "fleet.register."+shard.Label()+".csv")
}

func (s *sharded) options(shard report.Shard) Options {
	options := bothTypes()
	options.Shard, options.TakeOver = shard, true
	return options
}

// rows are the rows of the fleet that a shard writes.
func (s *sharded) rows(shard report.Shard) (rows []report.Row) {
	for _, row := range s.fleet {
		if row.Status == report.StatusInvalid && shard.OwnsBadRows() || row.Status != report.StatusInvalid && shard.Owns(row.ICCID) {
			rows = append(rows, row)
		}
	}
	return rows
}

// runAll runs all shards, and returns how many rows they had to write.
func (s *sharded) runAll(count int) (written int) {
	s.t.Helper()
	s.clock = s.clock.Add(time.Second)
	for index := range count {
		shard := report.Shard{Index: index, Count: count}
		j := mustOpen(s.t, s.path(shard), s.options(shard))
		rows := s.rows(shard)
		left := missing(j, rows)
		mustAppend(s.t, j, left...)
		if _, err := j.Complete(len(rows)); err != nil {
			s.t.Fatal(err)
		}
		if err := errors.Join(j.Close(), os.Chtimes(s.path(shard), s.clock, s.clock)); err != nil {
			s.t.Fatal(err)
		}
		written += len(left)
	}
	return written
}

// merged merges the shards, and returns the rows.
func (s *sharded) merged(count int) []string {
	s.t.Helper()
	var paths []string
	for index := range count {
		paths = append(paths, s.path(report.Shard{Index: index, Count: count}))
	}
	path := resultsIn(s.t)
	if count == 1 {
		path = paths[0]
	} else if _, err := Merge(path, paths); err != nil {
		s.t.Fatal(err)
	}
	return rowsIn(s.t, path)
}

func TestWithAnotherNumberOfShardsNoSIMIsDoneTwiceAndNoneIsLost(t *testing.T) {
	for _, counts := range [][]int{{3, 5}, {1, 4}, {4, 1}, {2, 7, 2}, {8, 4, 1, 3}, {1, 60}} {
		t.Run(fmt.Sprint(counts), func(t *testing.T) {
			s := newSharded(t, 200)
			for i, count := range counts {
				want := len(s.fleet)
				if i > 0 { // the fleet has grown meanwhile
					s.fleet, want = append(s.fleet, reporttest.OKRow(reporttest.NthICCID(300+i), 300+i)), 1
				}
				if written := s.runAll(count); written != want {
					t.Errorf("%d shards wrote %d rows, want %d", count, written, want)
				}
				if rows := s.merged(count); !slices.Equal(rows, sortedLines(lines(s.fleet...))) {
					t.Errorf("%d shards have %d rows, want the %d of the fleet", count, len(rows), len(s.fleet))
				}
				if written := s.runAll(count); written != 0 {
					t.Errorf("%d shards wrote %d rows again", count, written)
				}
			}
		})
	}
}

func TestMergedResultsAreTakenOver(t *testing.T) {
	s := newSharded(t, 100)
	s.runAll(3)
	paths, err := filepath.Glob(filepath.Join(s.folder, "*-of-3.csv"))
	must(t, err)
	if _, err := Merge(s.path(report.Shard{}), paths); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		must(t, os.Remove(path))
	}
	if written := s.runAll(5); written != 0 {
		t.Errorf("%d rows were written again", written)
	}
}

// Of a SIM that several files have, the row counts that was finished last, whichever file it is in.
func TestTheRowThatWasFinishedLastIsTakenOver(t *testing.T) {
	s := newSharded(t, 50)
	s.runAll(2)
	for i := range 50 {
		s.fleet[i].FinishedAt, s.fleet[i].WebhookURL = s.fleet[i].FinishedAt.Add(time.Hour), "https://example.com/later"
	}
	if written := s.runAll(3); written != 50 {
		t.Fatalf("%d rows were written, want those of all SIMs, which have another webhook", written)
	}
	for _, count := range []int{4, 2, 1} { // without files, with older ones, and without
		if written := s.runAll(count); written != 0 {
			t.Errorf("%d shards wrote %d rows: they took an older one over", count, written)
		}
	}
}

// A SIM whose row these results no longer have does not come back from files that were taken over long ago.
func TestFilesThatAreOlderThanTheResultsAreNotTakenOverAgain(t *testing.T) {
	s := newSharded(t, 50)
	s.runAll(2)
	s.runAll(3)
	mine := s.path(shardOf(0, 3))
	reporttest.Write(t, mine, string(headerLine())+lines(s.rows(shardOf(0, 3))[1:]...))
	j := mustOpen(t, mine, s.options(shardOf(0, 3)))
	if took := j.TakenOver(); took.Rows != 0 || len(took.Files) != 0 {
		t.Errorf("%+v was taken over again", took)
	}
}

func TestResultsThatAreNotFinishedAreNotTakenOver(t *testing.T) {
	for name, c := range map[string]struct {
		left, by report.Shard
		says     string
	}{
		"of another number of shards": {shardOf(1, 3), shardOf(0, 5), "holds rows of a run with 3 shards that is not finished: end it first, with --shard-count 3"},
		"of the whole fleet":          {report.Shard{}, shardOf(0, 5), "holds rows of a run without shards that is not finished: end it first, without --shard-count"},
		"by the whole fleet":          {shardOf(1, 3), report.Shard{}, "with --shard-count 3"},
		"of the same number":          {shardOf(1, 3), shardOf(0, 3), ""},
	} {
		for _, begun := range []bool{false, true} {
			t.Run(fmt.Sprint(name, begun), func(t *testing.T) {
				s := newSharded(t, 50)
				if begun {
					run(t, s.path(c.by), s.options(c.by), s.rows(c.by)...)
				}
				j := mustOpen(t, s.path(c.left), bothTypesOf(c.left))
				mustAppend(t, j, s.rows(c.left)[:3]...)
				must(t, j.Close())
				for _, readOnly := range []bool{true, false} {
					options := s.options(c.by)
					options.ReadOnly = readOnly
					j, err := Open(s.path(c.by), options)
					if err == nil {
						must(t, j.Close())
					}
					mismatch, refused := errors.AsType[*file.MismatchError](err)
					switch {
					case refused != (c.says != ""):
						t.Errorf("opening: %v", err)
					case refused && (mismatch.Path != partialPath(s.path(c.left)) || !strings.Contains(mismatch.Reason, c.says)):
						t.Errorf("it says %v", err)
					}
				}
			})
		}
	}
}

func bothTypesOf(shard report.Shard) Options {
	options := bothTypes()
	options.Shard = shard
	return options
}

// What was begun and has no row yet keeps no other run from beginning.
func TestAFileWithoutRowsIsNoUnfinishedRun(t *testing.T) {
	s := newSharded(t, 50)
	must(t, mustOpen(t, s.path(shardOf(1, 3)), bothTypesOf(shardOf(1, 3))).Close())
	if written := s.runAll(5); written != len(s.fleet) {
		t.Errorf("%d rows, want %d", written, len(s.fleet))
	}
}

func TestResultsThatARunIsWritingAreNotTakenOver(t *testing.T) {
	s := newSharded(t, 50)
	s.runAll(3)
	mustOpen(t, s.path(shardOf(2, 3)), bothTypesOf(shardOf(2, 3)))
	_, err := Open(s.path(shardOf(0, 5)), s.options(shardOf(0, 5)))
	if busy, ok := errors.AsType[*file.LockedError](err); !ok || busy.Path != s.path(shardOf(2, 3))+".lock" {
		t.Errorf("opening: %v", err)
	}
}

// All shards of a Job begin at once, and read the same files.
func TestShardsTakeOverTheSameFilesAtOnce(t *testing.T) {
	s := newSharded(t, 50)
	s.runAll(3)
	first, err := file.LockShared(s.path(shardOf(2, 3)) + ".lock") // as another shard that is reading it does
	must(t, err)
	defer first.Close()
	if written := s.runAll(5); written != 0 {
		t.Errorf("%d rows were written again", written)
	}
}

func TestResultsOfAnotherKindAreNotTakenOver(t *testing.T) {
	for name, c := range map[string]struct{ from, to, says string }{
		"another command's": {",register,ok,", ",unregister,ok,", `holds results of "unregister", not of "register"`},
		"another API's":     {reporttest.URLAPI, "https://example.com", "holds results of the API at https://example.com"},
		"edited":            {",register,ok,", ",register,", "is no result row"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSharded(t, 50)
			s.runAll(3)
			other := s.path(shardOf(1, 3))
			reporttest.Write(t, other, strings.ReplaceAll(reporttest.Content(t, other), c.from, c.to))
			before := reporttest.Content(t, other)
			_, err := Open(s.path(shardOf(0, 5)), s.options(shardOf(0, 5)))
			if mismatch, ok := errors.AsType[*file.MismatchError](err); !ok || mismatch.Path != other || !strings.Contains(mismatch.Reason, c.says) {
				t.Errorf("opening: %v", err)
			}
			if _, err := os.Stat(s.path(shardOf(0, 5))); err == nil || reporttest.Content(t, other) != before {
				t.Error("results were written")
			}
		})
	}
}

// A dry run says the same as the run, and leaves no trace.
func TestLookingOnlyKnowsWhatARunWouldTakeOver(t *testing.T) {
	s := newSharded(t, 50)
	s.runAll(3)
	before := reporttest.Snapshot(t, s.folder)
	for _, shard := range []report.Shard{shardOf(4, 5), {}} {
		options := s.options(shard)
		options.ReadOnly = true
		j := mustOpen(t, s.path(shard), options)
		if left := missing(j, s.rows(shard)); len(left) > 0 || j.TakenOver().Rows != len(s.rows(shard)) {
			t.Errorf("%v: %d rows to do, %d taken over", shard, len(left), j.TakenOver().Rows)
		}
	}
	if after := reporttest.Snapshot(t, s.folder); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("it left %v", after)
	}
}

// Wherever a run is killed or the disk fails while it takes results over, the next run has them all.
func TestTakingOverSurvivesADiskThatFails(t *testing.T) {
	for n := 1; ; n++ {
		s := newSharded(t, 50)
		s.runAll(3)
		options := s.options(shardOf(0, 5))
		options.Disk = &reporttest.Failing{N: n, ForGood: true}
		j, err := Open(s.path(options.Shard), options)
		if err == nil {
			must(t, j.Close())
			if n < 4 {
				t.Fatalf("the disk has failed %d times only", n-1)
			}
			return
		}
		if written := s.runAll(5); written != 0 {
			t.Fatalf("after the failure of step %d (%v) %d rows were written again", n, err, written)
		}
	}
}
