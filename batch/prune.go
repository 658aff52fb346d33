package batch

import (
	"fmt"
	"iter"

	"simhook/report"
)

// TooManyDeletesError says that pruning would remove more than MaxDelete allows, as it would with a fleet file that was cut
// off. Nothing was called.
type TooManyDeletesError struct {
	Gone, Of int
	Limit    MaxSIMs
}

func (e *TooManyDeletesError) Error() string {
	return fmt.Sprintf("%d of %d SIMs of the last results are not in the fleet file, and --prune may remove the webhooks of %s at the most (--max-delete): is the fleet file whole? Nothing was changed", e.Gone, e.Of, e.Limit)
}

// planPruning counts the SIMs that have left the fleet, and refuses if there are too many. A fleet file with invalid
// rows prunes nothing: the SIMs behind those rows may still be in the fleet.
func (p *planner) planPruning(plan *Plan) error {
	if !p.cfg.Prune {
		return nil
	}
	if plan.Invalid > 0 {
		p.cfg.Log.Warn("nothing is pruned: the fleet file has invalid rows, behind which SIMs of the last results may stand", "invalid", plan.Invalid)
		return nil
	}
	for _, err := range p.gone() {
		if err != nil {
			return err
		}
		plan.Gone++
	}
	if recorded := p.journal.Recorded(); p.cfg.MaxDelete.exceeded(plan.Gone, recorded) {
		return &TooManyDeletesError{Gone: plan.Gone, Of: recorded, Limit: p.cfg.MaxDelete}
	}
	plan.Calls += plan.Gone * (1 + len(p.cfg.Types))
	return nil
}

// gone yields the SIMs that have left the fleet with a webhook that an earlier run set. Their line is 0.
func (p *planner) gone() iter.Seq2[sim, error] {
	return func(yield func(sim, error) bool) {
		for row, err := range p.journal.Gone() {
			if err != nil {
				yield(sim{}, err)
				return
			}
			if p.cfg.hasOwn(&row) && !yield(sim{iccid: row.ICCID, webhookURL: row.WebhookURL, gone: true}, nil) {
				return
			}
		}
	}
}

// hasOwn reports whether an earlier run left a webhook of its own with a SIM.
func (c *Config) hasOwn(row *report.Row) bool {
	for _, t := range c.Types {
		switch callOf(row, t).Outcome {
		case report.Registered, report.Replaced, report.Unchanged:
			return true
		}
	}
	return false
}
