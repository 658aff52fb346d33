package batch

import (
	"errors"
	"sync"
	"time"

	"simhook/report"
	"simhook/report/file"
)

// result is a row on its way to the journal.
type result struct {
	row     report.Row
	written chan<- struct{} // told when the row is in the file, or cannot be; nil: nobody waits
}

// maxBatch bounds the rows of one write, and those that wait for an fsync: no
// more than twice as many are lost in a power cut.
const maxBatch = 1024

// write writes results down as they come: those that wait together with one
// write. Meanwhile another goroutine has what is written survive a power cut,
// since calls would otherwise wait for the disk. When that takes no more, write
// stops the run, and returns the names of the SIMs whose rows are lost.
func (r *Run) write(results <-chan result) *file.WriteError {
	var lost losses
	written := make(chan report.Row, maxBatch)
	var syncing sync.WaitGroup
	syncing.Go(func() { r.sync(written, &lost) })

	batch, rows := make([]result, 0, maxBatch), make([]report.Row, 0, maxBatch)
	for first := range results {
		batch, rows = fill(append(batch[:0], first), results), rows[:0]
		for _, one := range batch {
			rows = append(rows, one.row)
		}
		err := r.cfg.Journal.Append(rows)
		if err == nil {
			r.limitFailures(rows)
		}
		for _, one := range batch {
			if one.written != nil {
				one.written <- struct{}{}
			}
		}
		if err != nil {
			r.Stop(lost.add(err))
			continue
		}
		for _, row := range rows {
			written <- row
		}
	}
	close(written)
	syncing.Wait()
	return lost.failure
}

// syncPause is from one fsync to the next at the least: where thousands of rows a
// second come, an fsync for every few would be a tenth of all the work.
const syncPause = 10 * time.Millisecond

// sync syncs rows that are written, and then counts them.
func (r *Run) sync(written <-chan report.Row, lost *losses) {
	rows := make([]report.Row, 0, maxBatch)
	var last time.Time
	for first := range written {
		time.Sleep(time.Until(last.Add(syncPause)))
		last = time.Now()
		rows = fill(append(rows[:0], first), written)
		if err := r.cfg.Journal.Sync(); err != nil {
			r.Stop(lost.add(err))
			continue
		}
		r.count(rows)
	}
}

// fill adds to batch what others are holding out at this moment.
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

// add takes an error of the journal, which has no others than *report.WriteError.
func (l *losses) add(err error) *file.WriteError {
	l.mu.Lock()
	defer l.mu.Unlock()
	var next *file.WriteError
	errors.As(err, &next)
	if l.failure == nil {
		l.failure = next
	} else {
		l.failure.Unrecorded = append(l.failure.Unrecorded, next.Unrecorded...)
	}
	return l.failure
}

// count takes rows into the run's tally.
func (r *Run) count(rows []report.Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range rows {
		switch row := &rows[i]; {
		case row.Status == report.StatusInvalid || row.Status == report.StatusDuplicate: // those Plan has counted
		case row.Line == 0:
			r.pruned.Add(row)
		default:
			r.tally.Add(row)
			r.sample.offer(row, r.cfg.Verify)
		}
	}
	r.recent.note(time.Now(), r.counts.attempts.Load(), r.tally.Handled()+r.pruned.Handled())
}

// limitFailures stops the run when too many SIMs failed or were refused. It is
// called before the workers go on, so that at most one more SIM each is begun.
func (r *Run) limitFailures(rows []report.Row) {
	for i := range rows {
		switch rows[i].Status {
		case report.StatusFailed, report.StatusRefused:
			r.failed++
			r.handled++
		case report.StatusOK:
			r.handled++
		}
	}
	if r.cfg.MaxFailures.Exceeded(r.failed, r.handled) {
		r.Stop(&TooManyFailures{Failed: r.failed, Of: r.handled, Limit: r.cfg.MaxFailures})
	}
}
