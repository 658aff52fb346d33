package report

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	simC   = "8944477100000000086"
	simD   = "8944472600000510740"
	simE   = "893000000002391231"
	urlAPI = "https://services.truphone.com/connect-api"
)

// bothTypes are the options of most tests, on a disk that spares them thousands
// of syncs.
func bothTypes() Options {
	return Options{Action: "register", BaseURL: urlAPI, Want: Types{SubscriptionEnd: true, UsageThreshold: true}, Disk: neverSynced{}}
}

// okRow is a SIM for which all was achieved.
func okRow(iccid string, line int) Row {
	started := time.Date(2026, 3, 1, 22, 0, line%60, 123e6, time.UTC)
	return Row{
		ICCID: iccid, Line: line, Action: "register", Status: StatusOK, WebhookURL: urlA,
		SubscriptionEnd: Call{Outcome: Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: "k3v9x2ab-" + iccid + "-SE-1"},
		UsageThreshold:  Call{Outcome: Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: "k3v9x2ab-" + iccid + "-UT-1"},
		StartedAt:       started, FinishedAt: started.Add(time.Second), BaseURL: urlAPI,
	}
}

// halfRow is a SIM of which one type failed.
func halfRow(iccid string, line int) Row {
	row := okRow(iccid, line)
	row.Status, row.Error = StatusFailed, `the API said "later, please"`
	row.UsageThreshold.Outcome, row.UsageThreshold.HTTPStatus, row.UsageThreshold.Error = Failed, 503, row.Error
	return row
}

// failedRow is a SIM for which nothing was achieved.
func failedRow(iccid string, line int) Row {
	row := halfRow(iccid, line)
	row.SubscriptionEnd = row.UsageThreshold
	return row
}

// badRow is a row of the fleet that names no SIM to call.
func badRow(cell string, line int, status Status) Row {
	row := okRow(cell, line)
	row.Status, row.Error = status, "not usable"
	row.SubscriptionEnd, row.UsageThreshold = Call{}, Call{}
	return row
}

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

func mustAppend(t testing.TB, j *Journal, rows ...Row) {
	t.Helper()
	if err := j.Append(rows); err != nil {
		t.Fatal(err)
	}
	if err := j.Sync(); err != nil {
		t.Fatal(err)
	}
}

// missing goes over a fleet, given as the rows that are to come of it, and
// returns those that are still to be written.
func missing(j *Journal, fleet []Row) (rows []Row) {
	j.Begin()
	for _, row := range fleet {
		if row.Status == StatusInvalid || row.Status == StatusDuplicate {
			if !j.Bad(&row) {
				rows = append(rows, row)
			}
		} else if _, state := j.Sight(row.ICCID, row.WebhookURL); state != Done {
			rows = append(rows, row)
		}
	}
	return rows
}

// run does what a run does: it opens the results, writes what is missing, and
// completes them.
func run(t testing.TB, path string, options Options, fleet ...Row) (kept int) {
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

// leave writes rows as a run that is then killed does.
func leave(t testing.TB, path string, rows ...Row) {
	t.Helper()
	j := mustOpen(t, path, bothTypes())
	mustAppend(t, j, rows...)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// lines are what rows are written as.
func lines(rows ...Row) string {
	var buf []byte
	for i := range rows {
		buf = appendRow(buf, &rows[i])
	}
	return string(buf)
}

func content(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rowsIn are the lines of a results file below its header, in no order, after
// a look by encoding/csv at the whole.
func rowsIn(t testing.TB, path string) []string {
	t.Helper()
	text := content(t, path)
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

// snapshot is what stands in a folder, locks aside: name, mode and content.
func snapshot(t testing.TB, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".lock") {
			return err
		}
		text, err := os.ReadFile(path)
		files[filepath.Base(path)] = fmt.Sprintf("%v %s", d.Type(), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
