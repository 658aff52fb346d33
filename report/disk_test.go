package report

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// neverSynced leaves it to the operating system when to write.
type neverSynced struct{ OS }

func (neverSynced) Sync(*os.File) error { return nil }

var errDisk = errors.New("no space left on device")

// failing is a disk whose n-th call fails, and with forGood all later ones too.
type failing struct {
	OS
	n       int
	forGood bool
	half    bool   // a write that fails has written one half
	fired   string // the call that failed first
}

func (d *failing) fails(call string) bool {
	d.n--
	if d.n == 0 {
		d.fired = call
	}
	return d.n == 0 || d.n < 0 && d.forGood
}

func (d *failing) Write(f *os.File, b []byte) (int, error) {
	if !d.fails("write") {
		return d.OS.Write(f, b)
	}
	if !d.half {
		return 0, errDisk
	}
	n, _ := d.OS.Write(f, b[:len(b)/2])
	if d.forGood {
		return n, errDisk
	}
	return n, nil // a short write without a word
}

func (d *failing) Sync(f *os.File) error {
	if d.fails("sync") {
		return errDisk
	}
	return nil
}

func (d *failing) Truncate(f *os.File, size int64) error {
	if d.fails("truncate") {
		return errDisk
	}
	return d.OS.Truncate(f, size)
}

func (d *failing) Rename(from, to string) error {
	if d.fails("rename") {
		return errDisk
	}
	return d.OS.Rename(from, to)
}

func (d *failing) Remove(path string) error {
	if d.fails("remove") {
		return errDisk
	}
	return d.OS.Remove(path)
}

// powered is a disk that knows what would be left of a folder were the power cut
// now: files as they were last synced, under the names they had when the folder
// was; or, since a file system may be quicker with some changes than with others,
// with the last renaming or removal done besides.
type powered struct {
	OS
	t       *testing.T
	folder  string
	synced  map[uint64]string // what a file (by its inode) held
	names   map[string]uint64 // what the folder held
	pending []func(map[string]uint64)
	changed func() // after every call
}

func newPowered(t *testing.T, folder string, changed func()) *powered {
	d := &powered{t: t, folder: folder, synced: map[uint64]string{}, changed: changed}
	d.names = d.listing()
	for name, inode := range d.names {
		d.synced[inode] = content(t, filepath.Join(folder, name))
	}
	return d
}

func (d *powered) Write(f *os.File, b []byte) (int, error) {
	defer d.changed()
	return d.OS.Write(f, b)
}

func (d *powered) Sync(f *os.File) error {
	defer d.changed()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		d.names, d.pending = d.listing(), nil
		maps.DeleteFunc(d.synced, func(inode uint64, _ string) bool { return !contains(d.names, inode) })
		return nil
	}
	text := make([]byte, info.Size())
	_, err = f.ReadAt(text, 0)
	if errors.Is(err, fs.ErrInvalid) || errors.Is(err, syscall.EBADF) { // open for writing only
		text, err = os.ReadFile(f.Name())
	}
	d.synced[inodeOf(info)] = string(text)
	return err
}

func (d *powered) Truncate(f *os.File, size int64) error {
	defer d.changed()
	return d.OS.Truncate(f, size)
}

func (d *powered) Rename(from, to string) error {
	defer d.changed()
	inode := d.listing()[filepath.Base(from)]
	if err := d.OS.Rename(from, to); err != nil {
		return err
	}
	d.pending = append(d.pending, func(names map[string]uint64) {
		names[filepath.Base(to)] = inode
		delete(names, filepath.Base(from))
	})
	return nil
}

func (d *powered) Remove(path string) error {
	defer d.changed()
	if err := d.OS.Remove(path); err != nil {
		return err
	}
	d.pending = append(d.pending, func(names map[string]uint64) { delete(names, filepath.Base(path)) })
	return nil
}

// left are the states that a power cut now may leave: names and contents.
func (d *powered) left() []map[string]string {
	oldest, newest := maps.Clone(d.names), maps.Clone(d.names)
	if n := len(d.pending); n > 0 {
		d.pending[n-1](newest)
	}
	var states []map[string]string
	for _, names := range []map[string]uint64{oldest, newest} {
		state := map[string]string{}
		for name, inode := range names {
			state[name] = d.synced[inode]
		}
		states = append(states, state)
	}
	return states
}

func (d *powered) listing() map[string]uint64 {
	entries, err := os.ReadDir(d.folder)
	if err != nil {
		d.t.Fatal(err)
	}
	names := map[string]uint64{}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			d.t.Fatal(err)
		}
		if filepath.Ext(entry.Name()) != ".lock" {
			names[entry.Name()] = inodeOf(info)
		}
	}
	return names
}

func inodeOf(info fs.FileInfo) uint64 { return info.Sys().(*syscall.Stat_t).Ino }

func contains(names map[string]uint64, inode uint64) bool {
	for _, other := range names {
		if other == inode {
			return true
		}
	}
	return false
}
