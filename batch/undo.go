package batch

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/history"
	"simhook/report/results"
	"simhook/report/simset"
)

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

// checkChanges refuses a history that may name other SIMs than those that were changed. The correlation IDs of the results name
// the SIMs that were called for. Any other SIM must have a right check digit, and few of them may look rounded: a program that
// takes ICCIDs for numbers keeps 15 to 17 digits.
func (u *undo) checkChanges(changes []history.Undo) error {
	var alone, rounded int
	var firstRounded, firstWrong *history.Undo
	for i := range changes {
		c := &changes[i]
		if u.called[c.ICCID] {
			continue
		}
		alone++
		if simset.LooksRounded(c.ICCID) {
			rounded++
			firstRounded = firstOf(firstRounded, c)
		}
		if _, _, err := fleet.NormaliseICCID(c.ICCID, u.options.AllowBadLuhn); err != nil {
			firstWrong = firstOf(firstWrong, c)
		}
	}
	few := 2 // that were called for last have no row yet, and may look so by chance
	if len(u.called) == 0 {
		few = 0
	}
	const inNoRow = "the SIM %s is in no row of %s, and "
	switch {
	case rounded > few && rounded*4 > alone: // by chance it is one in 500 of 19 digits, and one in 60 of 18
		return &fleet.Error{Name: firstRounded.Path, Line: firstRounded.Line, Err: fmt.Errorf(
			inNoRow+"looks rounded: a spreadsheet has probably rounded the column. %s", firstRounded.ICCID, u.path, cell.AsWritten)}
	case firstWrong != nil:
		return &fleet.Error{Name: firstWrong.Path, Line: firstWrong.Line, Err: fmt.Errorf(
			inNoRow+"its check digit is wrong: a spreadsheet has probably changed it. %s; where the SIM's digit is as it should be, "+
				"--allow-bad-luhn accepts it, or run the command that was interrupted again: then a row names the SIM",
			firstWrong.ICCID, u.path, cell.AsWritten)}
	}
	return nil
}

func firstOf(first, next *history.Undo) *history.Undo {
	if first != nil {
		return first
	}
	return next
}

// untoldChange is a change that a row tells of, and no line of the runs that are taken back.
type untoldChange struct{ iccid, of, run string }

// checkUntold refuses histories that no longer tell of a change that was made. The line of an earlier run tells of it, too: a run
// that was killed had made it, and the next one has found it done.
func (u *undo) checkUntold(untold []untoldChange, files []string) error {
	if len(untold) == 0 {
		return nil
	}
	all, _, err := history.Changes(files, func(history.Run) bool { return true })
	if err != nil {
		return ofFile(err)
	}
	told := map[untoldChange]bool{} // without their runs
	for _, c := range all {
		told[untoldChange{iccid: c.ICCID, of: c.Type}] = true
	}
	for _, c := range untold {
		if !told[untoldChange{iccid: c.iccid, of: c.of}] {
			return &fleet.Error{Name: u.base + history.Ending, Err: fmt.Errorf(
				"no line tells what run %s changed of the SIM %s, as a row of %s does: lines have been removed or changed. %s", c.run, c.iccid, u.path, cell.AsWritten)}
		}
	}
	return nil
}

// ofFile makes errors of reading one of the files beside the results errors of that file.
func ofFile(err error) error {
	if other, ok := errors.AsType[*file.MismatchError](err); ok {
		return &fleet.Error{Name: other.Path, Err: errors.New(other.Reason)}
	}
	return err
}
