package results

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/reporttest"
)

// slowDisk does something while the results are being synced.
type slowDisk struct {
	file.OS
	meanwhile func() error
	fired     bool
	full      bool // every write fails
}

func (d *slowDisk) Write(f *os.File, b []byte) (int, error) {
	if d.full {
		return 0, reporttest.ErrDisk
	}
	return d.OS.Write(f, b)
}

func (d *slowDisk) Sync(*os.File) error {
	if d.meanwhile == nil {
		return nil
	}
	meanwhile := d.meanwhile
	d.meanwhile, d.fired = nil, true
	return meanwhile()
}

func TestRowsAppendedWhileOthersAreSynced(t *testing.T) {
	for name, c := range map[string]struct {
		syncFails bool
		lost      []string // that the sync names
		left      int      // rows in the file
	}{
		"are there, and go into the next sync":          {left: 2},
		"are lost and named with those, where it fails": {syncFails: true, lost: []string{reporttest.SimA, reporttest.SimB}},
	} {
		t.Run(name, func(t *testing.T) {
			disk := &slowDisk{}
			options := bothTypes()
			options.Disk = disk
			path := resultsIn(t)
			j := mustOpen(t, path, options)
			if err := j.Append([]report.Row{reporttest.OKRow(reporttest.SimA, 2)}); err != nil {
				t.Fatal(err)
			}
			disk.meanwhile = func() error {
				err := j.Append([]report.Row{reporttest.OKRow(reporttest.SimB, 3)})
				if c.syncFails {
					return reporttest.ErrDisk
				}
				return err
			}
			err := j.Sync()
			if !disk.fired {
				t.Fatal("nothing was synced")
			}
			var lost []string
			if failure, ok := errors.AsType[*file.WriteError](err); ok {
				lost = failure.Unrecorded
			}
			if diff := cmp.Diff(c.lost, lost); diff != "" {
				t.Errorf("lost (-want +got):\n%s", diff)
			}
			if !c.syncFails {
				disk.meanwhile = func() error { return reporttest.ErrDisk }
				if failure, ok := errors.AsType[*file.WriteError](j.Sync()); !ok || len(failure.Unrecorded) != 1 || failure.Unrecorded[0] != reporttest.SimB {
					t.Errorf("the next sync, which fails, names %v, want %s alone", failure, reporttest.SimB)
				}
				c.left = 1
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if again := mustOpen(t, path, bothTypes()); again.known.live != c.left {
				t.Errorf("%d rows are in the file, want %d", again.known.live, c.left)
			}
		})
	}
}

func TestAWriteThatFailsDuringASyncNamesTheRowsOfBoth(t *testing.T) {
	disk := &slowDisk{}
	options := bothTypes()
	options.Disk = disk
	j := mustOpen(t, resultsIn(t), options)
	if err := j.Append([]report.Row{reporttest.OKRow(reporttest.SimA, 2)}); err != nil {
		t.Fatal(err)
	}
	var appending error
	disk.meanwhile = func() error {
		disk.full = true
		appending = j.Append([]report.Row{reporttest.OKRow(reporttest.SimB, 3)})
		return nil
	}
	syncing := j.Sync()
	if !disk.fired {
		t.Fatal("nothing was synced")
	}
	failure, ok := errors.AsType[*file.WriteError](appending)
	if !ok {
		t.Fatalf("the write that fails: %v", appending)
	}
	if diff := cmp.Diff([]string{reporttest.SimA, reporttest.SimB}, failure.Unrecorded); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
	if again, ok := errors.AsType[*file.WriteError](syncing); !ok || len(again.Unrecorded) > 0 {
		t.Errorf("the sync fails too, and names no row again: %+v", again)
	}
}
