package batch

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/history"
	"simhook/report/results"
)

// Steps are what Restore and Apply do: for each SIM and notification type, which webhook is to be there.
type Steps struct {
	name    string
	apiName string // of the API that they are about

	// History is the history of the fleet that the steps are about, as Config has it; "": not known.
	History string
	types   []api.NotificationType // of the steps, and the usual ones
	// Damaged is how many lines of the history could not be read: what they recorded is not among the steps.
	Damaged int

	rows func(types []api.NotificationType) iter.Seq2[sourceRow, error]
}

// Name is the file that the steps come from.
func (s *Steps) Name() string { return s.name }

// step is what is done for one type of a SIM.
type step struct{ from, to string } // URLs; "": no webhook

// steps are those of a SIM.
type steps []typeStep

type typeStep struct {
	step
	of api.NotificationType
}

// of is the step for a type. wanted reports whether there is one.
func (s steps) of(t api.NotificationType) (one step, wanted bool) {
	for i := range s {
		if s[i].of == t {
			return s[i].step, true
		}
	}
	return step{}, false
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
	plan := &Steps{name: path, History: strings.TrimSuffix(strings.TrimSuffix(path, filepath.Ext(path)), ".plan")}
	found := map[api.NotificationType]bool{}
	for row, err := range readResults(path) {
		if err != nil {
			return nil, err
		}
		if anyCall(&row, func(c *report.Call) bool { return c.Outcome.Changed() }) {
			return nil, &fleet.Error{Name: path, Err: errors.New("holds results, and not a plan: reconcile --dry-run makes a plan")}
		}
		plan.apiName = row.BaseURL
		for i := range row.Calls {
			if row.Calls[i].Outcome.Planned() {
				found[api.NotificationType(row.Calls[i].Type)] = true
			}
		}
	}
	plan.types = typesWith(found)
	plan.rows = func(types []api.NotificationType) iter.Seq2[sourceRow, error] {
		return stepRows(path, types, func(row *report.Row, call *report.Call) (next step, wanted bool) {
			switch call.Outcome {
			case report.WouldRegister, report.WouldReplace:
				return step{call.PreviousURL, row.WebhookURL}, true
			case report.WouldUnregister:
				return step{call.PreviousURL, ""}, true
			}
			return step{}, false
		})
	}
	return plan, nil
}

// RunsOf are the runs that a results file belongs to, in the order in which they began, and the paths of their histories
// without the ending, that of the last run first. Where no history tells of the file, it is one path that fits the file's
// name. Its error is a *fleet.Error of a history that cannot be read, and may tell of the file.
func RunsOf(path string) (bases []string, runs []history.Run, err error) {
	folder, name := filepath.Split(path)
	files, err := os.ReadDir(filepath.Clean(folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	type own struct {
		history.Run
		base string
	}
	var all []own
	unread := map[string]error{} // by the history's base
	var anyUnread error
	for _, file := range files {
		one := filepath.Join(folder, file.Name())
		if !strings.HasSuffix(one, history.Ending) {
			continue
		}
		told, err := history.Runs([]string{one})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			anyUnread = ofFile(err)
			unread[history.Base(one)] = anyUnread
		}
		for _, run := range told {
			if run.Results == name {
				all = append(all, own{run, history.Base(one)})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b own) int { return a.Began.Compare(b.Began) })
	for _, run := range slices.Backward(all) {
		if !slices.Contains(bases, run.base) {
			bases = append(bases, run.base)
		}
	}
	for _, run := range all {
		runs = append(runs, run.Run)
	}
	for _, base := range bases {
		if unread[base] != nil {
			return nil, nil, unread[base]
		}
	}
	if len(bases) == 0 {
		return []string{baseByName(path)}, nil, anyUnread // which may be the one that tells of the file
	}
	return bases, runs, nil
}

// baseByName is the path of the history that fits the name of a results file.
func baseByName(path string) string {
	base := strings.TrimSuffix(path, filepath.Ext(path))
	for _, action := range []Action{Register, Unregister, Reconcile, Restore, Apply} {
		base = strings.TrimSuffix(base, "."+string(action))
	}
	return base
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
func stepRows(path string, types []api.NotificationType, stepOf func(*report.Row, *report.Call) (next step, wanted bool)) iter.Seq2[sourceRow, error] {
	return func(yield func(sourceRow, error) bool) {
		number := 1 // of the line, as far as rows take one each
		for row, err := range readResults(path) {
			if err != nil {
				yield(sourceRow{}, err)
				return
			}
			number++
			one := sourceRow{Row: fleet.RowOf(number, row.ICCID)}
			for _, t := range types {
				next, wanted := stepOf(&row, row.Call(string(t)))
				if !wanted {
					continue
				}
				one.steps = append(one.steps, typeStep{next, t})
				one.WebhookURL = cmp.Or(one.WebhookURL, next.to)
			}
			if len(one.steps) > 0 && !yield(one, nil) {
				return
			}
		}
	}
}
