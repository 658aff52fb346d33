package fleet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// file is a fleet file: a regular file, or the copy of what came from standard input or a pipe.
type file struct {
	name    string
	handle  *os.File
	size    int64
	modTime time.Time
	options Options
	layout  layout
	last    atomic.Pointer[pass] // the last whole one
	urls    ownURLs
}

// openRereadable opens a regular file. Everything else it copies to one.
func openRereadable(ctx context.Context, path string, stdin io.Reader, spoolDir string) (*os.File, error) {
	if path == stdinPath {
		return spool(ctx, spoolDir, func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil })
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, errors.New("is a directory: name the CSV file in it")
	case info.Mode().IsRegular():
		return os.Open(path)
	}
	return spool(ctx, spoolDir, func() (io.ReadCloser, error) { return os.Open(path) })
}

// examine keeps what identifies the file's present content and finds its columns.
func (f *file) examine(delimiter byte) error {
	info, err := f.handle.Stat()
	if err != nil {
		return err
	}
	f.size, f.modTime = info.Size(), info.ModTime()
	lines, err := f.lines()
	if err != nil {
		return err
	}
	if f.layout, err = findLayout(lines, delimiter, f.options.Column); err != nil {
		return err
	}
	return f.sample()
}

// How much of a file tells what all of it is like. It is chosen: it takes some milliseconds.
const (
	sampleRows   = 20_000  // from the beginning
	decodedRows  = 1 << 20 // from the beginning of a file that has to be decoded: no other place of it can be read
	samplePlaces = 16      // further ones of a large file
	placeBytes   = 16 << 10
)

// sample reads parts of the file, to learn how ICCIDs are written in it.
func (f *file) sample() error {
	lines, err := f.lines()
	if err != nil {
		return err
	}
	all := records{lines: lines, layout: f.layout}
	splitter := cellSplitter{delimiter: f.layout.delimiter}
	found := newSample()
	rows := sampleRows
	if !f.isPlain() {
		rows = decodedRows
	}
	row := 0
	for row < rows {
		one, err := all.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && row < sampleRows {
			return err
		}
		if err != nil {
			break // the pass meets it too
		}
		if one.err != nil || one.open || one.line <= f.layout.heading {
			continue
		}
		cells, _ := splitter.split(one.text)
		found.add(string(cellAt(cells, f.layout.iccid)))
		found.addWidth(len(cells) < f.layout.columns, mayBeICCID(cellAt(cells, f.layout.iccid)))
		row++
	}
	if row == rows {
		f.sampleFurther(&found)
	}
	found.addWidth(false, false)
	f.layout.usual, f.layout.groups, f.layout.leavesOff = found.lengths.usual(), found.groups(), found.leavesOff
	return nil
}

// isPlain reports whether the file is text of one byte a letter, or UTF-8.
func (f *file) isPlain() bool {
	head := make([]byte, sniffed)
	n, _ := f.handle.ReadAt(head, 0) // an error will show when the rows are read
	return !bytes.HasPrefix(head[:n], []byte("\x1f\x8b")) && bytes.IndexByte(head[:n], 0) < 0
}

// sampleFurther reads lines all over a file, which may be sorted. Of a file that is not plain text it finds none.
func (f *file) sampleFurther(found *sample) {
	splitter := cellSplitter{delimiter: f.layout.delimiter}
	place := make([]byte, placeBytes)
	for i := range int64(samplePlaces) {
		n, _ := f.handle.ReadAt(place, max(f.size-placeBytes, 0)*(i+1)/samplePlaces) // the last is the end; an error will show when the rows are read
		_, text, _ := bytes.Cut(place[:n], []byte{'\n'})
		for {
			line, rest, whole := bytes.Cut(text, []byte{'\n'})
			if !whole {
				break
			}
			text = rest
			if cells, open := splitter.split(bytes.TrimRight(line, "\r")); !open {
				found.add(string(cellAt(cells, f.layout.iccid)))
			}
		}
	}
}

// lines reads the file from its beginning, whatever other passes do at the same time.
func (f *file) lines() (*lineReader, error) {
	text, err := decode(io.NewSectionReader(f.handle, 0, f.size))
	if err != nil {
		return nil, err
	}
	return newLineReader(text), nil
}

// unchanged is nil if the file still is what it was when it was opened.
func (f *file) unchanged() error {
	info, err := f.handle.Stat()
	if err != nil {
		return err
	}
	if info.Size() != f.size || !info.ModTime().Equal(f.modTime) {
		return errors.New("was changed while it was being read: run again once it is written")
	}
	return nil
}

func (f *file) failure(line int, err error) *Error {
	return &Error{Name: f.name, Line: line, Err: err}
}

func (f *file) labels() []string {
	if !f.options.Labels {
		return nil
	}
	return f.layout.labels.names
}

func (f *file) hasWebhookURLs() bool { return f.layout.webhookURL >= 0 }

// about assumes that the whole file is like its beginning. It is never more than a plain file of its size can
// hold.
func (f *file) about() int {
	const shortest = 19 // bytes of a row: an ICCID of 18 digits and the line's end
	beginning := make([]byte, 64<<10)
	n, _ := f.handle.ReadAt(beginning, 0) // an error will show when the rows are read
	if n == 0 {
		return 0
	}
	rows := int64(bytes.Count(beginning[:n], []byte{'\n'})) * (f.size/int64(n) + 1)
	return int(min(rows, f.size/shortest))
}

func (f *file) close() error { return f.handle.Close() }
