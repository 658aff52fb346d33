package results

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/simset"
)

// TakenOver says what a journal began with: complete results that runs with another number of shards, or a merge, left
// beside its own. So a fleet can be run with 3 shards, and then with 5 or with none, and no SIM that is done is called for.
//
// Of each SIM of the journal's shard the row counts that was finished last. Files that have not been written since the
// journal's own complete results are passed over: their rows were taken over then, and rows that were dropped later must not
// come back.
// All files stay as they are.
//
// Results that are not finished cannot be taken over: the run that would go on with them would call again for what this
// one does. The journal then cannot be opened, until they are finished.
type TakenOver struct {
	Files []string
	Rows  int // that came from them
}

// TakenOver says what Open took over.
func (j *Journal) TakenOver() TakenOver { return j.taken }

// takeOver puts the results of other numbers of shards into these, and reads these again. damaged is what reading them
// has found so far. Its errors are *file.MismatchError, *file.LockedError and *file.WriteError.
func (j *Journal) takeOver(damaged []file.Span) ([]file.Span, error) {
	paths := j.otherCounts()
	for _, path := range paths {
		if err := checkFinished(path); err != nil {
			return nil, err
		}
	}
	t := &takeover{journal: j, last: map[uint64]finished{}}
	defer func() {
		if j.over != t {
			t.close()
		}
	}()
	if err := t.open(paths); err != nil || len(t.files) == 0 {
		return damaged, err
	}
	if err := t.compare(); err != nil || j.base != nil && t.newer == 0 {
		return damaged, err
	}
	j.taken.Rows = t.newer
	for _, f := range t.files {
		j.taken.Files = append(j.taken.Files, f.Name())
	}
	if j.options.ReadOnly {
		j.over, j.known.baseRows = t, len(t.last)
		return damaged, t.remember()
	}
	if err := j.replace(j.path, &t.layout, t.write); err != nil {
		return nil, &file.WriteError{Path: j.path, Err: err}
	}
	return j.read()
}

// otherCounts are the paths of results of other numbers of shards beside these, whether they are finished or not.
func (j *Journal) otherCounts() (paths []string) {
	ext := filepath.Ext(j.path)
	stem := strings.TrimSuffix(j.path, ext)
	if named, found := ShardInName(j.path); found {
		stem = strings.TrimSuffix(stem, "."+named.Label())
	}
	files, _ := os.ReadDir(filepath.Dir(j.path)) // opening the results tells better why there is no folder
	met := map[string]bool{filepath.Clean(j.path): true}
	for _, one := range files {
		path := strings.TrimSuffix(filepath.Join(filepath.Dir(j.path), one.Name()), partialSuffix)
		shard, isShard := ShardInName(path)
		ours := path == filepath.Clean(stem+ext) || isShard && path == filepath.Clean(stem+"."+shard.Label()+ext)
		if ours && !met[path] && max(shard.Count, 1) != max(j.options.Shard.Count, 1) {
			paths = append(paths, path)
		}
		met[path] = true
	}
	return paths
}

// checkFinished refuses results of a run that has left rows without finishing.
func checkFinished(path string) error {
	f, err := os.Open(partialPath(path))
	if err != nil {
		return nil // there is none, or opening the results beside it tells why not
	}
	defer f.Close()
	s := &scan{reader: bufio.NewReaderSize(f, cell.MaxLine)}
	info, err := f.Stat()
	if headerErr := s.header(); err != nil || errors.Is(headerErr, errNoHeader) || headerErr == nil && info.Size() == s.end {
		return nil // the run ended before its first row
	}
	with, how := "without shards", "without --shard-count"
	if shard, isShard := ShardInName(path); isShard {
		count := strconv.Itoa(shard.Count)
		with, how = "with "+count+" shards", "with --shard-count "+count
	}
	return &file.MismatchError{Path: f.Name(), Reason: "holds rows of a run " + with + " that is not finished: end it first, " + how +
		"; any number of shards then begins with its results"}
}

// takeover is the work on results of several numbers of shards.
type takeover struct {
	journal *Journal
	files   []*os.File
	locks   []*flock.Flock
	layout  layout              // of all files together
	last    map[uint64]finished // the newest row of each SIM
	newer   int                 // of these rows, those that the journal does not have
}

// finished is when a row was finished, and the file that it stands in: an index, from 0, or own.
type finished struct {
	at   int64 // in milliseconds since 1970
	file int
}

const own = -1

func (t *takeover) close() {
	for _, f := range t.files {
		_ = f.Close() // it was only read
	}
	for _, lock := range t.locks {
		_ = lock.Close() // it only kept others from writing
	}
}

// open opens the files that have been written since the journal's own, and keeps runs from writing them.
func (t *takeover) open(paths []string) error {
	j := t.journal
	mine, ownErr := os.Stat(j.path)
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || ownErr == nil && !info.ModTime().After(mine.ModTime()) {
			continue // a run has begun and not ended with a row, or its rows are here already
		}
		if !j.options.ReadOnly {
			lock, err := file.LockShared(path + ".lock")
			if err != nil {
				return err
			}
			t.locks = append(t.locks, lock)
		}
		f, err := os.Open(path)
		if err != nil {
			return &file.WriteError{Path: path, Err: err}
		}
		t.files = append(t.files, f)
	}
	return nil
}

// compare finds the newest row of each SIM.
func (t *takeover) compare() error {
	j := t.journal
	t.layout = newLayout(j.baseLayout.types, j.baseLayout.labels)
	if j.base != nil {
		if err := t.add(own, j.base); err != nil {
			return err
		}
	}
	for i, f := range t.files {
		if err := t.add(i, f); err != nil {
			return err
		}
	}
	return nil
}

func (t *takeover) add(number int, f *os.File) error {
	found, err := scanRows(f, func(s *scan) error {
		if err := t.journal.examineKind(&s.entry); err != nil {
			return err
		}
		if number != own && !t.wants(&s.entry) {
			return nil
		}
		row := finished{s.finishedAt(), number}
		before, known := t.last[s.entry.key]
		switch {
		case known && before.file == number:
			return secondRow(s)
		case known && row.at <= before.at:
			return nil
		case number != own && (!known || before.file == own):
			t.newer++
		}
		t.last[s.entry.key] = row
		return nil
	}, refuseDamage)
	t.layout.types, t.layout.labels = union(t.layout.types, found.layout.types), union(t.layout.labels, found.layout.labels)
	t.layout = newLayout(t.layout.types, t.layout.labels)
	return mismatch(f.Name(), err)
}

// wants reports whether the journal's shard writes such a row. Rows of the fleet that name no SIM cost no call: the
// journal's own results know them better.
func (t *takeover) wants(e *entry) bool {
	j := t.journal
	if namesSIM(e.status) {
		return j.options.Shard.Owns(string(e.iccid))
	}
	if _, isSIM := simset.Key(string(e.iccid)); isSIM {
		return j.base == nil && j.options.Shard.Owns(string(e.iccid))
	}
	return j.base == nil && j.options.Shard.OwnsBadRows()
}

// finishedAt is when the row was finished.
func (s *scan) finishedAt() int64 {
	at, err := time.Parse(time.RFC3339, string(s.line.cells[len(s.layout.names)-2]))
	if err != nil {
		return 0 // the row tells no time
	}
	return at.UnixMilli()
}

// each calls do for the newest row of each SIM.
func (t *takeover) each(number int, f *os.File, do func(*scan) error) error {
	return eachRow(f, func(s *scan) error {
		if !t.newestIn(number, s.entry.key) {
			return nil
		}
		return do(s)
	})
}

// newestIn reports whether a file has the newest row of a SIM.
func (t *takeover) newestIn(number int, key uint64) bool {
	row, known := t.last[key]
	return known && row.file == number
}

func (t *takeover) write(out *bufio.Writer) error {
	write := func(s *scan) error { return writeLine(out, s.refit(&t.layout)) }
	if t.journal.base != nil {
		if err := t.each(own, t.journal.base, write); err != nil {
			return err
		}
	}
	for i, f := range t.files {
		if err := t.each(i, f, write); err != nil {
			return fmt.Errorf("copying %s: %w", f.Name(), err)
		}
	}
	return nil
}

// remember takes the rows over in memory. To a sweep, which visits all SIMs again, they are complete results like its own.
func (t *takeover) remember() error {
	if t.journal.options.Sweep {
		return nil
	}
	for i, f := range t.files {
		err := t.each(i, f, func(s *scan) error {
			if !t.journal.known.sims.Marked(s.entry.key) { // its SIM has no row in the partial file, which beats all others
				t.journal.rememberComplete(s)
			}
			return nil
		})
		if err != nil {
			return mismatch(f.Name(), err)
		}
	}
	return nil
}
