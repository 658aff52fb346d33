package results

import (
	"errors"
	"os"
	"sync"

	"github.com/gofrs/flock"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/simset"
)

// Options say whose results a journal takes.
type Options struct {
	Action  string
	BaseURL string
	// Want are the notification types that a run is about, by the API's names. Nil: each row has types of its own.
	Want []string
	// Types are those that a new file has columns for, beside those of complete results that are there. Calls of other types are not
	// written.
	Types []string
	// Plan is for the results of a plan. No run that changes anything continues them.
	Plan bool
	// Sweep visits all SIMs again once the results are complete, as a reconciliation does every night. An
	// unfinished sweep is continued.
	Sweep bool
	Shard report.Shard // whose SIMs the results are of
	// ChangedSince reports whether another run changed a SIM after a run, which correlation IDs name. Its row is
	// then not done. nil: no other run did.
	ChangedSince func(iccid, run string) bool
	// ReadOnly only looks: no file is created, locked, repaired or written, so that a dry run leaves no
	// trace. Append, Sync and Complete must not be called then.
	ReadOnly bool
	// TakeOver begins with what runs with another number of shards have left beside these results: see [TakenOver].
	TakeOver bool
	Disk     file.Disk // nil: file.OS
	// Labels are the columns of the fleet that are carried along. A run that continues another's rows carries those that
	// the other did.
	Labels []string
}

// Journal is the results file of a run, and what is known from earlier runs with the same file. The package's
// documentation says which goroutine may call which method.
type Journal struct {
	path    string
	options Options
	disk    file.Disk
	lock    *flock.Flock

	unfinished bool     // rows of a run that did not finish were there
	base       *os.File // RESULTS.csv of an earlier run; nil if there is none
	partial    *os.File
	layout     layout // of the partial file
	baseLayout layout // of the other
	buffer     []byte // of Append
	healed     file.Healed
	taken      TakenOver
	over       *takeover // of a journal that only looks: the files that it would have taken over; nil: none

	writing  sync.Mutex // guards the fields below, and the partial file's end
	size     int64      // of the partial file, up to the last whole row
	synced   int64      // up to the last row that survives a power cut
	unsynced []string   // ICCIDs of the rows since then
	broken   error      // a write failed: nothing is written any more

	mu                sync.Mutex // guards the fields below
	lastURL, lastCell string     // the webhook seen last, since most SIMs of a fleet have the same
	known             known
}

// known is what the journal knows of the rows in its files.
type known struct {
	sims     *simset.Set // the marked ones have a row in the partial file
	baseRows int
	live     int                 // rows of the partial file that no later row of it replaces
	stale    bool                // there are others too
	newest   map[uint64]int64    // offset in the partial file, for keys that have several rows there
	earlier  map[uint64]location // rows that are not done and worth keeping
}

// location is where a row begins.
type location struct {
	file   *os.File
	offset int64
}

// Healed says what Open found damaged in the partial file.
func (j *Journal) Healed() file.Healed { return j.healed }

// Path is where the results are when they are complete.
func (j *Journal) Path() string { return j.path }

// PartialPath is where they are until then.
func (j *Journal) PartialPath() string { return partialPath(j.path) }

const partialSuffix = report.PartialSuffix

func partialPath(path string) string { return path + partialSuffix }

// recordAt notes that the row of key begins at offset in the partial file, and replaces any earlier row of the
// same key there.
func (j *Journal) recordAt(key uint64, offset int64) {
	if j.known.sims.Mark(key) {
		j.known.stale = true
		j.known.newest[key] = offset
		return
	}
	j.known.live++
}

// isNewest reports whether no later row of the partial file has this key.
func (j *Journal) isNewest(key uint64, offset int64) bool {
	newest, several := j.known.newest[key]
	return !several || newest == offset
}

// Close releases the lock, so that another run can have the results. Rows that were appended stay.
func (j *Journal) Close() error {
	err := j.closeFiles()
	if j.over != nil {
		j.over.close()
	}
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
