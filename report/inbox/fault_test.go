package inbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"simhook/report/file"
	"simhook/report/reporttest"
)

// TestWhateverFailsOnDiskNothingAcknowledgedIsLost lets each call of the disk fail once, or from then on,
// and opens the inbox again on a sound one.
func TestWhateverFailsOnDiskNothingAcknowledgedIsLost(t *testing.T) {
	const all = 30
	fired := map[string]int{}
	for _, forGood := range []bool{false, true} {
		for n := 1; ; n++ {
			path := inboxIn(t)
			disk := &reporttest.Failing{N: n, ForGood: forGood, Half: n%2 == 0}
			acknowledged := unattendedInbox(t, path, disk, all)
			if disk.Fired == "" {
				break // that many calls there are not
			}
			fired[disk.Fired]++
			b := mustOpenInbox(t, path, unsynced())
			if repeats := mustAdd(t, b, acknowledged...); repeats != len(acknowledged) {
				t.Errorf("call %d, a %s: %d of %d acknowledged are recognised", n, disk.Fired, repeats, len(acknowledged))
			}
			mustAdd(t, b, receipts(0, all)...)
			mustClose(t, b)
			holdsOnce(t, path, all)
		}
	}
	for _, call := range []string{"write", "sync", "truncate", "rename"} {
		if fired[call] == 0 {
			t.Errorf("no %s has failed: %v", call, fired)
		}
	}
}

// unattendedInbox adds what it can, and returns what was acknowledged.
func unattendedInbox(t *testing.T, path string, disk file.Disk, all int) (acknowledged []Row) {
	t.Helper()
	torn := receipt(0)
	reporttest.Write(t, path, string(header())+string(appendRow(nil, &torn))+"2026")
	b, err := Open(path, Options{Disk: disk, RotateSize: 1000})
	if err != nil {
		return nil
	}
	defer b.Close()
	for n, r := range receipts(0, all) {
		if n%13 == 12 {
			_, _ = b.Rotate() // its failure may lose nothing either
		}
		if _, err := b.Add(t.Context(), r); err == nil {
			acknowledged = append(acknowledged, r)
		} else if _, ok := errors.AsType[*file.WriteError](err); !ok {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
	return acknowledged
}

func TestNoAcknowledgedNotificationIsLostWhereThePowerIsCut(t *testing.T) {
	type moment struct {
		files        map[string]string
		acknowledged int
	}
	path := inboxIn(t)
	var moments []moment
	var acknowledged atomic.Int64
	var disk *reporttest.Powered
	disk = reporttest.NewPowered(t, filepath.Dir(path), func() {
		for _, files := range disk.Left() {
			moments = append(moments, moment{files, int(acknowledged.Load())})
		}
	})
	b := mustOpenInbox(t, path, Options{Disk: disk, RotateSize: 400})
	for _, r := range receipts(0, 20) {
		mustAdd(t, b, r)
		acknowledged.Add(1)
	}
	mustClose(t, b)
	if asides, err := b.asides(); err != nil || len(asides) < 3 || len(moments) < 50 {
		t.Fatalf("only %d files put aside (%v) and %d moments to cut the power at", len(asides), err, len(moments))
	}
	for n, m := range moments {
		path := inboxIn(t)
		for name, text := range m.files {
			reporttest.Write(t, filepath.Join(filepath.Dir(path), name), text)
		}
		b := mustOpenInbox(t, path, unsynced())
		if repeats := mustAdd(t, b, receipts(0, 20)...); repeats < m.acknowledged {
			t.Errorf("moment %d: %d of %d acknowledged are there", n, repeats, m.acknowledged)
		}
		mustClose(t, b)
		holdsOnce(t, path, 20)
	}
}

func TestWhatAKilledProcessHadNotSyncedIsSafeBeforeItCountsAsARepeat(t *testing.T) {
	path := inboxIn(t)
	unsynced := receipt(0)
	reporttest.Write(t, path, string(header())+string(appendRow(nil, &unsynced)))
	disk := reporttest.NewPowered(t, filepath.Dir(path), func() {})
	for inode := range disk.Synced {
		disk.Synced[inode] = string(header())
	}
	b := mustOpenInbox(t, path, Options{Disk: disk})
	if n := mustAdd(t, b, unsynced); n != 1 {
		t.Fatal("it is not recognised")
	}
	for _, files := range disk.Left() {
		if text := files[filepath.Base(path)]; !strings.Contains(text, unsynced.ID) {
			t.Errorf("a power cut now leaves %q", text)
		}
	}
}

func TestAFullDiskPasses(t *testing.T) {
	path := inboxIn(t)
	disk := &reporttest.Failing{Half: true}
	b := mustOpenInbox(t, path, Options{Disk: disk})
	mustAdd(t, b, receipt(0))
	disk.N = 1
	_, err := b.Add(t.Context(), receipt(1))
	if failure, ok := errors.AsType[*file.WriteError](err); !ok || failure.Path != path || disk.Fired != "write" {
		t.Fatalf("%v; the fault was met at %q", err, disk.Fired)
	}
	select {
	case <-b.Broken():
		t.Error("it is broken")
	default:
	}
	if n := mustAdd(t, b, receipts(0, 3)...); n != 1 {
		t.Errorf("%d repeats, want 1: what was refused counts as new", n)
	}
	holdsOnce(t, path, 3)
}

func TestAFailedSyncIsTheEnd(t *testing.T) {
	path := inboxIn(t)
	disk := &reporttest.Failing{}
	b := mustOpenInbox(t, path, Options{Disk: disk})
	mustAdd(t, b, receipt(0))
	disk.N = 2
	if _, err := b.Add(t.Context(), receipt(1)); !errors.Is(err, reporttest.ErrDisk) || disk.Fired != "sync" {
		t.Fatalf("%v; the fault was met at %q", err, disk.Fired)
	}
	<-b.Broken()
	if _, err := b.Add(t.Context(), receipt(2)); !errors.Is(err, reporttest.ErrDisk) {
		t.Errorf("later it works again, it says: %v", err)
	}
	if novelty, err := b.Add(t.Context(), receipt(0)); err != nil || novelty != Repeated {
		t.Errorf("what was safe before is so no more: %v", err)
	}
}

func TestRotation(t *testing.T) {
	aside := func(t *testing.T, path string) int {
		t.Helper()
		paths, err := filepath.Glob(strings.TrimSuffix(path, ".csv") + ".*Z.csv")
		if err != nil {
			t.Fatal(err)
		}
		return len(paths)
	}
	t.Run("puts a file aside that has reached its size", func(t *testing.T) {
		path := inboxIn(t)
		options := unsynced()
		options.RotateSize = 1000
		told := 0
		options.OnRotate = func(aside string, err error) {
			if info, statErr := os.Stat(aside); err != nil || statErr != nil || info.Size() < 1000 || info.Size() > 1200 {
				t.Errorf("%s: %v, %v", aside, err, statErr)
			}
			told++
		}
		b := mustOpenInbox(t, path, options)
		mustAdd(t, b, receipts(0, 100)...)
		mustClose(t, b)
		if n := aside(t, path); n < 5 || told != n {
			t.Errorf("%d files, told of %d", n, told)
		}
		holdsOnce(t, path, 100)
	})
	t.Run("leaves an empty file where it is", func(t *testing.T) {
		path := inboxIn(t)
		b := mustOpenInbox(t, path, unsynced())
		if to, err := b.Rotate(); to != "" || err != nil || aside(t, path) != 0 {
			t.Errorf("%q, %v", to, err)
		}
	})
	t.Run("begins a new file where another program has renamed the old", func(t *testing.T) {
		path := inboxIn(t)
		b := mustOpenInbox(t, path, unsynced())
		mustAdd(t, b, receipt(0))
		if err := os.Rename(path, path+".1.csv"); err != nil {
			t.Fatal(err)
		}
		mustAdd(t, b, receipt(1))
		if to, err := b.Rotate(); to != "" || err != nil {
			t.Errorf("%q, %v", to, err)
		}
		mustAdd(t, b, receipt(2))
		holdsOnce(t, path, 3)
		now := reporttest.Content(t, path)
		if !strings.Contains(now, receipt(1).ID) || !strings.Contains(now, receipt(2).ID) {
			t.Error("the rows are in the wrong files")
		}
	})
	t.Run("never writes over a file put aside before, whatever the clock says", func(t *testing.T) {
		path := inboxIn(t)
		future := strings.TrimSuffix(path, ".csv") + ".29990101T000000.000Z.csv"
		old := receipt(0)
		reporttest.Write(t, future, string(header())+string(appendRow(nil, &old)))
		b := mustOpenInbox(t, path, unsynced())
		for n := 1; n < 4; n++ {
			mustAdd(t, b, receipt(n))
			if to, err := b.Rotate(); err != nil || to <= future {
				t.Errorf("%q, %v", to, err)
			}
		}
		holdsOnce(t, path, 4)
	})
	for n, call := range map[int]string{1: "rename", 2: "truncate", 3: "write", 4: "sync"} {
		t.Run(fmt.Sprintf("that fails at a %s continues with the same file", call), func(t *testing.T) {
			path := inboxIn(t)
			disk := &reporttest.Failing{}
			b := mustOpenInbox(t, path, Options{Disk: disk})
			mustAdd(t, b, receipt(0))
			disk.N = n
			if _, err := b.Rotate(); !errors.Is(err, reporttest.ErrDisk) || disk.Fired != call {
				t.Errorf("%v; the fault was met at %q", err, disk.Fired)
			}
			mustAdd(t, b, receipt(1))
			if text := reporttest.Content(t, path); !strings.Contains(text, receipt(0).ID) || !strings.Contains(text, receipt(1).ID) {
				t.Errorf("the file is %q", text)
			}
			if _, err := b.Rotate(); err != nil {
				t.Error(err)
			}
			mustAdd(t, b, receipt(2))
			holdsOnce(t, path, 3)
		})
	}
}
