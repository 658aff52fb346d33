package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/gofrs/flock"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/simset"
)

// Types says which notification types a run is about.
type Types struct{ SubscriptionEnd, UsageThreshold bool }

// Options say whose results a journal takes.
type Options struct {
	Action  string
	BaseURL string
	Want    Types
	// Plan is for the results of a plan, which nothing else goes on with.
	Plan bool
	// Sweep starts over once the results are complete, as a reconciliation does
	// every night; an unfinished sweep is gone on with.
	Sweep bool
	Shard report.Shard // the SIMs that the results are of
	// ReadOnly only looks: no file is created, locked, healed or written, so that a
	// dry run leaves no trace. Append, Sync and Complete must not be called then.
	ReadOnly bool
	Disk     file.Disk // nil: OS
}

// Journal is the results file of a run, and what is known from earlier runs
// with the same file.
//
// Rows are appended to RESULTS.csv.partial, one line each. A process that is
// killed leaves at most one torn line, which opening the journal again cuts
// off. Complete turns the rows into RESULTS.csv, which is therefore always
// whole: rows of an earlier RESULTS.csv stay unless newer ones replace them.
//
// Append is for one goroutine, Sync for one other or the same, Sight, Bad and
// Earlier for one more.
type Journal struct {
	path    string
	options Options
	disk    file.Disk
	lock    *flock.Flock
	base    *os.File // RESULTS.csv of an earlier run; nil if there is none
	partial *os.File
	buffer  []byte
	healed  file.Healed

	writing  sync.Mutex // guards what follows, and the partial file's end
	size     int64      // of the partial file, up to the last row that is whole
	synced   int64      // up to the last row that survives a power cut
	unsynced []string   // ICCIDs of the rows since
	broken   error      // a write failed: nothing is written any more

	mu                sync.Mutex // guards what follows
	lastURL, lastCell string     // the webhook last seen: most SIMs of a fleet have the same
	memory
}

// memory is what is known of the rows in the files.
type memory struct {
	table    *simset.Set
	baseRows int
	live     int              // rows of the partial file that no later row replaces
	stale    bool             // it holds others too
	newest   map[uint64]int64 // offset in the partial file, where it holds several rows of a SIM
	unmet    map[uint64]place // rows that are not done but hold what is worth keeping
}

// place is where a row stands.
type place struct {
	file   *os.File
	offset int64
}

// Healed says what was damaged in the partial file.
func (j *Journal) Healed() file.Healed { return j.healed }

// Path is where the results stand when they are complete.
func (j *Journal) Path() string { return j.path }

// PartialPath is where they stand until then.
func (j *Journal) PartialPath() string { return partialPath(j.path) }

func partialPath(path string) string { return path + ".partial" }

// Begin starts a pass over the fleet.
func (j *Journal) Begin() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.table.Begin()
}

// State is what earlier runs have left to do for a SIM.
type State int

// The states.
const (
	New   State = iota // it has no row
	Again              // it has a row that is not as it should be
	Done
)

// Sight takes note that the fleet names a SIM with this webhook, and says
// whether it did so before in this pass, and what earlier runs did for it.
func (j *Journal) Sight(iccid, webhookURL string) (simset.Sight, State) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if webhookURL != j.lastURL {
		j.lastURL, j.lastCell = webhookURL, cell.URL(webhookURL)
	}
	sight, done := j.table.See(iccid, j.lastCell)
	switch {
	case done:
		return sight, Done
	case j.table.Recorded(iccid):
		return sight, Again
	}
	return sight, New
}

// Err says that the fleet is more than the journal can keep apart: ErrTooManyURLs.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.table.Err()
}

// Bad takes note of a row of the fleet file that names no SIM to call, and says
// whether its result is written already.
func (j *Journal) Bad(row *report.Row) (recorded bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.table.SeeKey(simset.BadRowKey(row.Line, cell.Text(row.ICCID), string(row.Status)))
}

// Earlier is what an earlier run left of a SIM that is not done: a row with a
// good outcome of one type, or with a webhook that was there before. It reports
// whether the row is of the same webhook and may be gone on with.
func (j *Journal) Earlier(iccid, webhookURL string) (report.Row, bool, error) {
	key, _ := simset.Key(iccid)
	j.mu.Lock()
	at, found := j.unmet[key]
	j.mu.Unlock()
	if !found {
		return report.Row{}, false, nil
	}
	row, err := readRow(at)
	if err != nil {
		return report.Row{}, false, fmt.Errorf("reading back the result of %s: %w", iccid, err)
	}
	return row, row.WebhookURL == cell.URL(webhookURL), nil
}

// readRow reads one row back from a file that Open has examined.
func readRow(at place) (report.Row, error) {
	section := io.NewSectionReader(at.file, at.offset, cell.MaxLine)
	for row, err := range Read(io.MultiReader(bytes.NewReader(HeaderLine()), section)) {
		return row, err
	}
	return report.Row{}, io.ErrUnexpectedEOF
}

// Append writes rows with one write. Its error is a *WriteError that names the
// SIMs whose rows are not on disk; the file is then cut back to the last whole
// row, and stays as it is: every later call fails at once.
func (j *Journal) Append(rows []report.Row) error {
	j.buffer = j.buffer[:0]
	for i := range rows {
		j.buffer = appendRow(j.buffer, &rows[i])
	}
	j.writing.Lock()
	defer j.writing.Unlock()
	if j.broken != nil {
		return j.failure(j.broken, rows)
	}
	n, err := file.Writer{Disk: j.disk, File: j.partial}.Write(j.buffer)
	if err != nil {
		j.broken = errors.Join(err, j.disk.Truncate(j.partial, j.size))
		return j.failure(err, rows)
	}
	j.note(rows)
	j.size += int64(n)
	for i := range rows {
		j.unsynced = append(j.unsynced, rows[i].ICCID)
	}
	return nil
}

// note remembers where the rows just written stand.
func (j *Journal) note(rows []report.Row) {
	j.mu.Lock()
	defer j.mu.Unlock()
	offset := j.size
	for i, text := 0, j.buffer; i < len(rows); i++ {
		end := bytes.IndexByte(text, '\n') + 1
		j.place(rowKey(&rows[i]), offset)
		offset += int64(end)
		text = text[end:]
	}
}

// place notes that the row of key in the partial file stands at offset. Where
// an older one does too, it is stale.
func (j *Journal) place(key uint64, offset int64) {
	if j.table.Mark(key) {
		j.stale = true
		j.newest[key] = offset
		return
	}
	j.live++
}

func rowKey(row *report.Row) uint64 {
	if row.Status == report.StatusInvalid || row.Status == report.StatusDuplicate {
		return simset.BadRowKey(row.Line, cell.Text(row.ICCID), string(row.Status))
	}
	key, _ := simset.Key(row.ICCID)
	return key
}

// failure names the SIMs whose rows nobody may rely upon: of these rows, and of
// those not yet synced.
func (j *Journal) failure(err error, rows []report.Row) *file.WriteError {
	failure := &file.WriteError{Path: j.PartialPath(), Err: err, Unrecorded: j.unsynced}
	j.unsynced = nil
	for i := range rows {
		failure.Unrecorded = append(failure.Unrecorded, rows[i].ICCID)
	}
	return failure
}

// Sync makes the rows appended before it survive a power cut; others may be
// appended meanwhile. Its error is a *WriteError that names the rows that would
// not; they are cut off, so that another run calls for their SIMs again. A failed
// fsync is never tried a second time: the kernel may have dropped what it could
// not write, and says so only once.
func (j *Journal) Sync() error {
	j.writing.Lock()
	defer j.writing.Unlock()
	if j.broken != nil {
		return j.failure(j.broken, nil)
	}
	size, rows := j.size, len(j.unsynced)
	j.writing.Unlock()
	err := j.disk.Sync(j.partial)
	j.writing.Lock()
	switch {
	case j.broken != nil: // by Append, whose error has named the rows
		return j.failure(j.broken, nil)
	case err != nil:
		j.broken = errors.Join(err, j.disk.Truncate(j.partial, j.synced))
		return j.failure(err, nil)
	}
	j.synced, j.unsynced = size, slices.Delete(j.unsynced, 0, rows)
	return nil
}

// Close gives the results free for another run. Rows that were appended stay.
func (j *Journal) Close() error {
	err := j.closeFiles()
	if j.lock != nil {
		err = errors.Join(err, j.lock.Close())
	}
	return err
}

func (j *Journal) closeFiles() error {
	var errs []error
	for _, f := range []**os.File{&j.base, &j.partial} {
		if *f != nil {
			errs = append(errs, (*f).Close())
			*f = nil
		}
	}
	return errors.Join(errs...)
}
