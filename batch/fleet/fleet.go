package fleet

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
)

// Options say how a fleet is read. The zero value finds everything in the file.
type Options struct {
	Delimiter string // of a file: , ; | or tab ("\t" or "tab"); "auto" or empty: found from its header
	Column    string // of a file: the name of the column of ICCIDs; empty: iccid, sim_iccid or sim

	Labels bool // rows have the cells of the other columns too, see Fleet.Labels

	AllowBadLuhn bool   // accept ICCIDs whose check digit is wrong
	WebhookURL   string // for rows without one of their own; empty: they have none; a bad one makes them bad rows
	IgnoreURLs   bool   // URLs do not matter: those in a column that is not read are no error
}

// Fleet is a list of SIMs that can be gone over more than once. Its passes may run at the same time.
type Fleet struct {
	name string
	rows source
}

// source is where the rows of a Fleet come from.
type source interface {
	// each shows the rows in their order, up to the last one or until show returns false. It reuses the Row
	// for the next one. Its error is an *Error.
	each(show func(*Row) bool) error
	hasWebhookURLs() bool
	labels() []string
	found() []string
	about() int // how many rows there may be; 0: not known
	close() error
}

// stdinPath is the path that stands for standard input.
const stdinPath = "-"

// Open opens the fleet file at path, or stdin if path is "-", and finds its columns. Standard input and pipes
// cannot be read twice, so Open first copies them to a file without a name in spoolDir (empty: the system's
// directory for temporary files). That lasts until their writer has finished.
//
// The file is opened once. If another file takes its place later, the Fleet stays the same. If the file itself
// is changed, reading it ends with an error.
//
// Errors are an *Error if the file is missing, unreadable, no text or without a column of ICCIDs; the cause of
// ctx if that has ended; anything else if an option is wrong.
func Open(ctx context.Context, path string, stdin io.Reader, spoolDir string, options Options) (*Fleet, error) {
	delimiter, err := parseDelimiter(options.Delimiter)
	if err != nil {
		return nil, err
	}
	name := path
	if path == stdinPath {
		name = "standard input"
	}
	handle, err := openRereadable(ctx, path, stdin, spoolDir)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("reading %s: %w", name, context.Cause(ctx))
		}
		return nil, &Error{Name: name, Err: err}
	}
	f := &file{name: name, handle: handle, options: options}
	if err := f.examine(delimiter); err != nil {
		_ = handle.Close() // it was only read
		return nil, f.failure(0, err)
	}
	return &Fleet{name: name, rows: f}, nil
}

// Name is the path of the file, "standard input", or the name given to FromSlice or FromSeq.
func (f *Fleet) Name() string { return f.name }

// HasWebhookURLs reports whether rows can have a webhook URL of their own. A file without a webhook_url column
// has no such rows.
func (f *Fleet) HasWebhookURLs() bool { return f.rows.hasWebhookURLs() }

// Labels are the names of the columns that are not read but can be carried along: all of a file with a header, but for the
// ICCID, the webhook URL, and those that simhook's own files have. Each name is there once. A file without a header and a
// Fleet made from memory have none.
func (f *Fleet) Labels() []string { return f.rows.labels() }

// All yields the rows from the first on, good ones and bad ones, in their order. An error ends it: the last
// pair is then an empty Row and an *Error.
func (f *Fleet) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := f.rows.each(func(row *Row) bool { return yield(*row, nil) })
		if err != nil {
			yield(Row{}, err)
		}
	}
}

// SIMs reads a whole fleet, and returns which SIMs are in it. Rows that name none do not count. Its error is an *Error.
func SIMs(f *Fleet) (has func(iccid string) bool, err error) {
	sims := map[string]bool{}
	for row, err := range f.All() {
		if err != nil {
			return nil, err
		}
		if row.ICCID != "" {
			sims[row.ICCID] = true
		}
	}
	return func(iccid string) bool { return sims[iccid] }, nil
}

// ICCIDs reads a whole fleet, and returns the SIMs of the rows that can be used. Its error is an *Error.
func ICCIDs(f *Fleet) (iccids []string, err error) {
	for row, err := range f.All() {
		if err != nil {
			return nil, err
		}
		if row.Problem == "" {
			iccids = append(iccids, row.ICCID)
		}
	}
	return iccids, nil
}

// Close closes the file, which also deletes the copy of standard input. Passes that are not finished end with
// an error. A Fleet made from memory has nothing to close.
func (f *Fleet) Close() error { return f.rows.close() }

// Error says that a fleet as a whole is of no use, as opposed to one of its rows.
type Error struct {
	Name string // of the fleet, see Fleet.Name
	Line int    // where reading ended, as in Row.Line; 0: the fleet as a whole
	Err  error
}

func (e *Error) Error() string {
	text := e.Err.Error()
	//nolint:errorlint // only a bare one: what wraps it says what was being done
	if pathError, ok := e.Err.(*fs.PathError); ok { // its text would name the file a second time
		text = pathError.Err.Error()
	}
	if e.Line > 0 {
		return fmt.Sprintf("reading %s: line %d: %s", e.Name, e.Line, text)
	}
	return fmt.Sprintf("reading %s: %s", e.Name, text)
}

func (e *Error) Unwrap() error { return e.Err }
