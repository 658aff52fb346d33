package results

import (
	"fmt"
	"io"
	"iter"

	"simhook/report"
	"simhook/report/simset"
)

// Recorded is how many rows the complete results of the last run hold.
func (j *Journal) Recorded() int { return j.baseRows }

// Gone yields the rows of the complete results whose SIMs the last pass over the
// fleet has not named, unless this run is done with them already. It reads the
// file again: nothing is kept in memory.
func (j *Journal) Gone() iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		if j.base == nil {
			return
		}
		for row, err := range Read(io.NewSectionReader(j.base, 0, 1<<62)) {
			if err != nil {
				yield(report.Row{}, fmt.Errorf("reading %s: %w", j.path, err))
				return
			}
			key, sim := simset.Key(row.ICCID)
			if !sim || row.Status == report.StatusInvalid || row.Status == report.StatusDuplicate || j.settledSince(key) {
				continue
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// settledSince reports whether the fleet names a SIM, or this run is done with it.
func (j *Journal) settledSince(key uint64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.table.SeenKey(key) || j.table.DoneKey(key)
}
