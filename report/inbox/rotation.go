package inbox

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"simhook/report/file"
)

// asideFormat is the part of a file's name that says when it was put aside. Files sorted by name are sorted by
// time.
const asideFormat = "20060102T150405.000Z"

// hangupDelay is how long after a rename logrotate sends the hangup at the latest: its scripts take seconds.
const hangupDelay = time.Minute

// rotation is the result of one.
type rotation struct {
	aside string
	err   error
}

// rotateBySize reports its result to OnRotate. After a failure the next try is when the file has grown by its size.
func (b *Inbox) rotateBySize() {
	aside, err := b.rotate()
	if err != nil {
		b.options.RotateSize += b.size
	}
	if b.options.OnRotate != nil {
		b.options.OnRotate(aside, err)
	}
}

// rotate renames the file and starts a new one. If the process is killed in between, there is no file at the path,
// and opening the inbox starts one. If a new file cannot be started, the old one gets its name back, or is written
// further under its new name until a rotation succeeds.
func (b *Inbox) rotate() (aside string, err error) {
	if b.failure != nil {
		return "", b.failure
	}
	if time.Since(b.followed) < hangupDelay { // this hangup is about that file
		b.followed = time.Time{}
		return "", nil
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
			_ = b.disk.Rename(aside, b.path) // if this fails, moved tells the next rotation
		}
		return "", err
	}
	_ = old.Close() // all of it is synced
	return aside, nil
}

// nextAside is a name that was not used before, even if the clock was set back.
func (b *Inbox) nextAside() string {
	t := time.Now().UTC().Truncate(time.Millisecond)
	if !t.After(b.rotated) {
		t = b.rotated.Add(time.Millisecond)
	}
	b.rotated = t
	stem, ext := b.stem()
	return filepath.Join(filepath.Dir(b.path), stem+t.Format(asideFormat)+ext)
}

// stem is what stands before and after the time in the names of files put aside.
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
