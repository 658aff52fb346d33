package inbox

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simhook/report/file"
	"simhook/report/reporttest"
)

func TestWhatIsAcknowledgedAfterAnotherProgramTouchedTheFileIsFindable(t *testing.T) {
	for name, touch := range map[string]func(path string) error{
		"deleted":           os.Remove,
		"moved":             func(path string) error { return os.Rename(path, path+".1") },
		"truncated":         func(path string) error { return os.Truncate(path, 0) },
		"cut in a line":     func(path string) error { return os.Truncate(path, int64(len(header())+10)) },
		"replaced":          func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
		"cut in its header": func(path string) error { return os.Truncate(path, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			path := inboxIn(t)
			b := mustOpenInbox(t, path, unsynced())
			mustAdd(t, b, receipts(0, 10)...)
			if err := touch(path); err != nil {
				t.Fatal(err)
			}
			mustAdd(t, b, receipts(10, 20)...)
			found := idsIn(t, path)
			for _, r := range receipts(10, 20) {
				if found[r.ID] != 1 {
					t.Errorf("%s is in the file %d times", r.ID, found[r.ID])
				}
			}
			mustClose(t, b)
			b = mustOpenInbox(t, path, unsynced())
			if n := mustAdd(t, b, receipts(10, 20)...); n != 10 {
				t.Errorf("%d of 10 are recognised after opening it again", n)
			}
		})
	}
}

// vanishing is a disk on which the file is deleted, or emptied, while it is synced.
type vanishing struct {
	file.OS
	at     int // the sync
	vanish func(path string) error
	syncs  int
}

func (d *vanishing) Sync(f *os.File) error {
	if d.syncs++; d.syncs == d.at {
		return d.vanish(f.Name())
	}
	return nil
}

func TestARowThatIsLostBeforeItIsAcknowledgedIsWrittenAgain(t *testing.T) {
	for name, vanish := range map[string]func(string) error{
		"deleted": os.Remove, "emptied": func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			path := inboxIn(t)
			disk := &vanishing{at: 4, vanish: vanish} // after the header, its folder and a first row
			b := mustOpenInbox(t, path, Options{Disk: disk})
			mustAdd(t, b, receipt(0), receipt(1))
			if disk.syncs < disk.at {
				t.Fatal("the file did not vanish")
			}
			if found := idsIn(t, path); found[receipt(1).ID] != 1 {
				t.Errorf("found %v", found)
			}
		})
	}
}

func TestWhileNoFileCanBeStartedNothingIsAcknowledged(t *testing.T) {
	path := inboxIn(t)
	b := mustOpenInbox(t, path, unsynced())
	mustAdd(t, b, receipt(0))
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Add(t.Context(), receipt(1)); err == nil {
		t.Error("acknowledged, and the path is a folder")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, b, receipt(1))
	if found := idsIn(t, path); found["N-1"] != 1 {
		t.Errorf("found %v", found)
	}
}

func TestAFileOfRowsWithoutAHeaderIsTakenAsItIs(t *testing.T) {
	path := inboxIn(t)
	first := receipt(0)
	reporttest.Write(t, path, string(appendRow(nil, &first)))
	b := mustOpenInbox(t, path, unsynced())
	if n := mustAdd(t, b, receipts(0, 3)...); n != 1 {
		t.Errorf("%d repeats, want 1", n)
	}
	if text := reporttest.Content(t, path); strings.Count(text, "\n") != 3 || !strings.HasPrefix(text, string(appendRow(nil, &first))) {
		t.Errorf("the file holds %q", text)
	}
}

func TestARepeatHasTheSameIDTypeAndICCID(t *testing.T) {
	one := receipt(1)
	otherType, otherSIM, changed := one, one, one
	otherType.Type, otherSIM.ICCID, changed.Threshold = "SUBSCRIPTION_END", reporttest.SimA, 90
	path := inboxIn(t)
	b := mustOpenInbox(t, path, unsynced())
	check := func(r Row, want Novelty) {
		t.Helper()
		if got, err := b.Add(t.Context(), r); err != nil || got != want {
			t.Errorf("%+v is %v, %v, want %v", r, got, err, want)
		}
	}
	check(one, New)
	check(one, Repeated)
	check(otherType, New)
	check(otherSIM, New)
	check(changed, Changed)
	mustClose(t, b)
	b = mustOpenInbox(t, path, unsynced())
	for _, r := range []Row{one, otherType, otherSIM, changed} {
		check(r, Repeated)
	}
	if text := reporttest.Content(t, path); strings.Count(text, "\n") != 5 {
		t.Errorf("the file holds %q", text)
	}
}

func TestAnInboxHasOneWriterByWhateverName(t *testing.T) {
	for name, link := range map[string]func(from, to string) error{"link": os.Symlink, "second name": os.Link} {
		t.Run(name, func(t *testing.T) {
			path := inboxIn(t)
			mustOpenInbox(t, path, unsynced())
			other := filepath.Join(t.TempDir(), "other.csv")
			if err := link(path, other); err != nil {
				t.Fatal(err)
			}
			b, err := Open(other, unsynced())
			if _, ok := errors.AsType[*file.LockedError](err); !ok {
				t.Errorf("got %v", err)
			}
			if b != nil {
				mustClose(t, b)
			}
		})
	}
}
