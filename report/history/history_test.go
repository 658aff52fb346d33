package history

import (
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/report/file"
	"simhook/report/reporttest"
)

const subscriptionEnd, usageThreshold = "SUBSCRIPTION_END", "USAGE_THRESHOLD"

func baseIn(t testing.TB) string { return filepath.Join(t.TempDir(), "fleet") }

func runNamed(id string, minute int) Run {
	return Run{
		ID: id, Action: "reconcile", Operation: id, Results: "fleet.reconcile.csv", BaseURL: reporttest.URLAPI,
		Began: time.Date(2026, 3, 1, 22, minute, 0, 123e6, time.UTC),
	}
}

// begin opens a history for a run that changes something.
func begin(t testing.TB, base string, run Run, disk file.Disk) *History {
	t.Helper()
	h, err := Open(t.Context(), base, run, Options{Disk: disk})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() }) // most tests have closed it before
	if err := h.Begin(""); err != nil {
		t.Fatal(err)
	}
	return h
}

// write records a whole run.
func write(t testing.TB, base string, run Run, changes ...Change) {
	t.Helper()
	h := begin(t, base, run, reporttest.NeverSynced{})
	if err := h.Record(t.Context(), changes...); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.Finish(), h.Close()); err != nil {
		t.Fatal(err)
	}
}

// replacing is the n-th of a row of changes.
func replacing(n int) Change {
	return Change{
		ICCID: reporttest.NthICCID(n), Type: subscriptionEnd,
		Before: fmt.Sprintf(`https://other.example/hook?n="%d",`, n), After: reporttest.URLA,
	}
}

func replacings(from, to int) (changes []Change) {
	for n := from; n < to; n++ {
		changes = append(changes, replacing(n))
	}
	return changes
}

// changesIn are all changes that can be read.
func changesIn(t testing.TB, path string) (changes []Change) {
	t.Helper()
	if _, err := scan(path, func(l *line) {
		if l.changes() {
			changes = append(changes, l.change())
		}
	}); err != nil {
		t.Fatal(err)
	}
	return changes
}

func same(a, b []Change) bool { return len(a) == 0 && len(b) == 0 || cmp.Equal(a, b) }

func TestAHistoryCutAnywhereLosesTheCutLineAlone(t *testing.T) {
	base := baseIn(t)
	changes := []Change{
		replacing(0), {reporttest.SimA, usageThreshold, "=odd", ""}, {reporttest.SimB, subscriptionEnd, "", reporttest.URLA},
	}
	write(t, base, runNamed("first", 0), changes[:2]...)
	write(t, base, runNamed("second", 1), changes[2])
	text := reporttest.Content(t, base+Ending)
	for length := range len(text) + 1 {
		base := baseIn(t)
		reporttest.Write(t, base+Ending, text[:length])
		kept := text[:strings.LastIndexByte(text[:length], '\n')+1]
		want := changes[:strings.Count(kept, subscriptionEnd)+strings.Count(kept, usageThreshold)]
		write(t, base, runNamed("third", 2), replacing(9))
		if got := changesIn(t, base+Ending); !same(got, append(slices.Clip(want), replacing(9))) {
			t.Fatalf("cut at %d: %v is read, want %v", length, got, want)
		}
		if !strings.HasPrefix(reporttest.Content(t, base+Ending), kept) {
			t.Fatalf("cut at %d: what was whole has changed", length)
		}
		torn, aside := text[len(kept):length], ""
		if content, err := os.ReadFile(base + Ending + ".torn"); err == nil {
			aside = strings.TrimSuffix(string(content), "\n")
		}
		if kept != "" && aside != torn {
			t.Fatalf("cut at %d: %q is put aside, want %q", length, aside, torn)
		}
	}
}

func TestDamageCostsItsLineAlone(t *testing.T) {
	base := baseIn(t)
	write(t, base, runNamed("first", 0), replacings(0, 3)...)
	text := reporttest.Content(t, base+Ending)
	lines := strings.SplitAfter(text, "\n")
	victim := lines[3]
	for name, instead := range map[string]string{
		"zeros":                   strings.Repeat("\x00", len(victim)-1) + "\n",
		"zeros within":            strings.Replace(victim, "other", "\x00\x00\x00\x00\x00", 1),
		"an endless line":         strings.Repeat("x", 200_000) + "\n",
		"a quote that never ends": `2026-03-01T22:00:00.123Z,"first` + "\n",
		"a cell too few":          strings.Replace(victim, ",\n", "\n", 1),
	} {
		t.Run(name, func(t *testing.T) {
			base := baseIn(t)
			reporttest.Write(t, base+Ending, strings.Replace(text, victim, instead, 1))
			write(t, base, runNamed("second", 1), replacing(9))
			if got, want := changesIn(t, base+Ending), []Change{replacing(0), replacing(2), replacing(9)}; !same(got, want) {
				t.Errorf("%v is read", got)
			}
			runs, err := Runs(Files(base))
			if err != nil || len(runs) != 2 || runs[0].Changes != 2 || !runs[0].Finished {
				t.Errorf("%+v, %v", runs, err)
			}
			last, err := ReadLastChanges(Files(base))
			if err != nil || last.Damaged() != 1 {
				t.Errorf("%d damaged lines, %v", last.Damaged(), err)
			}
			if _, damaged, err := Changes(Files(base), func(Run) bool { return true }); err != nil || damaged != 1 {
				t.Errorf("%d damaged lines, %v", damaged, err)
			}
		})
	}
}

func TestWhatIsNoHistoryIsRefusedAndLeftAlone(t *testing.T) {
	base := baseIn(t)
	reporttest.Write(t, base+Ending, "iccid\n8944474600000109251\n")
	_, err := Open(t.Context(), base, runNamed("first", 0), Options{})
	if _, refused := errors.AsType[*file.MismatchError](err); !refused || reporttest.Content(t, base+Ending) != "iccid\n8944474600000109251\n" {
		t.Errorf("%v, and the file holds %q", err, reporttest.Content(t, base+Ending))
	}
}

func TestARunThatHasNotBegunLeavesNoTrace(t *testing.T) {
	base := baseIn(t)
	write(t, base, runNamed("first", 0), replacing(0))
	before := reporttest.Content(t, base+Ending)
	h, err := Open(t.Context(), base, runNamed("second", 1), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if runs, err := Runs(Files(base)); err != nil || len(runs) != 2 {
		t.Errorf("while it is open: %+v, %v", runs, err)
	}
	if err := h.Close(); err != nil || reporttest.Content(t, base+Ending) != before {
		t.Errorf("%v; the file holds %q", err, reporttest.Content(t, base+Ending))
	}
}

func TestWhateverFailsOnDiskNothingAcknowledgedIsLost(t *testing.T) {
	fired := map[string]int{}
	for n := 1; ; n++ {
		base := baseIn(t)
		write(t, base, runNamed("first", 0), replacing(0))
		disk := &reporttest.Failing{N: n, Half: n%2 == 0}
		acknowledged := []Change{replacing(0)}
		if h, err := Open(t.Context(), base, runNamed("second", 1), Options{Disk: disk}); err == nil {
			err = h.Begin("")
			for i := 1; err == nil && i < 6; i++ {
				if err = h.Record(t.Context(), replacing(i)); err == nil {
					acknowledged = append(acknowledged, replacing(i))
				}
			}
			if _, ok := errors.AsType[*file.WriteError](err); err != nil && !ok {
				t.Errorf("%v", err)
			}
			if err != nil && h.Record(t.Context(), replacing(7)) == nil {
				t.Error("after a failure a change is recorded")
			}
			_ = h.Close() // what it could not keep was said
		}
		if disk.Fired == "" {
			break
		}
		fired[disk.Fired]++
		if got := changesIn(t, base+Ending); !same(got[:min(len(got), len(acknowledged))], acknowledged) {
			t.Errorf("call %d, a %s: the file holds %v, want %v", n, disk.Fired, got, acknowledged)
		}
	}
	if fired["write"] == 0 || fired["sync"] == 0 {
		t.Errorf("not all has failed: %v", fired)
	}
}

// TestNoURLIsLostWhereThePowerIsCut cuts the power at every call of the disk.
func TestNoURLIsLostWhereThePowerIsCut(t *testing.T) {
	type moment struct {
		files        map[string]string
		acknowledged int
	}
	base := baseIn(t)
	var moments []moment
	var acknowledged atomic.Int64
	var disk *reporttest.Powered
	disk = reporttest.NewPowered(t, filepath.Dir(base), func() {
		for _, files := range disk.Left() {
			moments = append(moments, moment{files, int(acknowledged.Load())})
		}
	})
	h := begin(t, base, runNamed("first", 0), disk)
	all := replacings(0, 10)
	for _, c := range all {
		if err := h.Record(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		acknowledged.Add(1)
		disk.Changed() // the power may also be cut before the next call
	}
	if err := errors.Join(h.Finish(), h.Close()); err != nil || len(moments) < 20 {
		t.Fatalf("%v, only %d moments to cut the power at", err, len(moments))
	}
	for n, m := range moments {
		left := baseIn(t)
		for name, text := range m.files {
			reporttest.Write(t, filepath.Join(filepath.Dir(left), name), text)
		}
		write(t, left, runNamed("next", 3), replacing(99))
		got := changesIn(t, left+Ending)
		for _, c := range append(slices.Clip(all[:m.acknowledged]), replacing(99)) {
			if !slices.Contains(got, c) {
				t.Errorf("moment %d: %v is lost", n, c)
			}
		}
	}
}

func TestAFileThatIsTakenAwayFromItsWriterIsNoticed(t *testing.T) {
	for name, take := range map[string]func(path string) error{
		"deleted": os.Remove,
		"moved":   func(path string) error { return os.Rename(path, path+".1") },
	} {
		t.Run(name, func(t *testing.T) {
			base := baseIn(t)
			h := begin(t, base, runNamed("first", 0), nil)
			if err := take(base + Ending); err != nil {
				t.Fatal(err)
			}
			if err := h.Record(t.Context(), replacing(0)); !errors.Is(err, errMoved) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestManyWorkersShareAWrite(t *testing.T) {
	base := baseIn(t)
	var syncs atomic.Int64
	h := begin(t, base, runNamed("first", 0), countingDisk{syncs: &syncs})
	const workers, each = 64, 20
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range each {
				if err := h.Record(t.Context(), replacing(w*each+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(changesIn(t, base+Ending)); got != workers*each || syncs.Load() > workers*each/4 {
		t.Errorf("%d changes with %d fsyncs", got, syncs.Load())
	}
}

type countingDisk struct {
	file.OS
	syncs *atomic.Int64
}

func (d countingDisk) Sync(f *os.File) error {
	d.syncs.Add(1)
	return d.OS.Sync(f)
}

// What was there before the first of several attempts comes back, however they ended.
func TestTakingBackSeveralRunsGivesWhatWasThereBeforeTheFirst(t *testing.T) {
	change := func(before, after string) Change { return Change{reporttest.SimA, subscriptionEnd, before, after} }
	for name, c := range map[string]struct {
		changes []Change
		want    Undo
	}{
		"a typo, then the right one":      {[]Change{change("old", "typo"), change("typo", "right")}, Undo{Before: "old", After: "right"}},
		"tried twice":                     {[]Change{change("old", "new"), change("old", "new")}, Undo{Before: "old", After: "new"}},
		"removed, and then set":           {[]Change{change("old", "new"), change("", "new")}, Undo{Before: "old", After: "new"}},
		"another client was in between":   {[]Change{change("old", "new"), change("theirs", "new")}, Undo{Before: "theirs", After: "new"}},
		"registered, and removed at last": {[]Change{change("", "new"), change("new", "")}, Undo{Before: "", After: ""}},
	} {
		t.Run(name, func(t *testing.T) {
			base := baseIn(t)
			for i, one := range c.changes {
				write(t, base, runNamed(fmt.Sprintf("run%d", i), i), one)
			}
			c.want.ICCID, c.want.Type, c.want.Path, c.want.Line = reporttest.SimA, subscriptionEnd, base+Ending, 3
			got, _, err := Changes(Files(base), func(Run) bool { return true })
			if err != nil || len(got) != 1 || got[0] != c.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestWhoChangedASIMAfterARunBegan(t *testing.T) {
	base := baseIn(t)
	write(t, base, runNamed("first", 0), replacing(0), replacing(1))
	write(t, base, runNamed("second", 1), replacing(1))
	last, err := ReadLastChanges(Files(base))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sim  int
		run  string
		want bool
	}{{0, "first", false}, {1, "first", true}, {1, "second", false}, {2, "first", false}, {0, "unheard", true}} {
		if got := last.After(reporttest.NthICCID(c.sim), c.run); got != c.want {
			t.Errorf("SIM %d after %s: %t", c.sim, c.run, got)
		}
	}
}

// A spreadsheet gives the cells of a whole line other values: what was recorded there is not known any more. No crash of simhook
// leaves such a line.
func TestAHistoryThatAnotherProgramHasChangedIsRefusedAndLeftAlone(t *testing.T) {
	base := baseIn(t)
	write(t, base, runNamed("first", 0), replacings(0, 3)...)
	text := reporttest.Content(t, base+Ending)
	victim := strings.SplitAfter(text, "\n")[3]
	iccid := reporttest.NthICCID(1)
	for name, c := range map[string]struct{ text, says string }{
		"an ICCID in scientific notation": {strings.Replace(text, iccid, "8.94447E+18", 1), `line 4: the iccid is "8.94447E+18": a spreadsheet has changed it. Use the file as simhook wrote it`},
		"an apostrophe":                   {strings.Replace(text, iccid, "'"+iccid, 1), `line 4: the iccid is "'` + iccid + `"`},
		"a blank at the end":              {strings.Replace(text, iccid, iccid+" ", 1), `line 4: the iccid is "` + iccid + ` "`},
		"a time without a zone":           {strings.Replace(text, victim, "2026-03-01 22:00:03.123"+victim[24:], 1), `line 4: the recorded_at is "2026-03-01 22:00:03.123"`},
		"a run's beginning":               {strings.Replace(text, "2026-03-01T22:00:00.123Z,first,,", "2026-03-01 22:00:00,first,,", 1), `line 2: the recorded_at is`},
		"no run":                          {strings.Replace(text, victim, strings.Replace(victim, ",first,", ",,", 1), 1), `line 4: the run is ""`},
		"semicolons":                      {strings.ReplaceAll(text, ",", ";"), "is no history of simhook: a spreadsheet has saved it in another form (semicolons between its cells). Use the file as simhook wrote it"},
		"a byte order mark":               {"\ufeff" + text, "a byte order mark at its beginning"},
		"carriage returns alone":          {strings.ReplaceAll(text, "\n", "\r"), "line ends that are carriage returns alone"},
	} {
		t.Run(name, func(t *testing.T) {
			base := baseIn(t)
			if reporttest.Write(t, base+Ending, c.text); c.text == text {
				t.Fatal("nothing is changed")
			}
			_, runsErr := Runs(Files(base))
			_, lastErr := ReadLastChanges(Files(base))
			_, _, changesErr := Changes(Files(base), func(Run) bool { return true })
			for _, err := range []error{runsErr, lastErr, changesErr} {
				refused, ok := errors.AsType[*file.MismatchError](err)
				if !ok || refused.Path != base+Ending || !strings.Contains(refused.Reason, c.says) {
					t.Errorf("it says %v", err)
				}
			}
			if reporttest.Content(t, base+Ending) != c.text {
				t.Error("it was changed")
			}
		})
	}
}

// Which run changed a SIM last is not known where the history names other SIMs.
func TestAHistoryThatLooksRoundedIsRefused(t *testing.T) {
	for name, change := range map[string]func(iccid string) string{
		"to a floating-point number": func(iccid string) string {
			number, _, _ := big.ParseFloat(iccid, 10, 53, big.ToNearestEven)
			return number.Text('f', 0)
		},
		"to 17 digits": func(iccid string) string {
			number, _ := strconv.ParseFloat(iccid, 64)
			return strconv.FormatFloat(number, 'f', -1, 64)
		},
		"to 15 digits":             func(iccid string) string { return iccid[:15] + "0000" },
		"a SIM of many, by chance": nil,
	} {
		t.Run(name, func(t *testing.T) {
			base := baseIn(t)
			var changes []Change
			for _, c := range replacings(8000, 8040) {
				if change != nil {
					c.ICCID = change(c.ICCID)
				}
				changes = append(changes, c)
			}
			write(t, base, runNamed("first", 0), changes...)
			_, err := ReadLastChanges(Files(base))
			refused, ok := errors.AsType[*file.MismatchError](err)
			if ok != (change != nil) || ok && !strings.Contains(refused.Reason, "a spreadsheet has probably rounded the column. Use the file as simhook wrote it") {
				t.Errorf("%v", err)
			}
		})
	}
}

// Half a line that stands before another one is what a crash can leave, wherever it was cut off.
func TestHalfALineBeforeAnotherIsNoChange(t *testing.T) {
	base := baseIn(t)
	write(t, base, runNamed("first", 0), replacings(0, 3)...)
	text := reporttest.Content(t, base+Ending)
	victim := strings.SplitAfter(text, "\n")[3]
	for length := 1; length < len(victim)-1; length++ {
		base := baseIn(t)
		reporttest.Write(t, base+Ending, strings.Replace(text, victim, victim[:length]+victim, 1))
		if last, err := ReadLastChanges(Files(base)); err != nil || last.Damaged() != 1 {
			t.Errorf("cut at %d: %v", length, err)
		}
	}
}

func TestAHistoryWithLineEndsOfWindowsIsContinued(t *testing.T) {
	base := baseIn(t)
	write(t, base, runNamed("first", 0), replacings(0, 2)...)
	reporttest.Write(t, base+Ending, strings.ReplaceAll(reporttest.Content(t, base+Ending), "\n", "\r\n"))
	write(t, base, runNamed("second", 1), replacing(9))
	if got, want := changesIn(t, base+Ending), []Change{replacing(0), replacing(1), replacing(9)}; !same(got, want) {
		t.Errorf("%v is read", got)
	}
	runs, err := Runs(Files(base))
	if err != nil || len(runs) != 2 || runs[0].BaseURL != reporttest.URLAPI || !runs[0].Finished {
		t.Errorf("%+v, %v", runs, err)
	}
}

func FuzzReadLine(f *testing.F) {
	for _, change := range []Change{replacing(0), {reporttest.SimA, usageThreshold, "=odd", ""}} {
		text, err := appendChange(nil, time.Now(), "first", &change)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:len(text)-1])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var one line
		if !one.parse(text) || !one.changes() {
			return
		}
		var read [2]Change // what is written is tamed once, and then stays as it is
		for i := range read {
			change := one.change()
			again, err := appendChange(nil, time.Now(), "first", &change)
			if err != nil {
				return // no Record has written it
			}
			written := again[:len(again)-1]
			if !one.parse(written) {
				t.Fatalf("%q is written as %q, which is not read", text, written)
			}
			read[i] = one.change()
		}
		if read[0] != read[1] {
			t.Errorf("%q is read as %+v, and then as %+v", text, read[0], read[1])
		}
	})
}
