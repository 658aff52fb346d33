package batch

import (
	"errors"
	"io"
	"iter"
	"os"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report/results"
)

// Undo is a results file whose changes are to be undone.
type Undo struct {
	name string
	file *os.File
}

// OpenUndo opens the results of the run to undo. Its error is a *FleetError.
func OpenUndo(path string) (*Undo, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &fleet.Error{Name: path, Err: err}
	}
	u := &Undo{name: path, file: file}
	for _, err := range results.Read(u.reader()) {
		if err != nil {
			return nil, errors.Join(&fleet.Error{Name: path, Err: err}, file.Close())
		}
		break // the first row tells whether the others are rows
	}
	return u, nil
}

// Name is the path of the file.
func (u *Undo) Name() string { return u.name }

// Close frees the file.
func (u *Undo) Close() error { return u.file.Close() }

func (u *Undo) reader() io.Reader { return io.NewSectionReader(u.file, 0, 1<<62) }

// sourceRow is a row of a fleet, or of results that are to be undone.
type sourceRow struct {
	fleet.Row
	undos undos
}

// rows are the SIMs for which there is something to put back or to remove. Their
// webhook URL is the one that is put back first.
func (u *Undo) rows(types []api.NotificationType) iter.Seq2[sourceRow, error] {
	return func(yield func(sourceRow, error) bool) {
		for row, err := range results.Read(u.reader()) {
			if err != nil {
				yield(sourceRow{}, &fleet.Error{Name: u.name, Err: err})
				return
			}
			undone := sourceRow{Row: fleet.RowOf(row.Line, row.ICCID)}
			wanted := false
			for _, t := range types {
				undo := undoOf(&row, callOf(&row, t))
				*undone.undos.of(t) = undo
				wanted = wanted || undo.wanted
				if undone.WebhookURL == "" {
					undone.WebhookURL = undo.before
				}
			}
			if wanted && !yield(undone, nil) {
				return
			}
		}
	}
}

// fleetRows are the fleet's.
func fleetRows(f *fleet.Fleet) iter.Seq2[sourceRow, error] {
	return func(yield func(sourceRow, error) bool) {
		for row, err := range f.All() {
			if !yield(sourceRow{Row: row}, err) {
				return
			}
		}
	}
}
