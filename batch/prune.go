package batch

import (
	"fmt"

	"simhook/report"
)

// TooManyDeletes says that pruning would remove more than MaxDelete allows, as a
// fleet file that was cut off would make it. Nothing was called.
type TooManyDeletes struct {
	Gone, Of int
	Limit    MaxDelete
}

func (e *TooManyDeletes) Error() string {
	return fmt.Sprintf("%d of %d SIMs of the last results are not in the fleet file, and --prune may remove the webhooks of %s at the most (--max-delete): is the fleet file whole? Nothing was changed", e.Gone, e.Of, e.Limit)
}

// planPruning counts the SIMs that have left the fleet, and refuses if there are
// too many. A fleet file with invalid rows prunes nothing: the SIMs behind them
// may still be there.
func (r *Run) planPruning() error {
	if !r.cfg.Prune {
		return nil
	}
	if r.plan.Invalid > 0 {
		r.log.Warn("nothing is pruned: the fleet file has invalid rows, behind which SIMs of the last results may stand", "invalid", r.plan.Invalid)
		return nil
	}
	for row, err := range r.cfg.Journal.Gone() {
		if err != nil {
			return err
		}
		if r.hasOwn(&row) {
			r.plan.Gone++
		}
	}
	if recorded := r.cfg.Journal.Recorded(); r.cfg.MaxDelete.exceeded(r.plan.Gone, recorded) {
		return &TooManyDeletes{Gone: r.plan.Gone, Of: recorded, Limit: r.cfg.MaxDelete}
	}
	r.plan.Calls += r.plan.Gone * (1 + len(r.cfg.Types))
	return nil
}

// hasOwn reports whether an earlier run left a webhook of its own with a SIM.
func (r *Run) hasOwn(row *report.Row) bool {
	for _, t := range r.cfg.Types {
		switch callOf(row, t).Outcome {
		case report.Registered, report.Replaced, report.Unchanged:
			return true
		}
	}
	return false
}

// prune hands out the SIMs that have left the fleet. Their line is 0.
func (r *Run) prune(sims chan<- sim) error {
	if r.plan.Gone == 0 {
		return nil
	}
	for row, err := range r.cfg.Journal.Gone() {
		if err != nil {
			return err
		}
		if !r.hasOwn(&row) {
			continue
		}
		if err := r.handOut(sims, sim{iccid: row.ICCID, webhookURL: row.WebhookURL, gone: true}); err != nil {
			return err
		}
	}
	return nil
}
