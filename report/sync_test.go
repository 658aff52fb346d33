package report

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// busy is a disk on which something happens while a file is synced.
type busy struct {
	failing
	meanwhile func()
}

func (d *busy) Sync(f *os.File) error {
	if happens := d.meanwhile; happens != nil {
		d.meanwhile = nil
		happens()
	}
	return d.failing.Sync(f)
}

func TestRowsAppendedDuringASyncAreNotYetSynced(t *testing.T) {
	path, options, disk := resultsIn(t), bothTypes(), &busy{}
	options.Disk = disk
	j := mustOpen(t, path, options)
	disk.meanwhile = func() {
		if err := j.Append([]Row{okRow(simB, 3)}); err != nil {
			t.Error(err)
		}
	}
	mustAppend(t, j, okRow(simA, 2))
	if disk.meanwhile != nil || content(t, partialPath(path)) != string(headerLine())+lines(okRow(simA, 2), okRow(simB, 3)) {
		t.Fatal("the second row was not appended during the sync of the first")
	}
	disk.n = 1
	failure, ok := errors.AsType[*WriteError](j.Sync())
	if !ok || disk.fired != "sync" {
		t.Fatalf("the fault was met at %q", disk.fired)
	}
	if diff := cmp.Diff([]string{simB}, failure.Unrecorded); diff != "" {
		t.Error(diff)
	}
	if got := content(t, partialPath(path)); got != string(headerLine())+lines(okRow(simA, 2)) {
		t.Errorf("the file is %q", got)
	}
}

func TestAWriteThatFailsDuringASyncNamesTheRowsOfBoth(t *testing.T) {
	path, options, disk := resultsIn(t), bothTypes(), &busy{}
	options.Disk = disk
	j := mustOpen(t, path, options)
	var named []string
	note := func(err error) {
		if failure, ok := errors.AsType[*WriteError](err); ok {
			named = append(named, failure.Unrecorded...)
		} else {
			t.Errorf("the error is %v", err)
		}
	}
	disk.meanwhile = func() {
		disk.n = 1
		note(j.Append([]Row{okRow(simB, 3)}))
	}
	if err := j.Append([]Row{okRow(simA, 2)}); err != nil {
		t.Fatal(err)
	}
	note(j.Sync())
	if disk.fired != "write" {
		t.Fatalf("the fault was met at %q", disk.fired)
	}
	if diff := cmp.Diff([]string{simA, simB}, named); diff != "" {
		t.Error(diff)
	}
}
