package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/simset"
)

// Open locks the results at path and reads what earlier runs left there. Errors:
// *LockedError, *MismatchError (nothing was changed), *WriteError.
func Open(path string, options Options) (_ *Journal, err error) {
	if options.Disk == nil {
		options.Disk = file.OS{}
	}
	options.BaseURL = cell.URL(options.BaseURL)
	if err := matchesName(options.Shard, path); err != nil {
		return nil, &file.MismatchError{Path: path, Reason: err.Error()}
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
	switch {
	case err != nil:
		return nil, err
	case len(damaged) == 0:
		return j, nil
	case options.ReadOnly:
		j.healed = file.Healed{Lines: len(damaged)}
		return j, nil
	}
	if err := j.heal(damaged); err != nil {
		return nil, err
	}
	if _, err := j.read(); err != nil {
		return nil, err
	}
	return j, nil
}

// read takes in both files, and says what is damaged in the partial one.
func (j *Journal) read() (damaged []file.Span, err error) {
	if err := j.closeFiles(); err != nil {
		return nil, &file.WriteError{Path: j.path, Err: err}
	}
	j.memory = memory{table: simset.New(), newest: map[uint64]int64{}, unmet: map[uint64]place{}}
	if err := j.readBase(); err != nil {
		return nil, err
	}
	return j.readPartial()
}

// readBase reads the results of an earlier run that was completed.
func (j *Journal) readBase() error {
	f, err := file.OpenRegular(j.path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	j.base = f
	scan, err := newScan(f)
	if err != nil {
		return &file.MismatchError{Path: j.path, Reason: err.Error()}
	}
	var sims spread
	for scan.next() {
		if scan.damaged {
			return &file.MismatchError{Path: j.path, Reason: fmt.Sprintf("line %d is no result row of simhook (was the file edited?)", scan.number)}
		}
		if err := j.examine(&scan.line); err != nil {
			return &file.MismatchError{Path: j.path, Reason: err.Error()}
		}
		j.baseRows++
		if !j.options.Shard.Whole() {
			sims.addRow(&scan.line)
		}
		if j.options.Sweep {
			j.keepUnmet(scan)
			continue
		}
		if again := j.remember(scan); again {
			return &file.MismatchError{Path: j.path, Reason: fmt.Sprintf("line %d is the second row of its SIM (was the file edited?)", scan.number)}
		}
	}
	switch {
	case scan.err != nil:
		return &file.MismatchError{Path: j.path, Reason: fmt.Sprintf("reading it: %v", scan.err)}
	case scan.torn():
		return &file.MismatchError{Path: j.path, Reason: "its last line is cut off"}
	}
	if err := matchesAll(j.options.Shard, sims); err != nil {
		return &file.MismatchError{Path: j.path, Reason: err.Error()}
	}
	return nil
}

// readPartial reads the rows of a run that was not finished, or starts a new
// file.
func (j *Journal) readPartial() (damaged []file.Span, err error) {
	path, mode := j.PartialPath(), os.O_RDWR|os.O_APPEND|os.O_CREATE
	if j.options.ReadOnly {
		mode = os.O_RDONLY
	}
	f, err := file.OpenRegular(path, mode)
	if j.options.ReadOnly && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j.partial = f
	scan, err := newScan(f)
	switch {
	case errors.Is(err, errNoHeader) && j.options.ReadOnly:
		return nil, nil
	case errors.Is(err, errNoHeader):
		return nil, j.start()
	case err != nil:
		return nil, &file.MismatchError{Path: path, Reason: err.Error()}
	}
	var sims spread
	for scan.next() {
		if scan.damaged {
			damaged = append(damaged, file.Span{From: scan.offset, To: scan.end})
			continue
		}
		if err := j.examine(&scan.line); err != nil {
			return nil, &file.MismatchError{Path: path, Reason: err.Error()}
		}
		j.remember(scan)
		key, _ := scan.line.identity()
		if !j.options.Shard.Whole() && !j.table.Marked(key) { // no earlier row of this file is of the same SIM
			sims.addRow(&scan.line)
		}
		j.place(key, scan.offset)
	}
	switch {
	case scan.err != nil:
		return nil, &file.MismatchError{Path: path, Reason: fmt.Sprintf("reading it: %v", scan.err)}
	case scan.torn():
		damaged = append(damaged, file.Span{From: scan.offset, To: scan.end})
	}
	if err := matchesAll(j.options.Shard, sims); err != nil {
		return nil, &file.MismatchError{Path: path, Reason: err.Error()}
	}
	j.size, j.synced = scan.end, scan.end
	return damaged, nil
}

// start gives a new partial file its header, so that a disk that takes nothing
// is found out before the first call.
func (j *Journal) start() error {
	err := j.disk.Truncate(j.partial, 0)
	if err == nil {
		_, err = file.Writer{Disk: j.disk, File: j.partial}.Write(HeaderLine())
	}
	if err == nil {
		err = j.disk.Sync(j.partial)
	}
	if err == nil {
		err = file.SyncDir(j.disk, j.path)
	}
	if err != nil {
		return &file.WriteError{Path: j.PartialPath(), Err: err}
	}
	j.size = int64(len(HeaderLine()))
	j.synced = j.size
	return nil
}

// examine refuses a row that another kind of run wrote.
func (j *Journal) examine(l *line) error {
	if action := l.cells[columnAction]; string(action) != j.options.Action {
		return fmt.Errorf("holds results of %q, not of %q", cell.Clean(string(action), 40), j.options.Action)
	}
	if url := l.cells[columnBaseURL]; string(url) != j.options.BaseURL {
		return fmt.Errorf("holds results of the API at %s, not at %s", cell.Clean(string(url), 200), j.options.BaseURL)
	}
	switch planned := l.planned(); {
	case planned && !j.options.Plan:
		return errors.New("holds a plan, made by --dry-run, and not results")
	case j.options.Plan && !planned && l.changed():
		return errors.New("holds results, and not a plan")
	}
	return matchesRow(j.options.Shard, l)
}

// remember takes note of a row for resuming, and reports whether an earlier one
// was of the same SIM or bad row.
func (j *Journal) remember(scan *scan) (again bool) {
	l := &scan.line
	key, _ := l.identity()
	switch l.status() {
	case report.StatusInvalid, report.StatusDuplicate:
		return j.table.RecordKey(key)
	}
	j.keepUnmet(scan)
	return j.table.Record(string(l.cells[columnICCID]), string(l.cells[columnWebhookURL]), l.satisfies(j.options))
}

// keepUnmet notes where a row stands that is not done but holds what is known
// nowhere else.
func (j *Journal) keepUnmet(scan *scan) {
	key, _ := scan.line.identity()
	if !scan.line.satisfies(j.options) && scan.line.settled() {
		j.unmet[key] = place{scan.file, scan.offset}
	} else {
		delete(j.unmet, key)
	}
}
