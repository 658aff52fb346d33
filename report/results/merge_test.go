package results

import (
	"errors"
	"io/fs"
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

// shardFiles writes the results of a fleet of 40 SIMs and a bad row as count
// shards do, and returns their paths and the rows of all.
func shardFiles(t *testing.T, count int) (paths []string, all []report.Row) {
	folder := t.TempDir()
	bad := reporttest.BadRow("junk", 50, report.StatusInvalid)
	for index := range count {
		shard := shardOf(index, count)
		path := filepath.Join(folder, "fleet.register."+shard.Label()+".csv")
		options := bothTypes()
		options.Shard = shard
		var rows []report.Row
		if shard.OwnsBadRows() {
			rows = append(rows, bad)
		}
		for n := range 40 {
			if iccid := reporttest.NthICCID(n); shard.Owns(iccid) {
				rows = append(rows, reporttest.OKRow(iccid, n+2))
			}
		}
		run(t, path, options, rows...)
		paths, all = append(paths, path), append(all, rows...)
	}
	return paths, all
}

func TestShardsMergeIntoResultsThatAWholeRunContinues(t *testing.T) {
	paths, all := shardFiles(t, 4)
	merged := resultsIn(t)
	slices.Reverse(paths) // in any order
	rows, err := Merge(merged, paths)
	if err != nil {
		t.Fatal(err)
	}
	if rows != len(all) {
		t.Errorf("%d rows, want %d", rows, len(all))
	}
	if diff := cmp.Diff(lines(all...), strings.TrimPrefix(reporttest.Content(t, merged), string(headerLine()))); diff != "" {
		t.Errorf("not the rows of shard 0, then of shard 1, and so on (-want +got):\n%s", diff)
	}
	info, err := os.Stat(merged)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	j := mustOpen(t, merged, bothTypes())
	if left := missing(j, all); len(left) > 0 {
		t.Errorf("%d rows are to do again", len(left))
	}
}

func TestMergingAgainReplacesTheMergedResults(t *testing.T) {
	paths, all := shardFiles(t, 4)
	merged := resultsIn(t)
	run(t, merged, bothTypes(), reporttest.OKRow(reporttest.SimE, 2))
	if _, err := Merge(merged, paths); err != nil {
		t.Fatal(err)
	}
	if got := rowsIn(t, merged); len(got) != len(all) || strings.Contains(reporttest.Content(t, merged), reporttest.SimE) {
		t.Errorf("%d rows, want %d of the shards alone", len(got), len(all))
	}
	if _, err := os.Stat(partialPath(merged)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an unfinished file was left: %v", err)
	}
}

// What is wrong with the shards is said by name, and nothing is written.
func TestShardsThatDoNotMakeAFleetAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, paths []string) []string
		want  string // with NAME for a path without .N-of-4.csv
	}{
		"one is missing":       {without(2), "shard 2 of 4 is missing: NAME.2-of-4.csv"},
		"the last is missing":  {without(3), "shard 3 of 4 is missing: NAME.3-of-4.csv"},
		"several are missing":  {func(t *testing.T, p []string) []string { return p[:2] }, "shards 2, 3 of 4 are missing: NAME.2-of-4.csv, NAME.3-of-4.csv"},
		"one is given twice":   {func(t *testing.T, p []string) []string { return append(p, p[1]) }, "NAME.1-of-4.csv: is shard 1 of 4, and so is NAME.1-of-4.csv"},
		"twice for another":    {func(t *testing.T, p []string) []string { return []string{p[0], p[1], p[1], p[3]} }, "NAME.1-of-4.csv: is shard 1 of 4, and so is NAME.1-of-4.csv"},
		"one has another name": {named(2, "NAME.1-of-4.csv", 1), "NAME.1-of-4.csv: is shard 1 of 4 by its name, but holds the SIMs of shard 2 of 4"},
		"one of other shards": {func(t *testing.T, p []string) []string {
			others, _ := shardFiles(t, 3)
			return append(p[:3], copied(t, others[1], "NAME.1-of-3.csv", p))
		}, "NAME.1-of-3.csv: is shard 1 of 3, but NAME.0-of-4.csv is shard 0 of 4"},
		"one of other shards without a name": {func(t *testing.T, p []string) []string {
			others, _ := shardFiles(t, 3)
			return append(p[:3], copied(t, others[1], "NAME.csv", p))
		}, "NAME.csv: is none of 4 shards: it holds SIMs of several"},
		"the whole fleet": {func(t *testing.T, p []string) []string {
			whole, _ := shardFiles(t, 1)
			return append(p, copied(t, whole[0], "NAME.csv", p))
		}, "NAME.csv: is none of 4 shards: it holds SIMs of several"},
		"one is not finished": {func(t *testing.T, p []string) []string {
			must(t, os.Rename(p[1], partialPath(p[1])))
			return p
		}, "NAME.1-of-4.csv: NAME.1-of-4.csv.partial is there too: its run is not finished: run the same command again first"},
		"one is running again": {func(t *testing.T, p []string) []string {
			reporttest.Write(t, partialPath(p[1]), string(headerLine()))
			return p
		}, "NAME.1-of-4.csv: NAME.1-of-4.csv.partial is there too: its run is not finished: run the same command again first"},
		"an unfinished file is given": {func(t *testing.T, p []string) []string {
			must(t, os.Rename(p[1], partialPath(p[1])))
			p[1] = partialPath(p[1])
			return p
		}, "NAME.1-of-4.csv.partial: its run is not finished: run the same command again first"},
		"another command's": {rewritten(",register,ok,", ",unregister,ok,"), `NAME.2-of-4.csv: holds results of "unregister", and what comes before those of "register"`},
		"another API's":     {rewritten(reporttest.URLAPI, "https://example.com"), "NAME.2-of-4.csv: holds results of the API at https://example.com, and what comes before those of " + reporttest.URLAPI},
		"a plan":            {rewritten(string(report.Registered), string(report.WouldRegister)), "NAME.2-of-4.csv: a plan, made by --dry-run, and results do not go together"},
		"one of more shards by its SIMs": {func(t *testing.T, p []string) []string {
			reporttest.Write(t, p[1], string(headerLine())+lines(shardRows(shardOf(5, 8), 60)...))
			return p
		}, "NAME.1-of-4.csv: is shard 5 of 8, not shard 1 of 4"},
		"cut off": {func(t *testing.T, p []string) []string {
			text := reporttest.Content(t, p[2])
			reporttest.Write(t, p[2], text[:len(text)-1])
			return p
		}, "NAME.2-of-4.csv: its last line is cut off"},
		"a SIM twice": {func(t *testing.T, p []string) []string {
			text := reporttest.Content(t, p[2])
			reporttest.Write(t, p[2], text+text[len(headerLine()):])
			return p
		}, "is the second row of its SIM (was the file edited?)"},
		"bad rows of another": {func(t *testing.T, p []string) []string {
			reporttest.Write(t, p[2], reporttest.Content(t, p[2])+lines(reporttest.BadRow("junk", 51, report.StatusInvalid)))
			return p
		}, "NAME.2-of-4.csv: is shard 2 of 4, but holds a row that names no SIM (line 51 of the fleet), which is for shard 0 to report"},
		"no results": {func(t *testing.T, p []string) []string {
			reporttest.Write(t, p[2], "iccid\n1\n")
			return p
		}, "NAME.2-of-4.csv: not a results file of simhook: its first line is another header"},
	} {
		t.Run(name, func(t *testing.T) {
			paths, _ := shardFiles(t, 4)
			prefix := strings.TrimSuffix(paths[0], ".0-of-4.csv")
			given := c.spoil(t, slices.Clone(paths))
			merged := resultsIn(t)
			_, err := Merge(merged, given)
			failure, ok := errors.AsType[*MergeError](err)
			if !ok {
				t.Fatalf("merging: %v", err)
			}
			if got := strings.ReplaceAll(failure.Error(), prefix, "NAME"); !strings.HasSuffix(got, c.want) {
				t.Errorf("it says %q, want %q", got, c.want)
			}
			if left, _ := os.ReadDir(filepath.Dir(merged)); len(left) > 0 {
				t.Errorf("%v was written", left)
			}
		})
	}
}

func without(index int) func(*testing.T, []string) []string {
	return func(_ *testing.T, p []string) []string { return slices.Delete(p, index, index+1) }
}

// named gives the results of a shard the name of another.
func named(index int, name string, instead int) func(*testing.T, []string) []string {
	return func(t *testing.T, p []string) []string {
		p[instead] = copied(t, p[index], name, p)
		return p[:instead+1]
	}
}

// rewritten changes the rows of shard 2.
func rewritten(from, to string) func(*testing.T, []string) []string {
	return func(t *testing.T, p []string) []string {
		text := reporttest.Content(t, p[2])
		if !strings.Contains(text, from) {
			t.Fatalf("no %q in %q", from, text)
		}
		reporttest.Write(t, p[2], strings.ReplaceAll(text, from, to))
		return p
	}
}

func copied(t *testing.T, from, name string, beside []string) (path string) {
	path = strings.Replace(name, "NAME", strings.TrimSuffix(beside[0], ".0-of-4.csv"), 1)
	reporttest.Write(t, path, reporttest.Content(t, from))
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestShardsWithoutNamesAreToldByTheirSIMs(t *testing.T) {
	for name, c := range map[string]struct {
		count  int
		leave  []int
		reason string // empty: they merge
	}{
		"all":               {4, []int{0, 1, 2, 3}, ""},
		"more than SIMs":    {60, nil, ""}, // 20 or more files without a row
		"one is missing":    {2, []int{1}, "shard 0 of 2 is missing"},
		"too few to tell":   {4, []int{0, 1, 3}, "is none of 3 shards: it holds SIMs of several"},
		"an empty too many": {2, []int{0, 1, -1}, "is one file too many: there are 2 shards"},
	} {
		t.Run(name, func(t *testing.T) {
			paths, all := shardFiles(t, c.count)
			if c.count == 2 { // evidence takes 41 SIMs
				for index, path := range paths {
					options := bothTypes()
					options.Shard = shardOf(index, 2)
					run(t, path, options, shardRows(options.Shard, 50)...)
				}
			}
			var given []string
			for index := range paths {
				anonymous := filepath.Join(t.TempDir(), "results.csv")
				reporttest.Write(t, anonymous, reporttest.Content(t, paths[index]))
				if c.leave == nil || slices.Contains(c.leave, index) {
					given = append(given, anonymous)
				}
			}
			if slices.Contains(c.leave, -1) {
				empty := filepath.Join(t.TempDir(), "results.csv")
				reporttest.Write(t, empty, string(headerLine()))
				given = append(given, empty)
			}
			merged := resultsIn(t)
			_, err := Merge(merged, given)
			switch failure, refused := errors.AsType[*MergeError](err); {
			case refused != (c.reason != ""), err != nil && !refused:
				t.Fatalf("merging: %v", err)
			case refused && !strings.Contains(failure.Error(), c.reason):
				t.Errorf("%q does not say %q", failure, c.reason)
			case !refused:
				if diff := cmp.Diff(sortedLines(lines(all...)), rowsIn(t, merged)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestMergingAMissingFileIsAPathError(t *testing.T) {
	paths, _ := shardFiles(t, 2)
	must(t, os.Remove(paths[1]))
	_, err := Merge(resultsIn(t), paths)
	if failure, ok := errors.AsType[*fs.PathError](err); !ok || failure.Path != paths[1] {
		t.Errorf("merging: %v", err)
	}
}

func TestMergingNeverReplacesOtherResults(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, merged string)
		is      func(error) bool
	}{
		"another command's results": {func(t *testing.T, merged string) {
			reporttest.Write(t, merged, string(headerLine())+strings.ReplaceAll(lines(reporttest.OKRow(reporttest.SimE, 2)), "register,", "unregister,"))
		}, isA[*file.MismatchError]},
		"no results":        {func(t *testing.T, merged string) { reporttest.Write(t, merged, "my notes\n") }, isA[*file.MismatchError]},
		"an unfinished run": {func(t *testing.T, merged string) { leave(t, merged, reporttest.OKRow(reporttest.SimE, 2)) }, isA[*file.MismatchError]},
		"a run":             {func(t *testing.T, merged string) { mustOpen(t, merged, bothTypes()) }, isA[*file.LockedError]},
	} {
		t.Run(name, func(t *testing.T) {
			paths, _ := shardFiles(t, 2)
			merged := resultsIn(t)
			c.prepare(t, merged)
			before := reporttest.Snapshot(t, filepath.Dir(merged))
			if _, err := Merge(merged, paths); !c.is(err) {
				t.Errorf("merging: %v", err)
			}
			if diff := cmp.Diff(before, reporttest.Snapshot(t, filepath.Dir(merged))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestAShardIsNotMergedIntoItself(t *testing.T) {
	paths, _ := shardFiles(t, 2)
	before := reporttest.Content(t, paths[0])
	if _, err := Merge(paths[0], paths[1:]); err == nil {
		t.Error("shard 1 was written over shard 0")
	}
	if _, err := Merge(paths[0], paths); err == nil {
		t.Error("the merged results were written over shard 0")
	}
	if reporttest.Content(t, paths[0]) != before {
		t.Error("shard 0 was changed")
	}
}
