package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/simset"
)

// Open locks the results at path and reads what earlier runs left there. Errors: *file.LockedError,
// *file.MismatchError (nothing was changed), *file.WriteError.
func Open(path string, options Options) (_ *Journal, err error) {
	if options.Disk == nil {
		options.Disk = file.OS{}
	}
	options.BaseURL = cell.URL(options.BaseURL)
	if err := checkShardOfName(options.Shard, path); err != nil {
		return nil, mismatch(path, err)
	}
	j := &Journal{path: path, options: options, disk: options.Disk}
	if !options.ReadOnly {
		if j.lock, err = file.Lock(path + ".lock"); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			_ = j.Close() // the first error counts
		}
	}()
	damaged, err := j.read()
	if err == nil && options.TakeOver {
		damaged, err = j.takeOver(damaged)
	}
	switch {
	case err != nil:
		return nil, err
	case options.ReadOnly:
		j.healed.Lines = len(damaged)
		return j, nil
	case len(damaged) > 0:
		err = j.repair(damaged)
	case len(union(j.layout.types, j.newTypes())) > len(j.layout.types):
		err = j.widen()
	default:
		return j, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := j.read(); err != nil {
		return nil, err
	}
	return j, nil
}

// newTypes are the types that a new file has columns for.
func (j *Journal) newTypes() []string {
	return union(slices.Clone(j.options.Types), j.baseLayout.types)
}

// read reads both files, and returns what is damaged in the partial one.
func (j *Journal) read() (damaged []file.Span, err error) {
	if err := j.closeFiles(); err != nil {
		return nil, &file.WriteError{Path: j.path, Err: err}
	}
	j.known = known{sims: simset.New(), newest: map[uint64]int64{}, earlier: map[uint64]location{}}
	if err := j.readBase(); err != nil {
		return nil, err
	}
	return j.readPartial()
}

// readBase reads the complete results of an earlier run.
func (j *Journal) readBase() error {
	f, err := file.OpenRegular(j.path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	j.base = f
	var sims shardEvidence
	found, err := scanRows(f, func(s *scan) error {
		if err := j.examine(&s.entry); err != nil {
			return err
		}
		j.known.baseRows++
		if !j.options.Shard.Whole() {
			sims.add(&s.entry)
		}
		if again := j.rememberComplete(s); again {
			return secondRow(s)
		}
		return nil
	}, refuseDamage)
	j.baseLayout = found.layout
	if err == nil {
		err = checkShardOfAll(j.options.Shard, sims)
	}
	return mismatch(j.path, err)
}

// readPartial reads the rows of an unfinished run, or starts a new file.
func (j *Journal) readPartial() (damaged []file.Span, err error) {
	mode := os.O_RDWR | os.O_APPEND | os.O_CREATE
	if j.options.ReadOnly {
		mode = os.O_RDONLY
	}
	f, err := file.OpenRegular(j.PartialPath(), mode)
	if j.options.ReadOnly && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j.partial = f
	var sims shardEvidence
	found, err := scanRows(f, func(s *scan) error {
		if err := j.examine(&s.entry); err != nil {
			return err
		}
		j.remember(s)
		if !j.options.Shard.Whole() && !j.known.sims.Marked(s.entry.key) { // its SIM has no earlier row here
			sims.add(&s.entry)
		}
		j.recordAt(s.entry.key, s.offset)
		return nil
	}, func(d damage) error {
		damaged = append(damaged, d.Span)
		return nil
	})
	switch {
	case errors.Is(err, errNoHeader) && j.options.ReadOnly:
		return nil, nil
	case errors.Is(err, errNoHeader):
		return nil, j.start()
	case err == nil:
		err = checkShardOfAll(j.options.Shard, sims)
	}
	j.size, j.synced, j.layout = found.size, found.size, found.layout
	j.unfinished = found.size > found.header
	if fresh := newLayout(j.newTypes(), j.options.Labels); err == nil && !j.unfinished && !j.options.ReadOnly && !j.layout.same(&fresh) {
		return nil, j.start()
	}
	return damaged, mismatch(j.PartialPath(), err)
}

// start gives a new partial file its header, so that a full or read-only disk is found before the first call.
func (j *Journal) start() error {
	fresh := newLayout(j.newTypes(), j.options.Labels)
	header := fresh.header()
	if err := file.Begin(j.disk, j.partial, header); err != nil {
		return &file.WriteError{Path: j.PartialPath(), Err: err}
	}
	j.size, j.layout = int64(len(header)), fresh
	j.synced = j.size
	return nil
}

func mismatch(path string, err error) error {
	if err == nil {
		return nil
	}
	return &file.MismatchError{Path: path, Reason: err.Error()}
}

// examine refuses a row that another kind of run wrote, or another shard.
func (j *Journal) examine(e *entry) error {
	if err := j.examineKind(e); err != nil {
		return err
	}
	return checkShardOfRow(j.options.Shard, e)
}

// examineKind refuses a row that another kind of run wrote.
func (j *Journal) examineKind(e *entry) error {
	if string(e.action) != j.options.Action {
		return fmt.Errorf("holds results of %q, not of %q", cell.Clean(string(e.action), 40), j.options.Action)
	}
	if string(e.baseURL) != j.options.BaseURL {
		return fmt.Errorf("holds results of the API at %s, not at %s", cell.Clean(string(e.baseURL), 200), j.options.BaseURL)
	}
	switch {
	case e.isPlan() && !j.options.Plan:
		return errors.New("holds a plan, made by --dry-run, and not results")
	case j.options.Plan && !e.isPlan() && e.tellsOfChange():
		return errors.New("holds results, and not a plan")
	}
	return nil
}

// rememberComplete notes what a row of complete results means for this run: where all SIMs are visited again, none is done.
func (j *Journal) rememberComplete(s *scan) (again bool) {
	if j.options.Sweep {
		j.keepEarlier(s, s.entry.done(j.options))
		return false
	}
	return j.remember(s)
}

// remember notes what a row means for this run, and reports whether an earlier row had the same key.
func (j *Journal) remember(s *scan) (again bool) {
	e := &s.entry
	if e.status == report.StatusInvalid || e.status == report.StatusDuplicate {
		return j.known.sims.RecordKey(e.key)
	}
	done := e.done(j.options)
	j.keepEarlier(s, done)
	return j.known.sims.Record(string(e.iccid), string(e.webhookURL), done)
}

// keepEarlier notes where a row begins that is worth keeping, and not done or about other types than this run.
func (j *Journal) keepEarlier(s *scan, done bool) {
	e := &s.entry
	if !done && e.worthKeeping() || j.options.Want != nil && e.tellsOfOthers(j.options) {
		j.known.earlier[e.key] = location{s.file, s.offset}
	} else {
		delete(j.known.earlier, e.key)
	}
}
