package inbox

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"simhook/report/reporttest"
)

func inboxIn(t testing.TB) string { return filepath.Join(t.TempDir(), "notifications.csv") }

// unsynced are the options of tests that are about something else than the disk.
func unsynced() Options { return Options{Disk: reporttest.NeverSynced{}} }

func mustOpenInbox(t testing.TB, path string, options Options) *Inbox {
	t.Helper()
	b, err := Open(path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() }) // most tests have closed it before
	return b
}

func mustClose(t testing.TB, b *Inbox) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

// receipt is the n-th of a row of notifications.
func receipt(n int) Row {
	return Row{
		ReceivedAt: time.Date(2026, 3, 1, 22, 0, 0, n%1000*1e6, time.UTC),
		ID:         fmt.Sprintf("N-%d", n), Type: "USAGE_THRESHOLD", ICCID: reporttest.SimE, SubscriptionID: "ZHNhc2Rhc2Q=", Threshold: 80,
	}
}

// mustAdd adds notifications, and reports how many repeated an earlier one.
func mustAdd(t testing.TB, b *Inbox, receipts ...Row) (repeats int) {
	t.Helper()
	for _, r := range receipts {
		novelty, err := b.Add(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if novelty == Repeated {
			repeats++
		}
	}
	return repeats
}

func receipts(from, to int) (all []Row) {
	for n := from; n < to; n++ {
		all = append(all, receipt(n))
	}
	return all
}

// idsIn counts the IDs of all files of an inbox, after a look by encoding/csv at the whole of each.
func idsIn(t testing.TB, path string) map[string]int {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, path := range paths {
		text := reporttest.Content(t, path)
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(records) == 0 || strings.Count(text, "\n") != len(records) || !strings.HasPrefix(text, string(header())) {
			t.Fatalf("%s: not a header and one line per notification (%v): %q", path, err, text)
		}
		for _, record := range records[1:] {
			ids[record[columnID]]++
		}
	}
	return ids
}

// holdsOnce fails the test unless the files hold so many receipts, each once, and nothing else.
func holdsOnce(t testing.TB, path string, count int) {
	t.Helper()
	ids := idsIn(t, path)
	for _, r := range receipts(0, count) {
		if ids[r.ID] != 1 {
			t.Errorf("%s is there %d times", r.ID, ids[r.ID])
		}
	}
	if len(ids) != count {
		t.Errorf("%d IDs, want %d", len(ids), count)
	}
}
