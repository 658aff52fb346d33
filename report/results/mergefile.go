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

// kind is what results to be merged have in common: those of one command and
// API, or of a plan.
type kind struct {
	known           bool
	action, baseURL string
	plan, changed   bool // it has rows of a plan, and rows of changes that were made
}

// shardFile is a complete results file of a shard.
type shardFile struct {
	path  string
	file  *os.File
	rows  int
	sims  spread
	stray string // line of the fleet that names no SIM, which only shard 0 reports; empty: none
}

// openShard refuses results that a run has not finished with.
func openShard(path string) (*shardFile, error) {
	const unfinished = "its run is not finished: run the same command again first"
	if strings.HasSuffix(path, ".partial") {
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

// examine reads the rows, and refuses what is not of the kind of the files
// before.
func (f *shardFile) examine(k *kind) error {
	scan, err := newScan(f.file)
	if err != nil {
		return f.wrong("%v", err)
	}
	met := simset.New()
	for scan.next() {
		if scan.damaged {
			return f.wrong("line %d is no result row of simhook (was the file edited?)", scan.number)
		}
		if err := k.takes(&scan.line); err != nil {
			return f.wrong("%v", err)
		}
		if key, _ := scan.line.identity(); met.Mark(key) {
			return f.wrong("line %d is the second row of its SIM (was the file edited?)", scan.number)
		}
		f.note(&scan.line)
	}
	switch {
	case scan.err != nil:
		return scan.err
	case scan.torn():
		return f.wrong("its last line is cut off")
	}
	return nil
}

// takes refuses a row of another kind than the first.
func (k *kind) takes(l *line) error {
	action, baseURL := string(l.cells[columnAction]), string(l.cells[columnBaseURL])
	switch {
	case !k.known:
		k.known, k.action, k.baseURL = true, action, baseURL
	case action != k.action:
		return fmt.Errorf("holds results of %q, and what comes before those of %q", cell.Clean(action, 40), cell.Clean(k.action, 40))
	case baseURL != k.baseURL:
		return fmt.Errorf("holds results of the API at %s, and what comes before those of %s", cell.Clean(baseURL, 200), cell.Clean(k.baseURL, 200))
	}
	k.plan, k.changed = k.plan || l.planned(), k.changed || l.changed()
	if k.plan && k.changed {
		return errors.New("a plan, made by --dry-run, and results do not go together")
	}
	return nil
}

func (f *shardFile) note(l *line) {
	f.rows++
	f.sims.addRow(l)
	if _, sim := simset.Key(string(l.cells[columnICCID])); !sim {
		f.stray = string(l.cells[columnLine])
	}
}

func (f *shardFile) wrong(format string, args ...any) error {
	return &MergeError{f.path, fmt.Sprintf(format, args...)}
}
