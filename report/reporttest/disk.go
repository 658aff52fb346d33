package reporttest

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"simhook/report/file"
)

// NeverSynced does not sync files, which makes tests much faster.
type NeverSynced struct{ file.OS }

// Sync does nothing.
func (NeverSynced) Sync(*os.File) error { return nil }

// ErrDisk is the error of a Failing disk.
var ErrDisk = errors.New("no space left on device")

// Failing is a disk whose N-th call from now fails, and with ForGood all later ones too.
type Failing struct {
	file.OS
	N       int
	ForGood bool
	Half    bool   // a write that fails writes one half first
	Fired   string // the name of the call that failed first; "": none did
}

func (d *Failing) fails(call string) bool {
	d.N--
	if d.N == 0 {
		d.Fired = call
	}
	return d.N == 0 || d.N < 0 && d.ForGood
}

func (d *Failing) Write(f *os.File, b []byte) (int, error) {
	if !d.fails("write") {
		return d.OS.Write(f, b)
	}
	if !d.Half {
		return 0, ErrDisk
	}
	n, _ := d.OS.Write(f, b[:len(b)/2])
	if d.ForGood {
		return n, ErrDisk
	}
	return n, nil // a short write without an error
}

// Sync fails, or does nothing.
func (d *Failing) Sync(*os.File) error {
	if d.fails("sync") {
		return ErrDisk
	}
	return nil
}

// Truncate fails, or cuts f.
func (d *Failing) Truncate(f *os.File, size int64) error {
	if d.fails("truncate") {
		return ErrDisk
	}
	return d.OS.Truncate(f, size)
}

// Rename fails, or renames.
func (d *Failing) Rename(from, to string) error {
	if d.fails("rename") {
		return ErrDisk
	}
	return d.OS.Rename(from, to)
}

// Remove fails, or removes.
func (d *Failing) Remove(path string) error {
	if d.fails("remove") {
		return ErrDisk
	}
	return d.OS.Remove(path)
}

// Powered is a disk that knows what would be left of a folder if the power were cut now: files as they were last
// synced, under the names they had when the folder was last synced. A file system may also have made the last rename
// or removal permanent already, which is a second possible state.
type Powered struct {
	file.OS
	t       *testing.T
	folder  string
	Synced  map[uint64]string         // inode → contents at its last sync
	names   map[string]uint64         // name → inode at the last sync of the folder
	pending []func(map[string]uint64) // renames and removals since
	Changed func()                    // after every call
}

// NewPowered takes the folder as it is for synced. changed is called after every call.
func NewPowered(t *testing.T, folder string, changed func()) *Powered {
	d := &Powered{t: t, folder: folder, Synced: map[uint64]string{}, Changed: changed}
	d.names = d.listing()
	for name, inode := range d.names {
		d.Synced[inode] = Content(t, filepath.Join(folder, name))
	}
	return d
}

func (d *Powered) Write(f *os.File, b []byte) (int, error) {
	defer d.Changed()
	return d.OS.Write(f, b)
}

// Sync keeps what f holds by now from being lost in a power cut.
func (d *Powered) Sync(f *os.File) error {
	defer d.Changed()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		d.names, d.pending = d.listing(), nil
		maps.DeleteFunc(d.Synced, func(inode uint64, _ string) bool { return !contains(d.names, inode) })
		return nil
	}
	text := make([]byte, info.Size())
	_, err = f.ReadAt(text, 0)
	if errors.Is(err, fs.ErrInvalid) || errors.Is(err, syscall.EBADF) { // open for writing only
		text, err = os.ReadFile(f.Name())
	}
	d.Synced[inodeOf(info)] = string(text)
	return err
}

// Truncate cuts f.
func (d *Powered) Truncate(f *os.File, size int64) error {
	defer d.Changed()
	return d.OS.Truncate(f, size)
}

// Rename renames, which is lost in a power cut until the folder is synced.
func (d *Powered) Rename(from, to string) error {
	defer d.Changed()
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

// Remove removes, which is lost in a power cut until the folder is synced.
func (d *Powered) Remove(path string) error {
	defer d.Changed()
	if err := d.OS.Remove(path); err != nil {
		return err
	}
	d.pending = append(d.pending, func(names map[string]uint64) { delete(names, filepath.Base(path)) })
	return nil
}

// Left are the states that a power cut now may leave: names and contents.
func (d *Powered) Left() []map[string]string {
	oldest, newest := maps.Clone(d.names), maps.Clone(d.names)
	if n := len(d.pending); n > 0 {
		d.pending[n-1](newest)
	}
	var states []map[string]string
	for _, names := range []map[string]uint64{oldest, newest} {
		state := map[string]string{}
		for name, inode := range names {
			state[name] = d.Synced[inode]
		}
		states = append(states, state)
	}
	return states
}

func (d *Powered) listing() map[string]uint64 {
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

func contains(names map[string]uint64, inode uint64) bool {
	for _, other := range names {
		if other == inode {
			return true
		}
	}
	return false
}
