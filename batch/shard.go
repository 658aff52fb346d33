package batch

import (
	"errors"
	"fmt"

	"simhook/batch/fleet"
	"simhook/report"
)

// elsewhere is what a pass over the fleet leaves to other shards.
type elsewhere struct{ otherSIMs, otherBad int }

// takes reports whether a row is this shard's.
func (r *Run) takes(row sourceRow) bool {
	switch {
	case row.Problem != "" && r.cfg.Shard.OwnsBadRows(), row.Problem == "" && r.cfg.Shard.Owns(row.ICCID):
		return true
	case row.Problem != "":
		r.otherBad++
	default:
		r.otherSIMs++
	}
	return false
}

// useless is the error of a fleet that has no SIM to call for, for this shard or
// another. A shard without SIMs of its own has nothing to do, which is no error.
func (r *Run) useless(firstBad *report.Row) error {
	bad := r.plan.Rows + r.otherBad
	var err error
	switch {
	case r.plan.ToDo()+r.plan.Done+r.otherSIMs > 0 || r.cfg.Undo != nil:
		return nil
	case bad == 0:
		err = errors.New("has no row below its header")
	case firstBad == nil:
		err = fmt.Errorf("none of its %d rows is valid: shard 0 tells why", bad)
	default:
		err = fmt.Errorf("none of its %d rows is valid; the first: line %d: %s", bad, firstBad.Line, firstBad.Error)
	}
	return &fleet.Error{Name: r.sourceName(), Err: err}
}
