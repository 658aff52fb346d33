package inbox

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"simhook/report/file"
)

// asideFormat is the part of a file's name that says when it was put aside. Sorted by name, files are in
// the order of their time.
const asideFormat = "20060102T150405.000Z"

// rotation is what came of one.
type rotation struct {
	aside string
	err   error
}

// rotateBySize tells what came of it, and after a failure tries again when the file has grown by as much.
func (b *Inbox) rotateBySize() {
	aside, err := b.rotate()
	if err != nil {
		b.options.RotateSize += b.size
	}
	if b.options.OnRotate != nil {
		b.options.OnRotate(aside, err)
	}
}

// rotate renames the file and begins a new one. Killed in between, it leaves no file at the path, which
// opening mends; where a new one cannot be begun, the old gets its name back, or is written on under the
// new one until a rotation succeeds.
func (b *Inbox) rotate() (aside string, err error) {
	if b.failure != nil {
		return "", b.failure
	}
	moved := b.moved()
	if !moved {
		if b.size <= int64(len(header())) {
			return "", nil
		}
		aside = b.nextAside()
		if err := b.disk.Rename(b.path, aside); err != nil {
			return "", &file.WriteError{Path: aside, Err: err}
		}
	}
	old := b.file
	if err := b.openFile(); err != nil {
		if !moved {
			_ = b.disk.Rename(aside, b.path) // the next rotation finds out
		}
		return "", err
	}
	_ = old.Close() // all of it is synced
	return aside, nil
}

// moved reports whether the file at the path is no longer the one being written.
func (b *Inbox) moved() bool {
	mine, err := b.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(b.path)
	return err != nil || !os.SameFile(mine, there)
}

// nextAside is a name that was not used before, whatever the clock says.
func (b *Inbox) nextAside() string {
	t := time.Now().UTC().Truncate(time.Millisecond)
	if !t.After(b.rotated) {
		t = b.rotated.Add(time.Millisecond)
	}
	b.rotated = t
	stem, ext := b.stem()
	return filepath.Join(filepath.Dir(b.path), stem+t.Format(asideFormat)+ext)
}

// stem is the name of the file up to where that of a file put aside has its time, and what follows there.
func (b *Inbox) stem() (stem, ext string) {
	name := filepath.Base(b.path)
	ext = filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + ".", ext
}

// asides finds the files put aside, the oldest first.
func (b *Inbox) asides() (paths []string, err error) {
	entries, err := os.ReadDir(filepath.Dir(b.path))
	if err != nil {
		return nil, err
	}
	stem, ext := b.stem()
	for _, entry := range entries {
		name, isStem := strings.CutPrefix(entry.Name(), stem)
		name, isExt := strings.CutSuffix(name, ext)
		t, err := time.Parse(asideFormat, name)
		if !isStem || !isExt || err != nil {
			continue
		}
		b.rotated = t
		paths = append(paths, filepath.Join(filepath.Dir(b.path), entry.Name()))
	}
	return paths, nil
}
