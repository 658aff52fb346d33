package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// FleetOptions say how a fleet file is read.
type Options struct {
	Delimiter    string // "auto" (or empty): found from the header; else one of , ; | and tab ("\t" or "tab")
	Column       string // the name of the column of ICCIDs; empty: iccid, sim_iccid or sim
	AllowBadLuhn bool   // accept ICCIDs whose check digit is wrong
	WebhookURL   string // for rows without one of their own
}

// Fleet is a fleet file that can be read more than once: a file, plain or gzipped, or what came from
// standard input or a pipe, which is kept in a temporary file. It is opened once, so a file that is
// replaced meanwhile stays the same Fleet; one that is changed in place is an error of the reading.
type Fleet struct {
	name    string
	file    *os.File
	size    int64
	modTime time.Time
	options Options
	layout  fleetLayout
}

// stdinPath is the path that stands for standard input.
const stdinPath = "-"

// OpenFleet opens the fleet file at path, or stdin if path is "-", and finds its columns. What cannot
// be read twice, standard input and pipes, is first copied to a file without a name in spoolDir
// (empty: the system's directory for temporary files), which takes as long as its writer does.
//
// Errors are a *FleetError if the file is missing, unreadable, no text or without a column of ICCIDs;
// the cause of ctx if it ended; anything else if an option is wrong.
func Open(ctx context.Context, path string, stdin io.Reader, spoolDir string, options Options) (*Fleet, error) {
	delimiter, err := parseDelimiter(options.Delimiter)
	if err != nil {
		return nil, err
	}
	f := &Fleet{name: path, options: options}
	if path == stdinPath {
		f.name = "standard input"
	}
	file, err := openRereadable(ctx, path, stdin, spoolDir)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("reading %s: %w", f.name, context.Cause(ctx))
		}
		return nil, f.failure(0, err)
	}
	f.file = file
	if err := f.examine(delimiter); err != nil {
		_ = file.Close()
		return nil, f.failure(0, err)
	}
	return f, nil
}

// Name is the path of the file, or "standard input".
func (f *Fleet) Name() string { return f.name }

// HasWebhookURLs reports whether the file has a webhook_url column.
func (f *Fleet) HasWebhookURLs() bool { return f.layout.webhookURL >= 0 }

// Close frees the file, and with it the copy of standard input. Its readers end with an error.
func (f *Fleet) Close() error { return f.file.Close() }

// openRereadable opens a regular file, and spools everything else.
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

// examine notes what the file is at this moment and finds its columns.
func (f *Fleet) examine(delimiter byte) error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	f.size, f.modTime = info.Size(), info.ModTime()
	lines, err := f.lines()
	if err != nil {
		return err
	}
	f.layout, err = findLayout(lines, delimiter, f.options.Column)
	return err
}

// lines reads the file from the beginning, however many others do at the same time.
func (f *Fleet) lines() (*fleetLines, error) {
	text, err := decodeFleet(io.NewSectionReader(f.file, 0, f.size))
	if err != nil {
		return nil, err
	}
	return newFleetLines(text), nil
}

// rowsAbout is how many SIMs there are if the whole file is like its beginning, but no more than fit.
func (f *Fleet) rowsAbout() int {
	const shortest = 19 // bytes, of a row: an ICCID of 18 digits
	beginning := make([]byte, 64<<10)
	n, _ := f.file.ReadAt(beginning, 0) // an error will come again when the file is read
	if n == 0 {
		return 0
	}
	rows := int64(bytes.Count(beginning[:n], []byte{'\n'})) * (f.size/int64(n) + 1)
	return int(min(rows, f.size/shortest))
}

// unchanged is nil if the file still is what it was when it was opened.
func (f *Fleet) unchanged() error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != f.size || !info.ModTime().Equal(f.modTime) {
		return errors.New("was changed while it was being read: run again once it is written")
	}
	return nil
}

func (f *Fleet) failure(line int, err error) *Error {
	return &Error{Name: f.name, Line: line, Err: err}
}

// FleetError says that a fleet file is of no use, as opposed to one of its rows.
type Error struct {
	Name string // the file
	Line int    // where its reading ended, from 1; 0: the file as a whole
	Err  error
}

func (e *Error) Error() string {
	text := e.Err.Error()
	if pathError, ok := e.Err.(*fs.PathError); ok { // names the file too
		text = pathError.Err.Error()
	}
	if e.Line > 0 {
		return fmt.Sprintf("reading %s: line %d: %s", e.Name, e.Line, text)
	}
	return fmt.Sprintf("reading %s: %s", e.Name, text)
}

func (e *Error) Unwrap() error { return e.Err }
