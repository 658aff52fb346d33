package batch

import (
	"errors"

	"simhook/report"
)

// result is a row on its way to the journal.
type result struct {
	row     report.Row
	written chan<- struct{} // told when the row is in the file, or cannot be; nil: nobody waits
}

// maxBatch bounds the rows of one write.
const maxBatch = 1024

// write writes results down as they come: those that wait together with one
// write and one fsync. When the disk takes no more, it stops the run, and keeps
// the names of the SIMs whose rows are lost.
func (r *Run) write(results <-chan result) *report.WriteError {
	var failure *report.WriteError
	batch := make([]result, 0, maxBatch)
	rows := make([]report.Row, 0, maxBatch)
	for first := range results {
		batch, rows = append(batch[:0], first), append(rows[:0], first.row)
		for len(batch) < maxBatch {
			next, more := waiting(results)
			if !more {
				break
			}
			batch, rows = append(batch, next), append(rows, next.row)
		}
		err := r.cfg.Journal.Append(rows)
		for _, one := range batch {
			if one.written != nil {
				one.written <- struct{}{}
			}
		}
		if err == nil {
			err = r.cfg.Journal.Sync()
		}
		if err == nil {
			r.count(rows)
			continue
		}
		var lost *report.WriteError
		errors.As(err, &lost) // the journal has no other errors
		if failure == nil {
			failure = lost
			r.Stop(lost)
		} else {
			failure.Unrecorded = append(failure.Unrecorded, lost.Unrecorded...)
		}
	}
	return failure
}

// waiting takes a result that a worker is holding out, if there is one.
func waiting(results <-chan result) (result, bool) {
	select {
	case next, open := <-results:
		return next, open
	default:
		return result{}, false
	}
}

// count takes rows into the run's tally, and stops it when too many SIMs failed.
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
	handled := r.tally.Handled() + r.pruned.Handled()
	failed := handled - r.tally.Statuses[report.StatusOK] - r.pruned.Statuses[report.StatusOK]
	if r.cfg.MaxFailures.Exceeded(failed, handled) {
		r.Stop(&TooManyFailures{Failed: failed, Of: handled, Limit: r.cfg.MaxFailures})
	}
}
