package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"simhook/report/cell"
	"simhook/report/simset"
)

// shardFile is a complete results file of a shard.
type shardFile struct {
	path    string
	file    *os.File
	rows    int
	layout  layout
	sims    shardEvidence
	badLine string // line of the fleet that names no SIM, which only shard 0 reports; empty: none
}

// openShard refuses results of a run that is not finished.
func openShard(path string) (*shardFile, error) {
	const unfinished = "its run is not finished: run the same command again first"
	if strings.HasSuffix(path, partialSuffix) {
		return nil, &MergeError{path, unfinished}
	}
	_, err := os.Lstat(partialPath(path))
	if err == nil {
		return nil, &MergeError{path, partialPath(path) + " is there too: " + unfinished}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &shardFile{path: path, file: file}, nil
}

// read reads the rows, and refuses those that do not go together with the files before.
func (f *shardFile) read(o *origin) error {
	met := simset.New()
	found, err := scanRows(f.file, func(s *scan) error {
		if err := o.add(&s.entry); err != nil {
			return err
		}
		if met.Mark(s.entry.key) {
			return secondRow(s)
		}
		f.add(&s.entry)
		return nil
	}, refuseDamage)
	f.layout = found.layout
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		return failure
	}
	if err != nil {
		return f.refuse("%v", err)
	}
	return nil
}

func (f *shardFile) add(e *entry) {
	f.rows++
	f.sims.add(e)
	if _, sim := simset.Key(string(e.iccid)); !sim {
		f.badLine = string(e.line)
	}
}

func (f *shardFile) refuse(format string, args ...any) error {
	return &MergeError{f.path, fmt.Sprintf(format, args...)}
}

// origin is what all results that are merged have in common: one command and one API; and they are all of a
// plan, or none is.
type origin struct {
	known           bool
	action, baseURL string
	plan, changed   bool // there are rows of a plan, and rows of changes that were made
}

// add refuses a row that does not go together with the rows before.
func (o *origin) add(e *entry) error {
	switch {
	case !o.known:
		o.known, o.action, o.baseURL = true, string(e.action), string(e.baseURL)
	case string(e.action) != o.action:
		return fmt.Errorf("holds results of %q, and what comes before those of %q",
			cell.Clean(string(e.action), 40), cell.Clean(o.action, 40))
	case string(e.baseURL) != o.baseURL:
		return fmt.Errorf("holds results of the API at %s, and what comes before those of %s",
			cell.Clean(string(e.baseURL), 200), cell.Clean(o.baseURL, 200))
	}
	o.plan, o.changed = o.plan || e.isPlan(), o.changed || e.tellsOfChange()
	if o.plan && o.changed {
		return errors.New("a plan, made by --dry-run, and results do not go together")
	}
	return nil
}
