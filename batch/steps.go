package batch

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
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

// UndoOptions say what of a results file is taken back.
type UndoOptions struct {
	// Run is the ID of a run, as its first line and its summary give it, or of an operation: all runs that continued one
	// another. "": all that the results tell of: the last operation of a reconciliation, and all runs of another command.
	Run string
	// AllowBadLuhn accepts SIMs that only a history names, and whose check digit is wrong.
	AllowBadLuhn bool
}

// OpenUndo opens what takes back the runs that a results file belongs to: every webhook that they replaced or removed is
// put back, whatever came of its SIM, and what they registered anew is removed. The histories beside the file tell it,
// and where they know nothing of a row's run, the row. Histories and results must tell of the same SIMs, as far as a crash has
// left both: else another program has changed one of them. Its error is a *fleet.Error, of the file at fault.
func OpenUndo(path string, options UndoOptions) (*Steps, error) {
	u := undo{path: path, options: options, steps: map[string]*steps{}, types: map[api.NotificationType]bool{}}
	err := u.read()
	if is[*fleet.Error](err) {
		return nil, err
	}
	if err != nil {
		return nil, &fleet.Error{Name: path, Err: err}
	}
	return &Steps{name: path, apiName: u.apiName, types: typesWith(u.types), History: u.base, Damaged: u.damaged, rows: u.rows}, nil
}

// undo collects what takes runs back.
type undo struct {
	path    string
	options UndoOptions
	apiName string
	base    string          // of the history
	damaged int             // lines of it
	known   map[string]bool // runs that a history tells of
	wanted  map[string]bool // those that are taken back
	called  map[string]bool // SIMs that the correlation IDs of the results name
	iccids  []string        // in the order of their first change
	steps   map[string]*steps
	types   map[api.NotificationType]bool // of these
}

// typesWith are the usual types and others, in the usual order. A type that this version does not know stands behind.
func typesWith(others map[api.NotificationType]bool) (types []api.NotificationType) {
	for _, t := range api.AllNotificationTypes() {
		if others[t] || slices.Contains(api.NotificationTypes(), t) {
			types = append(types, t)
		}
	}
	for _, t := range slices.Sorted(maps.Keys(others)) {
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}

func (u *undo) read() error {
	bases, runs, err := RunsOf(u.path)
	if err != nil {
		return err
	}
	u.base = bases[0]
	u.wanted = u.chooseRuns(runs)
	if u.options.Run != "" && len(u.wanted) == 0 {
		return fmt.Errorf("has no run %s: simhook restore --list names them", u.options.Run)
	}
	var files []string
	for _, base := range bases {
		files = append(files, history.Files(base)...)
	}
	changes, damaged, err := history.Changes(files, func(run history.Run) bool { return u.wanted[run.ID] })
	if err != nil {
		return ofFile(err)
	}
	u.damaged = damaged
	for _, c := range changes {
		u.add(c.ICCID, api.NotificationType(c.Type), step{c.After, c.Before})
	}
	untold, err := u.readRows()
	if err != nil {
		return err
	}
	if err := u.checkChanges(changes); err != nil {
		return err
	}
	return u.checkUntold(untold, files)
}

// chooseRuns are the IDs of the runs to take back.
func (u *undo) chooseRuns(runs []history.Run) map[string]bool {
	wanted := map[string]bool{}
	u.known = map[string]bool{}
	for _, run := range runs {
		u.known[run.ID] = true
	}
	for _, run := range runs {
		last := runs[len(runs)-1]
		switch {
		case u.options.Run != "" && run.ID != u.options.Run && run.Operation != u.options.Run:
			continue
		case u.options.Run == "" && last.Action == string(Reconcile) && run.Operation != last.Operation:
			continue
		}
		wanted[run.ID] = true
		u.apiName = run.BaseURL
	}
	return wanted
}

// readRows adds the rows of runs that no history tells of. Of the runs that one tells of, it adds rows whose line a crash can
// have taken: another is damaged, or no webhook was there before, and the line was not synced. untold are the changes of which
// there is no line, and that no crash takes.
func (u *undo) readRows() (untold []untoldChange, err error) {
	u.called = map[string]bool{}
	for _, path := range []string{u.path, u.path + report.PartialSuffix} {
		for row, err := range results.Newest(path) {
			switch {
			case errors.Is(err, fs.ErrNotExist) && (len(u.known) > 0 || path != u.path):
				continue
			case err != nil:
				return nil, err
			}
			u.apiName = cmp.Or(u.apiName, row.BaseURL)
			for i := range row.Calls {
				call, of := &row.Calls[i], api.NotificationType(row.Calls[i].Type)
				if sim := call.SIM(); sim != "" {
					u.called[sim] = true
				}
				run := call.Run()
				taken := u.wanted[run] || !u.known[run] && u.options.Run == ""
				next, wanted := undoOf(&row, call)
				switch {
				case !wanted || !taken || u.has(row.ICCID, of):
				case !u.known[run] || u.damaged > 0 || call.Outcome.Changed() && call.PreviousURL == "":
					u.add(row.ICCID, of, next)
				case call.Outcome.Changed():
					untold = append(untold, untoldChange{row.ICCID, call.Type, run})
				}
			}
		}
	}
	return untold, nil
}

// has reports whether there is a step for this type of the SIM.
func (u *undo) has(iccid string, t api.NotificationType) bool {
	one, known := u.steps[iccid]
	if !known {
		return false
	}
	_, has := one.of(t)
	return has
}

// add takes a step, unless there is one already for this type of the SIM.
func (u *undo) add(iccid string, t api.NotificationType, next step) {
	one, known := u.steps[iccid]
	if !known {
		one = &steps{}
		u.steps[iccid] = one
		u.iccids = append(u.iccids, iccid)
	}
	if _, already := one.of(t); !already {
		*one = append(*one, typeStep{next, t})
		u.types[t] = true
	}
}

func (u *undo) rows(types []api.NotificationType) iter.Seq2[sourceRow, error] {
	return func(yield func(sourceRow, error) bool) {
		for i, iccid := range u.iccids {
			one := sourceRow{Row: fleet.RowOf(i+1, iccid), steps: *u.steps[iccid]}
			for _, t := range types {
				next, _ := one.steps.of(t)
				one.WebhookURL = cmp.Or(one.WebhookURL, next.to)
			}
			if !yield(one, nil) {
				return
			}
		}
	}
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

// undoOf tells from a row what is to be put back.
func undoOf(row *report.Row, call *report.Call) (back step, wanted bool) {
	switch {
	case call.Outcome.Planned():
		return step{}, false
	case call.PreviousURL != "" && row.Action == string(Unregister), call.Outcome == report.Unregistered && call.PreviousURL != "":
		return step{"", call.PreviousURL}, true
	case call.PreviousURL != "":
		return step{row.WebhookURL, call.PreviousURL}, true
	case call.Outcome == report.Registered && row.Action != string(Restore):
		return step{row.WebhookURL, ""}, true
	}
	return step{}, false
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
