package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/simset"
)

// State is what earlier runs left to do for a SIM.
type State int

// The states.
const (
	New   State = iota // it has no row
	Again              // its row is not as the run wants it
	Done               // its row is as the run wants it
)

// Begin starts a pass over the fleet.
func (j *Journal) Begin() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.known.sims.Begin()
}

// Look takes in a line of the fleet that names a SIM and this webhook. It returns how the line relates to
// earlier lines of this pass, and what earlier runs left to do for the SIM.
func (j *Journal) Look(iccid, webhookURL string) (simset.Sighting, State) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if webhookURL != j.lastURL {
		j.lastURL, j.lastCell = webhookURL, cell.URL(webhookURL)
	}
	sighting, done := j.known.sims.See(iccid, j.lastCell)
	switch {
	case done:
		return sighting, Done
	case j.known.sims.Recorded(iccid):
		return sighting, Again
	}
	return sighting, New
}

// LookBad takes in a bad row of the fleet, one that names no SIM to call for, and reports whether the results
// have it already.
func (j *Journal) LookBad(row *report.Row) (recorded bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.known.sims.SeeKey(keyOf(row))
}

// Err is simset.ErrTooManyURLs once the fleet named more webhook URLs than the journal can keep apart.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.known.sims.Err()
}

// Earlier returns the row that an earlier run left of a SIM that is not done, if the row is worth keeping: one
// type has a good outcome, or the URL of an earlier webhook is in it. It reports whether the row is there and
// is of the same webhook, so that the SIM can be continued from it.
func (j *Journal) Earlier(iccid, webhookURL string) (report.Row, bool, error) {
	key, _ := simset.Key(iccid)
	j.mu.Lock()
	at, found := j.known.earlier[key]
	j.mu.Unlock()
	if !found {
		return report.Row{}, false, nil
	}
	l := &j.layout
	if at.file == j.base {
		l = &j.baseLayout
	}
	row, err := readRow(at, l)
	if err != nil {
		return report.Row{}, false, fmt.Errorf("reading back the result of %s: %w", iccid, err)
	}
	return row, row.WebhookURL == cell.URL(webhookURL), nil
}

// readRow reads one row of a file with this layout that Open has read before.
func readRow(at location, l *layout) (report.Row, error) {
	section := io.NewSectionReader(at.file, at.offset, cell.MaxLine)
	for row, err := range Read(io.MultiReader(bytes.NewReader(l.header()), section)) {
		return row, err
	}
	return report.Row{}, io.ErrUnexpectedEOF
}

// Unfinished reports whether an earlier run left rows without finishing: this run continues it.
func (j *Journal) Unfinished() bool { return j.unfinished }

// Recorded is how many rows the complete results of the last run hold.
func (j *Journal) Recorded() int { return j.known.baseRows }

// Gone yields the rows of the complete results whose SIMs the last pass over the fleet did not name, except
// those that this run is done with already. It reads the file again, so that they take no memory; nothing else may read it
// meanwhile.
func (j *Journal) Gone() iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		if j.base != nil && !j.goneIn(j.base, own, yield) || j.over == nil {
			return
		}
		for i, f := range j.over.files {
			if !j.goneIn(f, i, yield) {
				return
			}
		}
	}
}

// goneIn yields those of one file, which has a number where this journal would take it over. It reports whether further rows are
// wanted.
func (j *Journal) goneIn(f *os.File, number int, yield func(report.Row, error) bool) (more bool) {
	errEnough := errors.New("no further rows are wanted")
	err := eachRow(f, func(s *scan) error {
		key := s.entry.key
		if !namesSIM(s.entry.status) || j.seenOrDone(key) || j.over != nil && !j.over.newestIn(number, key) {
			return nil
		}
		row, err := readRow(location{f, s.offset}, &s.layout)
		if err == nil && !yield(row, nil) {
			return errEnough
		}
		return err
	})
	if err != nil && !errors.Is(err, errEnough) {
		yield(report.Row{}, fmt.Errorf("reading %s: %w", f.Name(), err))
	}
	return err == nil
}

func (j *Journal) seenOrDone(key uint64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.known.sims.SeenKey(key) || j.known.sims.DoneKey(key)
}
