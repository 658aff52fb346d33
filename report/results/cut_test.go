package results

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/reporttest"
)

// mixedFleet are the rows of a complete run with a fleet that has everything in it.
func mixedFleet() []report.Row {
	quoted := reporttest.OKRow(reporttest.SimC, 4)
	quoted.WebhookURL, quoted.Call("SUBSCRIPTION_END").Outcome, quoted.Call("SUBSCRIPTION_END").PreviousURL = `https://example.com/?a="1",2`, report.Replaced, `https://example.com/",,"`
	refused := reporttest.FailedRow(reporttest.SimD, 5)
	refused.Status, refused.Error = report.StatusRefused, "no, said \"it\",\nand no again"
	return []report.Row{
		reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), quoted, refused,
		reporttest.BadRow("8.94E+18", 6, report.StatusInvalid), reporttest.BadRow(reporttest.SimA, 7, report.StatusDuplicate), reporttest.BadRow(`="x",`, 8, report.StatusInvalid),
		reporttest.OKRow(reporttest.SimE, 9), reporttest.HalfRow("8944472600000510741", 10), reporttest.OKRow("8944472600000510742", 11),
	}
}

// mixedRows are the rows that an unfinished run has left of it. Two SIMs have
// older rows too.
func mixedRows() []report.Row {
	fleet := mixedFleet()
	older := reporttest.FailedRow(reporttest.SimE, 9)
	changed := reporttest.OKRow(reporttest.SimB, 3)
	changed.WebhookURL = reporttest.URLB
	return append([]report.Row{older, changed}, fleet...)
}

// slim leaves out of rows what is only long.
func slim(rows []report.Row) []report.Row {
	for i := range rows {
		rows[i].StartedAt, rows[i].Call("SUBSCRIPTION_END").CorrelationID, rows[i].Call("USAGE_THRESHOLD").CorrelationID = time.Time{}, "", ""
	}
	return rows
}

func TestAFileCutAnywhereComesToTheSameResults(t *testing.T) {
	text := string(headerLine()) + lines(slim(mixedRows())...)
	const parts = 4 // at a time
	for part := range parts {
		t.Run(fmt.Sprintf("every 4th byte from the %dth", part), func(t *testing.T) {
			t.Parallel()
			for length := part; length <= len(text); length += parts {
				goOnWithHalf(t, text[:length])
			}
		})
	}
}

// goOnWithHalf completes what is left of an unfinished file.
func goOnWithHalf(t *testing.T, text string) {
	t.Helper()
	fleet, path := slim(mixedFleet()), resultsIn(t)
	reporttest.Write(t, partialPath(path), text)
	if kept := run(t, path, bothTypes(), fleet...); kept != 0 {
		t.Errorf("cut at %d: %d rows are kept beside the fleet's", len(text), kept)
	}
	if diff := cmp.Diff(sortedLines(lines(fleet...)), rowsIn(t, path)); diff != "" {
		t.Fatalf("cut at %d: %s", len(text), diff)
	}
	files := reporttest.Snapshot(t, filepath.Dir(path))
	whole := max(strings.LastIndexByte(text, '\n')+1, len(headerLine()))
	if torn := text[min(whole, len(text)):]; torn != "" {
		if got := reporttest.Content(t, path+".torn"); got != torn+"\n" {
			t.Errorf("cut at %d: %q is set aside, not %q", len(text), got, torn)
		}
		delete(files, filepath.Base(path)+".torn")
	}
	if len(files) != 1 {
		t.Errorf("cut at %d: these are left: %v", len(text), files)
	}
}

func TestDamageIsSetAsideAndItsSIMsComeAgain(t *testing.T) {
	rows := []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), reporttest.FailedRow(reporttest.SimC, 4), reporttest.OKRow(reporttest.SimC, 4), reporttest.OKRow(reporttest.SimD, 5)}
	fleet := []report.Row{rows[0], rows[1], rows[3], rows[4]}
	header, second := string(headerLine()), lines(rows[1])
	all := header + lines(rows...)
	zeros := strings.Repeat("\x00", 4096)
	long := strings.Repeat("x", cell.MaxLine)
	tests := map[string]struct {
		text   string
		damage int
		aside  string
		again  int // SIMs
	}{
		"no damage":                          {all, 0, "", 0},
		"zeros behind the end":               {all + zeros, 1, zeros + "\n", 0},
		"zeros for a row at the end":         {header + lines(rows[:4]...) + zeros, 1, zeros + "\n", 1},
		"zeros for all rows":                 {header + zeros, 1, zeros + "\n", 4},
		"zeros for the header too":           {strings.Repeat("\x00", len(header)+100), 0, "", 4},
		"zeros for the end of the header":    {header[:17] + zeros, 0, "", 4},
		"zeros for a row in the middle":      {strings.Replace(all, second, zeros[:len(second)], 1), 1, zeros[:len(second)] + lines(rows[2]) + "\n", 1},
		"a line of garbage in the middle":    {strings.Replace(all, second, "\xff\x00garbage\n", 1), 1, "\xff\x00garbage\n\n", 1},
		"garbage and a torn end":             {strings.Replace(all, second, "garbage\n", 1) + "8944", 2, "garbage\n\n8944\n", 1},
		"an enormous line in the middle":     {strings.Replace(all, second, long+second, 1), 1, long + second + "\n", 1},
		"an enormous line without an end":    {all + long + long, 1, long + long + "\n", 0},
		"half a row and another behind it":   {strings.Replace(all, second, second[:30]+second, 1), 1, second[:30] + second + "\n", 1},
		"a row whose quote is never closed":  {strings.Replace(all, ","+reporttest.URLA, ",\""+reporttest.URLA, 1), 1, strings.Replace(lines(rows[0]), ","+reporttest.URLA, ",\""+reporttest.URLA, 1) + "\n", 1},
		"an empty line":                      {strings.Replace(all, second, "\n"+second, 1), 1, "\n\n", 0},
		"the last line is no row but whole":  {all + "garbage\n", 1, "garbage\n\n", 0},
		"line ends of another system":        {strings.ReplaceAll(all, "\n", "\r\n"), 0, "", 0},
		"a torn end of another system":       {strings.ReplaceAll(all, "\n", "\r\n") + "8944\r", 1, "8944\r\n", 0},
		"the older of two rows is damaged":   {strings.Replace(all, "\n"+reporttest.SimC+",4,register,failed", "\n"+reporttest.SimC+",4,register\x00failed", 1), 1, strings.Replace(lines(rows[2]), ",failed", "\x00failed", 1) + "\n", 0},
		"the same row twice is not a damage": {header + lines(rows[0], rows[0]) + lines(rows[1:]...), 0, "", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := resultsIn(t)
			reporttest.Write(t, partialPath(path), tt.text)

			look := bothTypes()
			look.ReadOnly = true
			if healed := mustOpen(t, path, look).Healed(); healed.Lines != tt.damage {
				t.Errorf("a look finds %d damaged lines, want %d", healed.Lines, tt.damage)
			}
			if got := reporttest.Content(t, partialPath(path)); got != tt.text {
				t.Error("a look changes the file")
			}

			j := mustOpen(t, path, bothTypes())
			if healed := j.Healed(); healed.Lines != tt.damage {
				t.Errorf("%d damaged lines, want %d", healed.Lines, tt.damage)
			}
			if again := missing(j, fleet); len(again) != tt.again {
				t.Errorf("%d SIMs are to be called again, want %d", len(again), tt.again)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			aside, _ := os.ReadFile(path + ".torn")
			if string(aside) != tt.aside {
				t.Errorf("%.200q is set aside, not %.200q", aside, tt.aside)
			}
			before := reporttest.Snapshot(t, filepath.Dir(path))
			leave(t, path)
			if diff := cmp.Diff(before, reporttest.Snapshot(t, filepath.Dir(path))); diff != "" {
				t.Error("opened again, it changes:", diff)
			}

			run(t, path, bothTypes(), fleet...)
			if diff := cmp.Diff(sortedLines(lines(fleet...)), sortedLines(strings.ReplaceAll(strings.Join(rowsIn(t, path), ""), "\r\n", "\n"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAMergeThatWasKilledStopsNoRun(t *testing.T) {
	path := resultsIn(t)
	leave(t, path, reporttest.FailedRow(reporttest.SimA, 2))
	reporttest.Write(t, path+".merging", "half of a mer")
	run(t, path, bothTypes(), reporttest.OKRow(reporttest.SimA, 2))
	if diff := cmp.Diff(sortedLines(lines(reporttest.OKRow(reporttest.SimA, 2))), rowsIn(t, path)); diff != "" {
		t.Error(diff)
	}
	if files := reporttest.Snapshot(t, filepath.Dir(path)); len(files) != 1 {
		t.Errorf("these are left: %v", files)
	}
}
