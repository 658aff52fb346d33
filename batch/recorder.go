package batch

import (
	"errors"
	"runtime"
	"sync"
	"time"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/results"
)

// result is a row on its way to the journal.
type result struct {
	row     report.Row
	written chan<- struct{} // told when the row is in the file, or cannot be; nil: nothing waits for it
}

// maxBatch bounds the rows of one write, and those that wait for an fsync: a power cut loses at most twice as many.
const maxBatch = 1024

// recorder writes results down, and counts them once they are safe.
//
// Rows that wait together are written with one write, and then their workers go on. Another goroutine makes what is
// written survive a power cut, since calls would otherwise wait for the disk.
type recorder struct {
	cfg      *Config
	journal  *results.Journal
	stop     func(cause error)
	answered func() answers

	canary canary

	failed, handled int // SIMs, for the writing goroutine alone

	mu         sync.Mutex // guards what follows
	tally      report.Tally
	known      int          // refused SIMs that are KnownRefused
	pruned     report.Tally // SIMs that have left the fleet
	sample     sample
	lastMinute lastMinute
	started    time.Time
	bug        error
	completed  bool
	kept       int
}

func (c *recorder) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started = time.Now()
	c.lastMinute.begin(c.started)
}

// write writes results down as they come. When the disk takes no more, it stops the run, and returns the names of the
// SIMs whose rows are lost.
func (c *recorder) write(rows <-chan result) *file.WriteError {
	var lost losses
	written := make(chan report.Row, maxBatch)
	var syncing sync.WaitGroup
	syncing.Go(func() { c.sync(written, &lost) })

	waiting, batch := make([]result, 0, maxBatch), make([]report.Row, 0, maxBatch)
	for first := range rows {
		runtime.Gosched() // workers that are ready hand in their rows first
		waiting, batch = fill(append(waiting[:0], first), rows), batch[:0]
		for _, one := range waiting {
			batch = append(batch, one.row)
		}
		err := c.journal.Append(batch)
		if err == nil {
			c.limitFailures(batch)
		}
		for _, one := range waiting {
			if one.written != nil {
				one.written <- struct{}{}
			}
		}
		if err != nil {
			c.stop(lost.add(err))
			continue
		}
		for _, row := range batch {
			written <- row
		}
	}
	close(written)
	syncing.Wait()
	return lost.failure
}

// syncPause is the least time from one fsync to the next: where thousands of rows a second come, an fsync for every few
// of them would be a tenth of all the work.
const syncPause = 10 * time.Millisecond

// sync syncs rows that are written, and then counts them.
func (c *recorder) sync(written <-chan report.Row, lost *losses) {
	rows := make([]report.Row, 0, maxBatch)
	var last time.Time
	for first := range written {
		time.Sleep(time.Until(last.Add(syncPause)))
		last = time.Now()
		rows = fill(append(rows[:0], first), written)
		if err := c.journal.Sync(); err != nil {
			c.stop(lost.add(err))
			continue
		}
		c.count(rows)
	}
}

// fill adds to batch what is waiting at this moment.
func fill[T any](batch []T, waiting <-chan T) []T {
	for len(batch) < cap(batch) {
		select {
		case next, open := <-waiting:
			if !open {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// losses are the first failure to write, with the SIMs of all of them.
type losses struct {
	mu      sync.Mutex
	failure *file.WriteError
}

// add takes an error of the journal, which has no others than *file.WriteError.
func (l *losses) add(err error) *file.WriteError {
	l.mu.Lock()
	defer l.mu.Unlock()
	next, _ := errors.AsType[*file.WriteError](err)
	if l.failure == nil {
		l.failure = next
	} else {
		l.failure.Unrecorded = append(l.failure.Unrecorded, next.Unrecorded...)
	}
	return l.failure
}

// count takes rows into the run's numbers, and tells OnResult.
func (c *recorder) count(rows []report.Row) {
	c.mu.Lock()
	for i := range rows {
		switch row := &rows[i]; {
		case row.Status == report.StatusInvalid || row.Status == report.StatusDuplicate: // the plan has counted them
		case row.Line == 0:
			c.pruned.Add(row)
		default:
			c.tally.Add(row)
			if row.Status == report.StatusRefused && c.cfg.KnownRefused != nil && c.cfg.KnownRefused(row.ICCID) {
				c.known++
			}
			c.sample.offer(row, c.cfg.Verify)
		}
	}
	c.lastMinute.add(time.Now(), c.answered(), c.tally.Handled()+c.pruned.Handled())
	c.mu.Unlock()
	for _, row := range rows {
		if c.cfg.OnResult != nil {
			c.cfg.OnResult(row)
		}
		c.canary.offer(row)
	}
}

// limitFailures stops the run when too many SIMs failed or were refused. It is called before the workers go on, so that
// at most one more SIM each is begun.
func (c *recorder) limitFailures(rows []report.Row) {
	for i := range rows {
		switch rows[i].Status {
		case report.StatusFailed, report.StatusRefused:
			c.failed++
			c.handled++
		case report.StatusOK:
			c.handled++
		}
	}
	if err := checkFailures(c.cfg.MaxFailures, c.failed, c.handled); err != nil {
		c.stop(err)
	}
}

// panicked notes that a bug was met.
func (c *recorder) panicked(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bug = err
}

// progress is how many SIMs have a row by now, and how many of those failed.
func (c *recorder) progress() (handled, failed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tally.Handled() + c.pruned.Handled(), c.tally.Statuses[report.StatusFailed] + c.pruned.Statuses[report.StatusFailed]
}

// complete completes the results: every SIM has its row.
func (c *recorder) complete(fleetRows int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.completed = true
	kept, err := c.journal.Complete(fleetRows)
	c.kept = kept
	return errors.Join(err, c.bug)
}

func (c *recorder) isComplete() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.completed
}
