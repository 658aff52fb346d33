package inbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"simhook/report/file"
	"simhook/report/reporttest"
	"simhook/report/results"
)

func TestAnInboxHoldsEachNotificationOnce(t *testing.T) {
	path := inboxIn(t)
	b := mustOpenInbox(t, path, unsynced())
	if n := mustAdd(t, b, receipts(0, 10)...); n != 0 {
		t.Errorf("%d of 10 new ones are repeats", n)
	}
	if n := mustAdd(t, b, receipts(5, 15)...); n != 5 {
		t.Errorf("%d repeats, want 5", n)
	}
	mustClose(t, b)
	holdsOnce(t, path, 15)

	b = mustOpenInbox(t, path, unsynced())
	if n := mustAdd(t, b, receipts(0, 20)...); n != 15 {
		t.Errorf("%d repeats after opening it again, want 15", n)
	}
	if b.Healed().Lines != 0 {
		t.Errorf("healed %+v", b.Healed())
	}
	mustClose(t, b)
	holdsOnce(t, path, 20)
	if _, err := b.Add(t.Context(), receipt(99)); !errors.Is(err, ErrClosed) {
		t.Errorf("adding to a closed inbox: %v", err)
	}
}

func TestRepeatsAreRecognisedAcrossRotations(t *testing.T) {
	path := inboxIn(t)
	b := mustOpenInbox(t, path, unsynced())
	for n := range 5 {
		mustAdd(t, b, receipts(n*10, n*10+10)...)
		if _, err := b.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	if n := mustAdd(t, b, receipts(0, 50)...); n != 50 {
		t.Errorf("%d repeats, want 50", n)
	}
	mustClose(t, b)
	var recalled atomic.Int64
	options := unsynced()
	options.Recall = func(iccid string) {
		if iccid == reporttest.SimE {
			recalled.Add(1)
		}
	}
	b = mustOpenInbox(t, path, options)
	if n := mustAdd(t, b, receipts(0, 60)...); n != 50 || recalled.Load() != 50 {
		t.Errorf("%d repeats after opening it again and %d rows read back, want 50", n, recalled.Load())
	}
	holdsOnce(t, path, 60)
}

func TestTheMemoryIsBounded(t *testing.T) {
	const span = 100
	path := inboxIn(t)
	options := unsynced()
	options.Remember = span
	b := mustOpenInbox(t, path, options)
	for n := range 20 {
		from := n * span
		mustAdd(t, b, receipts(from, from+span)...)
		if n := mustAdd(t, b, receipts(from, from+span)...); n != span {
			t.Fatalf("%d of the last %d are recognised", n, span)
		}
	}
	if n := len(b.known.younger) + len(b.known.older); n > 4*span { // two hashes each
		t.Errorf("%d hashes are remembered, want %d at the most", n, 4*span)
	}
	mustClose(t, b)
	recalled := 0
	options.Recall = func(string) { recalled++ }
	b = mustOpenInbox(t, path, options)
	if limit := span * recalledEach / len(appendRow(nil, &Row{})); recalled < span || recalled > limit {
		t.Errorf("%d rows were read back", recalled)
	}
	if n := mustAdd(t, b, receipts(19*span, 20*span)...); n != span {
		t.Errorf("%d of the last %d are recognised after opening it again", n, span)
	}
}

// gated is a disk whose Sync waits to be let through.
type gated struct {
	file.OS
	gate  chan struct{}
	syncs int
}

func (d *gated) Sync(*os.File) error {
	<-d.gate
	d.syncs++
	return nil
}

func TestNothingIsAcknowledgedBeforeItIsSyncedAndManyShareOneSync(t *testing.T) {
	path := inboxIn(t)
	synctest.Test(t, func(t *testing.T) {
		disk := &gated{gate: make(chan struct{}, 2)}
		disk.gate <- struct{}{} // header and folder
		disk.gate <- struct{}{}
		b := mustOpenInbox(t, path, Options{Disk: disk})
		const senders = 100
		var acknowledged, repeats atomic.Int64
		for n := range senders {
			go func() {
				novelty, err := b.Add(t.Context(), receipt(n/2)) // each notification twice
				if err != nil {
					t.Error(err)
				}
				if novelty == Repeated {
					repeats.Add(1)
				}
				acknowledged.Add(1)
			}()
		}
		synctest.Wait()
		if n := acknowledged.Load(); n != 0 {
			t.Errorf("%d were acknowledged although nothing is synced", n)
		}
		disk.gate <- struct{}{} // the first alone
		synctest.Wait()
		disk.gate <- struct{}{} // all others together
		synctest.Wait()
		if acknowledged.Load() != senders || repeats.Load() != senders/2 || disk.syncs > 4 { // 3 where all came before the first was written
			t.Errorf("%d acknowledged, %d repeats, %d syncs; want %d, %d, at most 4", acknowledged.Load(), repeats.Load(), disk.syncs, senders, senders/2)
		}
		mustClose(t, b)
	})
	holdsOnce(t, path, 50)
}

func TestAddObeysItsContext(t *testing.T) {
	path := inboxIn(t)
	synctest.Test(t, func(t *testing.T) {
		disk := &gated{gate: make(chan struct{}, 2)}
		disk.gate <- struct{}{}
		disk.gate <- struct{}{}
		b := mustOpenInbox(t, path, Options{Disk: disk})
		ctx, cancel := context.WithCancelCause(t.Context())
		gone := errors.New("the sender is gone")
		errs := make(chan error, 2)
		for n := range 2 { // one waits for the disk, the other for its turn
			go func() {
				_, err := b.Add(ctx, receipt(n))
				errs <- err
			}()
		}
		synctest.Wait()
		cancel(gone)
		for range 2 {
			if err := <-errs; !errors.Is(err, gone) {
				t.Errorf("got %v", err)
			}
		}
		disk.gate <- struct{}{}
		mustClose(t, b)
	})
}

func TestARowThatACrashCutOffIsPutAside(t *testing.T) {
	whole := string(header())
	for n := range 3 {
		r := receipt(n)
		whole += string(appendRow(nil, &r))
	}
	for cut := 1; cut <= len(whole); cut++ {
		for _, tail := range []string{"", "\x00\x00\x00", "\x00\x00\n"} {
			path := inboxIn(t)
			left := whole[:cut] + tail
			reporttest.Write(t, path, left)
			b, err := Open(path, unsynced())
			if cut < len(header()) && (strings.Contains(tail, "\n") || len(left) > len(header())) {
				if _, ok := errors.AsType[*file.MismatchError](err); !ok {
					t.Fatalf("%q: %v", left, err)
				}
				continue // no crash leaves that
			}
			if err != nil {
				t.Fatalf("%q: %v", left, err)
			}
			rows := max(0, strings.Count(whole[:cut], "\n")-1)
			if n := mustAdd(t, b, receipts(0, 4)...); n != rows {
				t.Errorf("%q: %d repeats, want %d", left, n, rows)
			}
			mustClose(t, b)
			holdsOnce(t, path, 4)
			kept, _ := os.ReadFile(path + ".torn")
			lost := left[strings.LastIndexByte(whole[:cut], '\n')+1:]
			if cut >= len(header()) && strings.TrimRight(string(kept), "\n") != strings.TrimRight(lost, "\n") {
				t.Errorf("%q: %q was put aside, want %q", left, kept, lost)
			}
			if (b.Healed().Lines > 0) != (len(kept) > 0) {
				t.Errorf("%q: healed %+v", left, b.Healed())
			}
		}
	}
}

func TestAFileThatIsNoInboxIsLeftAlone(t *testing.T) {
	for name, text := range map[string]string{
		"results":               strings.Join(results.Columns("SUBSCRIPTION_END", "USAGE_THRESHOLD"), ",") + "\n",
		"a fleet":               "iccid\n" + reporttest.SimE + "\n",
		"rows of other columns": "2026-03-01T22:00:00.123Z,1,X," + reporttest.SimE + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := inboxIn(t)
			reporttest.Write(t, path, text)
			before := reporttest.Snapshot(t, filepath.Dir(path))
			_, err := Open(path, unsynced())
			if _, ok := errors.AsType[*file.MismatchError](err); !ok {
				t.Errorf("got %v", err)
			}
			if diff := cmp.Diff(before, reporttest.Snapshot(t, filepath.Dir(path))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnInboxHasOneWriter(t *testing.T) {
	path := inboxIn(t)
	b := mustOpenInbox(t, path, unsynced())
	_, err := Open(path, unsynced())
	if _, ok := errors.AsType[*file.LockedError](err); !ok {
		t.Errorf("got %v", err)
	}
	mustClose(t, b)
	mustClose(t, b) // it may be called twice
	mustClose(t, mustOpenInbox(t, path, unsynced()))
}
