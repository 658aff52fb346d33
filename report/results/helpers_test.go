package results

import (
	"encoding/csv"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simhook/report"
	"simhook/report/reporttest"
)

// bothTypes are the options of most tests. Their disk does not sync, which makes them much faster.
func bothTypes() Options {
	return Options{Action: "register", BaseURL: reporttest.URLAPI, Want: standardTypes(), Types: standardTypes(), Disk: reporttest.NeverSynced{}}
}

// standardTypes are the types of most tests.
func standardTypes() []string { return []string{"SUBSCRIPTION_END", "USAGE_THRESHOLD"} }

// headerLine is the first line of a file about them.
func headerLine() []byte { return headerWith() }

func headerWith(labels ...string) []byte {
	l := newLayout(standardTypes(), labels)
	return l.header()
}

const columnCount = 21 // of such a file

func resultsIn(t testing.TB) string { return filepath.Join(t.TempDir(), "fleet.register.csv") }

func mustOpen(t testing.TB, path string, options Options) *Journal {
	t.Helper()
	j, err := Open(path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() }) // most tests have closed it before
	return j
}

func mustAppend(t testing.TB, j *Journal, rows ...report.Row) {
	t.Helper()
	if err := j.Append(rows); err != nil {
		t.Fatal(err)
	}
	if err := j.Sync(); err != nil {
		t.Fatal(err)
	}
}

// missing makes a pass over a fleet, given as the rows that a run writes for it, and returns those that are still to
// be written.
func missing(j *Journal, fleet []report.Row) (rows []report.Row) {
	j.Begin()
	for _, row := range fleet {
		if row.Status == report.StatusInvalid || row.Status == report.StatusDuplicate {
			if !j.LookBad(&row) {
				rows = append(rows, row)
			}
		} else if _, state := j.Look(row.ICCID, row.WebhookURL); state != Done {
			rows = append(rows, row)
		}
	}
	return rows
}

// run is a whole run: it opens the results, writes what is missing, and completes them.
func run(t testing.TB, path string, options Options, fleet ...report.Row) (kept int) {
	t.Helper()
	j := mustOpen(t, path, options)
	mustAppend(t, j, missing(j, fleet)...)
	kept, err := j.Complete(len(fleet))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return kept
}

// leave writes rows like a run that is then killed.
func leave(t testing.TB, path string, rows ...report.Row) {
	t.Helper()
	j := mustOpen(t, path, bothTypes())
	mustAppend(t, j, rows...)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// lines is the text that rows are written as.
func lines(rows ...report.Row) string {
	standard := newLayout(standardTypes(), nil)
	var buf []byte
	for i := range rows {
		buf = standard.append(buf, &rows[i])
	}
	return string(buf)
}

// rowsIn are the lines of a results file below its header, sorted. It checks the file with encoding/csv.
func rowsIn(t testing.TB, path string) []string {
	t.Helper()
	text := reporttest.Content(t, path)
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	body, found := strings.CutPrefix(text, string(headerLine()))
	if !found || strings.Count(text, "\n") != len(records) {
		t.Fatalf("%s: not a header and one line per row: %q", path, text)
	}
	return sortedLines(body)
}

func sortedLines(text string) []string {
	return slices.Sorted(strings.Lines(text))
}

func shardOf(index, count int) report.Shard { return report.Shard{Index: index, Count: count} }
