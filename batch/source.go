package batch

import (
	"errors"
	"io"
	"iter"
	"os"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/results"
)

// sourceRow is a row of a fleet, or of results that are to be undone.
type sourceRow struct {
	fleet.Row
	undos undos
}

// rows are the fleet's, or those of the results that are to be undone.
func (c *Config) rows() iter.Seq2[sourceRow, error] {
	if c.Undo != nil {
		return c.Undo.rows(c.Types)
	}
	return func(yield func(sourceRow, error) bool) {
		for row, err := range c.Fleet.All() {
			if !yield(sourceRow{Row: row}, err) {
				return
			}
		}
	}
}

// sourceName is the file that the rows come from.
func (c *Config) sourceName() string {
	if c.Undo != nil {
		return c.Undo.Name()
	}
	return c.Fleet.Name()
}

// Undo is a results file whose changes are to be undone.
type Undo struct {
	name string
	file *os.File
}

// OpenUndo opens the results of the run to undo. Its error is a *fleet.Error.
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

// rows are the SIMs whose webhooks are to be put back or removed. Their webhook URL is the first one that is put back.
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

// undo says what restoring means for one type: the webhook that an earlier run left, and the one before it.
type undo struct {
	wanted       bool
	left, before string // "": none
}

// undos are those of a SIM, by type.
type undos struct{ subscriptionEnd, usageThreshold undo }

func (u *undos) of(t api.NotificationType) *undo {
	if t == api.SubscriptionEnd {
		return &u.subscriptionEnd
	}
	return &u.usageThreshold
}

// undoOf tells from an earlier run's row what is to be put back.
func undoOf(row *report.Row, call *report.Call) undo {
	switch {
	case call.Outcome == report.Replaced && call.PreviousURL != "":
		return undo{true, row.WebhookURL, call.PreviousURL}
	case call.Outcome == report.Unregistered && call.PreviousURL != "":
		return undo{true, "", call.PreviousURL}
	case call.Outcome == report.Registered && row.Action != string(Restore):
		return undo{true, row.WebhookURL, ""}
	}
	return undo{}
}
