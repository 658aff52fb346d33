package batch

import (
	"errors"
	"fmt"

	"simhook/batch/fleet"
	"simhook/report/cell"
	"simhook/report/file"
	"simhook/report/history"
	"simhook/report/simset"
)

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
