package report

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slowDisk does something while the results are being synced.
type slowDisk struct {
	OS
	meanwhile func() error
	fired     bool
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
		"are lost and named with those, where it fails": {syncFails: true, lost: []string{simA, simB}},
	} {
		t.Run(name, func(t *testing.T) {
			disk := &slowDisk{}
			options := bothTypes()
			options.Disk = disk
			path := resultsIn(t)
			j := mustOpen(t, path, options)
			if err := j.Append([]Row{okRow(simA, 2)}); err != nil {
				t.Fatal(err)
			}
			disk.meanwhile = func() error {
				err := j.Append([]Row{okRow(simB, 3)})
				if c.syncFails {
					return errDisk
				}
				return err
			}
			err := j.Sync()
			if !disk.fired {
				t.Fatal("nothing was synced")
			}
			var lost []string
			if failure, ok := errors.AsType[*WriteError](err); ok {
				lost = failure.Unrecorded
			}
			if diff := cmp.Diff(c.lost, lost); diff != "" {
				t.Errorf("lost (-want +got):\n%s", diff)
			}
			if !c.syncFails {
				disk.meanwhile = func() error { return errDisk }
				if failure, ok := errors.AsType[*WriteError](j.Sync()); !ok || len(failure.Unrecorded) != 1 || failure.Unrecorded[0] != simB {
					t.Errorf("the next sync, which fails, names %v, want %s alone", failure, simB)
				}
				c.left = 1
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if again := mustOpen(t, path, bothTypes()); again.live != c.left {
				t.Errorf("%d rows are in the file, want %d", again.live, c.left)
			}
		})
	}
}
