package batch

import (
	"errors"
	"fmt"
	"iter"
	"os"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/results"
)

// Steps are what Restore and Apply do: for each SIM and notification type, which webhook is to be there.
type Steps struct {
	name    string
	apiName string // of the API that they are about
	rows    func(types []api.NotificationType) iter.Seq2[sourceRow, error]
}

// Name is the file that the steps come from.
func (s *Steps) Name() string { return s.name }

// step is what is done for one type of a SIM.
type step struct {
	wanted   bool
	from, to string // URLs; "": no webhook
}

// steps are those of a SIM, by type.
type steps struct{ subscriptionEnd, usageThreshold step }

func (s *steps) of(t api.NotificationType) *step {
	if t == api.SubscriptionEnd {
		return &s.subscriptionEnd
	}
	return &s.usageThreshold
}

// WrongAPIError says that results or a plan are about another API than the one that would be called. Nothing was called.
type WrongAPIError struct {
	Name      string // of the file
	About     string // the API that it is about
	WouldCall string
}

func (e *WrongAPIError) Error() string {
	return fmt.Sprintf("%s is about the API at %s, and the calls would go to %s: give the --base-url that it was made with; nothing was called", e.Name, e.About, e.WouldCall)
}

// OpenPlan opens the plan that a reconciliation with DryRun has left. Its error is a *fleet.Error where it cannot be
// read, or is no plan.
func OpenPlan(path string) (*Steps, error) {
	plan := &Steps{name: path}
	for row, err := range readResults(path) {
		if err != nil {
			return nil, err
		}
		if isChange(row.SubscriptionEnd.Outcome) || isChange(row.UsageThreshold.Outcome) {
			return nil, &fleet.Error{Name: path, Err: errors.New("holds results, and not a plan: reconcile --dry-run makes a plan")}
		}
		plan.apiName = row.BaseURL
	}
	plan.rows = func(types []api.NotificationType) iter.Seq2[sourceRow, error] {
		return stepRows(path, types, func(row *report.Row, call *report.Call) step {
			switch call.Outcome {
			case report.WouldRegister, report.WouldReplace:
				return step{true, call.PreviousURL, row.WebhookURL}
			case report.WouldUnregister:
				return step{true, call.PreviousURL, ""}
			}
			return step{}
		})
	}
	return plan, nil
}

// OpenUndo opens the results of a run whose changes are to be taken back: every webhook that it replaced or removed,
// whatever came of the SIM, is put back, and what it registered anew is removed. Its error is a *fleet.Error.
func OpenUndo(path string) (*Steps, error) {
	undo := &Steps{name: path}
	for row, err := range readResults(path) {
		if err != nil {
			return nil, err
		}
		undo.apiName = row.BaseURL
		break // all rows are about the same API
	}
	undo.rows = func(types []api.NotificationType) iter.Seq2[sourceRow, error] { return stepRows(path, types, undoOf) }
	return undo, nil
}

// undoOf tells from a row what is to be put back.
func undoOf(row *report.Row, call *report.Call) step {
	switch {
	case call.Outcome.Planned():
		return step{}
	case call.PreviousURL != "" && row.Action == string(Unregister), call.Outcome == report.Unregistered && call.PreviousURL != "":
		return step{true, "", call.PreviousURL}
	case call.PreviousURL != "":
		return step{true, row.WebhookURL, call.PreviousURL}
	case call.Outcome == report.Registered && row.Action != string(Restore):
		return step{true, row.WebhookURL, ""}
	}
	return step{}
}

func isChange(o report.Outcome) bool {
	return o == report.Registered || o == report.Replaced || o == report.Unregistered
}

// readResults yields the newest row of each SIM of a results file. Its error is a *fleet.Error.
func readResults(path string) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(report.Row{}, &fleet.Error{Name: path, Err: err})
			return
		}
		defer file.Close()
		for row, err := range results.Read(file) {
			if err != nil {
				err = &fleet.Error{Name: path, Err: err}
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// stepRows are the SIMs of a results file for which there is a step. Their webhook URL is the first one that is to be
// there.
func stepRows(path string, types []api.NotificationType, stepOf func(*report.Row, *report.Call) step) iter.Seq2[sourceRow, error] {
	return func(yield func(sourceRow, error) bool) {
		number := 1 // of the line, as far as rows take one each
		for row, err := range readResults(path) {
			if err != nil {
				yield(sourceRow{}, err)
				return
			}
			number++
			one := sourceRow{Row: fleet.RowOf(number, row.ICCID)}
			wanted := false
			for _, t := range types {
				next := stepOf(&row, callOf(&row, t))
				*one.steps.of(t) = next
				wanted = wanted || next.wanted
				if one.WebhookURL == "" {
					one.WebhookURL = next.to
				}
			}
			if wanted && !yield(one, nil) {
				return
			}
		}
	}
}
