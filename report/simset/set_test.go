package simset

import (
	"fmt"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"simhook/report/reporttest"
)

func TestKeyTellsICCIDsApart(t *testing.T) {
	tests := map[string]struct {
		iccid string
		key   uint64
		ok    bool
	}{
		"18 digits":                        {"893000000002391231", 13000000002391231, true},
		"19 digits":                        {reporttest.SimA, 144474600000109251, true},
		"20 digits":                        {"89999999999999999999", 1999999999999999999, true},
		"leading zeros after the 89 count": {"8900000000000000000", 100000000000000000, true},
		"17 digits are too few":            {"89300000000239123", 0, false},
		"21 digits are too many":           {"893000000000000239123", 0, false},
		"another beginning is refused":     {"7944474600000109251", 0, false},
		"a letter is refused":              {"894447460000010925F", 0, false},
		"nothing is refused":               {"", 0, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			key, ok := Key(tt.iccid)
			if key != tt.key || ok != tt.ok {
				t.Errorf("Key(%q) = %d, %v; want %d, %v", tt.iccid, key, ok, tt.key, tt.ok)
			}
			if ok && ICCID(key) != tt.iccid {
				t.Errorf("ICCID(%d) = %q, want %q", key, ICCID(key), tt.iccid)
			}
		})
	}
}

func TestKeyIsDifferentForEveryICCIDAndNeverABadRowKey(t *testing.T) {
	iccid := rapid.StringMatching(`89[0-9]{16,18}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := iccid.Draw(t, "a"), iccid.Draw(t, "b")
		keyA, okA := Key(a)
		keyB, okB := Key(b)
		if !okA || !okB {
			t.Fatalf("Key refuses %q or %q", a, b)
		}
		if (keyA == keyB) != (a == b) {
			t.Errorf("%q and %q have the keys %d and %d", a, b, keyA, keyB)
		}
		if keyA>>63 != 0 {
			t.Errorf("the key of %q has the top bit of a bad row's", a)
		}
	})
}

func TestANumberThatIsNoKeyHasNoICCID(t *testing.T) {
	for _, key := range []uint64{0, 1, 1e15, 1e19, 2e18, 9e17, BadRowKey(2, "junk", "invalid"), 1<<64 - 1} {
		if got := ICCID(key); got != "" {
			t.Errorf("ICCID(%d) = %q", key, got)
		}
	}
}

func TestBadRowKeyDependsOnEveryPart(t *testing.T) {
	keys := map[uint64]string{}
	for _, line := range []int{1, 11} {
		for _, cell := range []string{"", "1", "12"} {
			for _, status := range []string{"invalid", "2invalid", "duplicate"} {
				name := fmt.Sprintf("%d %q %s", line, cell, status)
				key := BadRowKey(line, cell, status)
				if key>>63 != 1 {
					t.Errorf("the key of %s lacks the top bit", name)
				}
				if other, taken := keys[key]; taken {
					t.Errorf("%s has the key of %s", name, other)
				}
				keys[key] = name
			}
		}
	}
}

func TestSeeFindsRepeatsWithinAPass(t *testing.T) {
	set := New()
	for pass := range 5 {
		set.Begin()
		if seen(set, reporttest.SimA) {
			t.Fatalf("pass %d begins with SIMs already seen", pass)
		}
		for i, want := range []Sighting{First, Repeated, Conflicting, Repeated} {
			url := reporttest.URLA
			if want == Conflicting {
				url = reporttest.URLB
			}
			if got, _ := set.See(reporttest.SimA, url); got != want {
				t.Errorf("pass %d, line %d: %v, want %v", pass, i, got, want)
			}
		}
		if got, _ := set.See(reporttest.SimB, reporttest.URLB); got != First {
			t.Errorf("pass %d: another SIM is %v, want First", pass, got)
		}
	}
	if set.entries.count != 2 {
		t.Errorf("%d SIMs are known, want 2", set.entries.count)
	}
}

func TestSeeKnowsWhatIsDone(t *testing.T) {
	type row struct {
		url  string
		done bool
	}
	tests := map[string]struct {
		recorded []row
		fleetURL string
		want     bool
	}{
		"a SIM without a row is not done":               {nil, reporttest.URLA, false},
		"a SIM whose row is ok is done":                 {[]row{{reporttest.URLA, true}}, reporttest.URLA, true},
		"a SIM whose row failed is not done":            {[]row{{reporttest.URLA, false}}, reporttest.URLA, false},
		"a row with another URL does not count":         {[]row{{reporttest.URLB, true}}, reporttest.URLA, false},
		"the last row counts when it is ok":             {[]row{{reporttest.URLA, false}, {reporttest.URLA, true}}, reporttest.URLA, true},
		"the last row counts when it failed":            {[]row{{reporttest.URLA, true}, {reporttest.URLA, false}}, reporttest.URLA, false},
		"the last row counts when its URL is another's": {[]row{{reporttest.URLA, true}, {reporttest.URLB, true}}, reporttest.URLA, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := New()
			for _, row := range tt.recorded {
				set.Record(reporttest.SimA, row.url, row.done)
			}
			if set.Recorded(reporttest.SimA) != (tt.recorded != nil) || seen(set, reporttest.SimA) {
				t.Errorf("recorded %v, seen %v", set.Recorded(reporttest.SimA), seen(set, reporttest.SimA))
			}
			for range 3 {
				set.Begin()
				if _, done := set.See(reporttest.SimA, tt.fleetURL); done != tt.want {
					t.Errorf("done is %v, want %v", done, tt.want)
				}
			}
		})
	}
}

func TestSeeStaysUndoneAfterAChangeOfURL(t *testing.T) {
	set := New()
	set.Record(reporttest.SimA, reporttest.URLA, true)
	set.See(reporttest.SimA, reporttest.URLB)
	set.Begin()
	if _, done := set.See(reporttest.SimA, reporttest.URLA); done {
		t.Error("a SIM is done although the fleet asked for another URL in between")
	}
	set.Record(reporttest.SimA, reporttest.URLA, true)
	set.Begin()
	if _, done := set.See(reporttest.SimA, reporttest.URLA); !done {
		t.Error("a SIM recorded anew is not done")
	}
}

func TestConflictingLineChangesNothing(t *testing.T) {
	set := New()
	set.Record(reporttest.SimA, reporttest.URLA, true)
	set.See(reporttest.SimA, reporttest.URLA)
	if sight, done := set.See(reporttest.SimA, reporttest.URLB); sight != Conflicting || done {
		t.Errorf("a line with another URL is %v, done %v", sight, done)
	}
	if sight, done := set.See(reporttest.SimA, reporttest.URLA); sight != Repeated || !done {
		t.Errorf("the SIM is %v, done %v after a conflicting line", sight, done)
	}
}

func TestRecordDuringAPassKeepsTheURLSeen(t *testing.T) {
	set := New()
	set.See(reporttest.SimA, reporttest.URLA)
	set.Record(reporttest.SimA, reporttest.URLB, true)
	if sight, done := set.See(reporttest.SimA, reporttest.URLA); sight != Repeated || done {
		t.Errorf("after a row with another URL the SIM is %v, done %v", sight, done)
	}
	set.Record(reporttest.SimA, reporttest.URLA, true)
	if _, done := set.See(reporttest.SimA, reporttest.URLA); !done {
		t.Error("a row with the URL seen does not count")
	}
}

func TestBadRowsAreRecognised(t *testing.T) {
	set := New()
	key := BadRowKey(7, "8.94447E+18", "invalid")
	for range 2 {
		if set.SeeKey(key) {
			t.Error("a bad row is recorded before it was, by being seen")
		}
	}
	set.RecordKey(key)
	set.Begin()
	if set.SeenKey(key) {
		t.Error("a bad row is seen before the pass reached it")
	}
	if !set.SeeKey(key) || !set.SeenKey(key) {
		t.Error("a recorded bad row is not recognised")
	}
	if set.SeeKey(BadRowKey(8, "8.94447E+18", "invalid")) {
		t.Error("the bad row of another line is recognised")
	}
}

func TestMarksOutlastPassesAndRecords(t *testing.T) {
	set := New()
	key, _ := Key(reporttest.SimA)
	if set.Marked(key) || set.Mark(key) || !set.Marked(key) {
		t.Error("the first mark is not the first")
	}
	set.Record(reporttest.SimA, reporttest.URLA, true)
	set.Begin()
	if _, done := set.See(reporttest.SimA, reporttest.URLA); !done {
		t.Error("a mark undoes a SIM")
	}
	if !set.Mark(key) {
		t.Error("the mark is lost")
	}
}

func TestICCIDsWithoutAKeyAreNotRemembered(t *testing.T) {
	set := New()
	set.Record("junk", reporttest.URLA, true)
	for range 2 {
		if sight, done := set.See("junk", reporttest.URLA); sight != First || done {
			t.Errorf("junk is %v, done %v", sight, done)
		}
	}
	if seen(set, "junk") || set.Recorded("junk") || set.entries.count != 0 {
		t.Error("junk is remembered")
	}
}

func TestTooManyURLsAreReported(t *testing.T) {
	set := New()
	set.maxURLs = 2
	for _, url := range []string{reporttest.URLA, reporttest.URLB, reporttest.URLA} {
		set.See(reporttest.SimA, url)
	}
	if err := set.Err(); err != nil {
		t.Fatalf("as many URLs as fit: %v", err)
	}
	set.See(reporttest.SimB, "https://example.com/c")
	if set.Err() != ErrTooManyURLs {
		t.Errorf("one URL too many: %v", set.Err())
	}
}

// A Set is largest for its SIMs just after its segments have grown, at 225,000, and smallest just before, at
// 200,000. A Go map takes more than 32 bytes a SIM at 122,000.
func TestTableTakesAtMost32BytesASIM(t *testing.T) {
	for _, sims := range []int{122_000, 200_000, 225_000} {
		before := heap()
		set := New()
		for i := range sims {
			set.See(fmt.Sprintf("89%017d", i*7919), reporttest.URLA)
		}
		perSIM := float64(heap()-before) / float64(sims)
		runtime.KeepAlive(set)
		if set.entries.count != sims {
			t.Fatalf("the set holds %d SIMs, want %d", set.entries.count, sims)
		}
		if perSIM > 32 {
			t.Errorf("%d SIMs take %.1f bytes each", sims, perSIM)
		}
		t.Logf("%d SIMs take %.1f bytes each", sims, perSIM)
	}
}

func seen(s *Set, iccid string) bool {
	key, ok := Key(iccid)
	return ok && s.SeenKey(key)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
