package inbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"simhook/report/cell"
	"simhook/report/file"
)

// recalledEach is how many bytes of the files are read back for each notification that is to be remembered: about
// twice a usual line.
const recalledEach = 256

// part is a file and the offset from which it is read back.
type part struct {
	path string
	from int64
}

// open reads the rows back from the files put aside, and then opens the file itself. The newest file put aside may be
// the one that was written last, and is then healed: see rotate.
func (b *Inbox) open() error {
	parts, err := b.partsPutAside()
	if err != nil {
		return fmt.Errorf("looking for earlier notifications: %w", err)
	}
	for i, p := range parts {
		read := b.recallPart
		if i == len(parts)-1 {
			read = b.healPart
		}
		if err := read(p); err != nil && !errors.Is(err, fs.ErrNotExist) { // another program may have deleted it
			return fmt.Errorf("reading earlier notifications from %s: %w", p.path, err)
		}
	}
	return b.openFile()
}

// partsPutAside chooses what to read back of the files put aside, the oldest first.
func (b *Inbox) partsPutAside() ([]part, error) {
	paths, err := b.asides()
	if err != nil {
		return nil, err
	}
	budget := b.budget()
	if info, err := os.Stat(b.path); err == nil {
		budget -= info.Size()
	}
	var parts []part
	for i := len(paths) - 1; i >= 0 && budget > 0; i-- {
		info, err := os.Stat(paths[i])
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		parts = append([]part{{paths[i], max(0, info.Size()-budget)}}, parts...)
		budget -= info.Size()
	}
	return parts, nil
}

func (b *Inbox) budget() int64 { return int64(b.options.Remember) * recalledEach }

func (b *Inbox) recallPart(p part) error {
	f, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = b.recall(f, p.from)
	return err
}

func (b *Inbox) healPart(p part) error {
	f, err := os.OpenFile(p.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = b.heal(f, p)
	return errors.Join(err, f.Close())
}

// openFile opens the file at the path, or starts it. If that fails, b keeps the file that it has.
func (b *Inbox) openFile() error {
	f, err := os.OpenFile(b.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return &file.WriteError{Path: b.path, Err: err}
	}
	err = lockFile(f)
	var size int64
	if err == nil {
		size, err = b.prepare(f)
	}
	if err != nil {
		_ = f.Close() // nothing was written to it
		return err
	}
	b.file, b.size = f, size
	return nil
}

func (b *Inbox) prepare(f *os.File) (size int64, err error) {
	header := header()
	first, err := io.ReadAll(io.NewSectionReader(f, 0, cell.MaxLine))
	if err != nil {
		return 0, &file.WriteError{Path: b.path, Err: err}
	}
	begun := bytes.TrimRight(first, "\x00") // a power cut leaves zeros where nothing was written yet
	switch {
	case bytes.HasPrefix(first, header), beginsWithRow(first):
		info, err := f.Stat()
		if err != nil {
			return 0, &file.WriteError{Path: b.path, Err: err}
		}
		return b.heal(f, part{b.path, max(0, info.Size()-b.budget())})
	case len(first) <= len(header) && bytes.HasPrefix(header, begun):
		return b.begin(f)
	}
	const reason = "is no file of notifications of simhook: its first line is another header"
	return 0, &file.MismatchError{Path: b.path, Reason: reason}
}

// beginsWithRow is true for a file that another program has emptied while it was written: it has lost its header.
func beginsWithRow(text []byte) bool {
	var line line
	first, _, whole := bytes.Cut(text, []byte("\n"))
	return whole && line.parse(first)
}

func (b *Inbox) begin(f *os.File) (size int64, err error) {
	if err := file.Begin(b.disk, f, header()); err != nil {
		return 0, &file.WriteError{Path: b.path, Err: err}
	}
	return int64(len(header())), nil
}

// heal reads the rows back, moves what follows the last whole row to the .torn file, and syncs the rest, since the
// process before may have been killed before it did. No row that is cut off was acknowledged, because a batch is
// written only when the one before it is synced.
func (b *Inbox) heal(f *os.File, p part) (size int64, err error) {
	end, err := b.recall(f, p.from)
	if err == nil {
		size, err = f.Seek(0, io.SeekEnd)
	}
	if err == nil && end < size {
		b.healed.Aside = b.path + ".torn"
		b.healed.Lines++
		if err := file.SetAside(b.disk, f, []file.Span{{From: end, To: size}}, b.healed.Aside); err != nil {
			return 0, &file.WriteError{Path: b.healed.Aside, Err: err}
		}
		err = b.disk.Truncate(f, end)
	}
	if err == nil {
		err = b.disk.Sync(f)
	}
	if err != nil {
		return 0, &file.WriteError{Path: p.path, Err: err}
	}
	return end, nil
}

// recall remembers a file's rows from an offset on, and returns where the last whole row ends. It passes over a first
// line that is the header or a part of a row.
func (b *Inbox) recall(f *os.File, from int64) (end int64, err error) {
	reader := bufio.NewReaderSize(io.NewSectionReader(f, from, 1<<62), cell.MaxLine)
	var line line
	end = from
	for at, first := from, true; ; {
		text, err := reader.ReadSlice('\n')
		at += int64(len(text))
		switch {
		case errors.Is(err, io.EOF):
			return end, nil
		case errors.Is(err, bufio.ErrBufferFull): // longer than any row
			continue
		case err != nil:
			return 0, err
		case line.parse(text[:len(text)-1]):
			end = at
			b.remember(text, &line)
		case first:
			end = at
		}
		first = false
	}
}

func (b *Inbox) remember(text []byte, l *line) {
	for _, key := range []uint64{b.identity(l), b.content(text)} {
		b.known.add(key)
	}
	if b.options.Recall != nil {
		b.options.Recall(string(l.cells[columnICCID]))
	}
}
