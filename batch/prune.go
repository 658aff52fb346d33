package batch

import (
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"simhook/report"
	"simhook/report/results"
	"simhook/report/simset"
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

// UnexpectedDeletesError says that another number of SIMs has left the fleet than the caller expects. Nothing was called.
type UnexpectedDeletesError struct{ Gone, Expected int }

func (e *UnexpectedDeletesError) Error() string {
	return fmt.Sprintf("%d SIMs of the last results are not in the fleet file, and --expect-gone says %d: is the fleet file whole? Nothing was changed", e.Gone, e.Expected)
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
	recorded := p.journal.Recorded()
	switch {
	case p.cfg.ExpectGone != nil && *p.cfg.ExpectGone != plan.Gone:
		return &UnexpectedDeletesError{Gone: plan.Gone, Expected: *p.cfg.ExpectGone}
	case p.cfg.ExpectGone == nil && p.cfg.MaxDelete.exceeded(plan.Gone, recorded):
		return &TooManyDeletesError{Gone: plan.Gone, Of: recorded, Limit: p.cfg.MaxDelete}
	}
	plan.Reads += plan.Gone
	plan.Writes += plan.Gone * len(p.cfg.Types)
	return nil
}

// gone yields the SIMs that have left the fleet with a webhook that an earlier run set, and are in the results of no
// other fleet beside these. Their line is 0.
func (p *planner) gone() iter.Seq2[sim, error] {
	return func(yield func(sim, error) bool) {
		elsewhere, err := p.inOtherResults()
		if err != nil {
			yield(sim{}, err)
			return
		}
		for row, err := range p.journal.Gone() {
			if err != nil {
				yield(sim{}, err)
				return
			}
			key, _ := simset.Key(row.ICCID)
			if p.cfg.hasOwn(&row) && elsewhere.Get(key) == 0 && !yield(sim{iccid: row.ICCID, webhookURL: row.WebhookURL, gone: true}, nil) {
				return
			}
		}
	}
}

// inOtherResults are the SIMs that other fleets' results beside these say are registered at the same API. A SIM that
// moved to another fleet file has left this one, and must keep its webhooks.
func (p *planner) inOtherResults() (*simset.Map, error) {
	if p.elsewhere != nil {
		return p.elsewhere, nil
	}
	sims := new(simset.Map)
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(p.cfg.Results), "*.csv"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if filepath.Base(path) == filepath.Base(p.cfg.Results) || strings.HasPrefix(path, p.cfg.History+".") {
			continue
		}
		for row, err := range results.Newest(path) {
			if err != nil {
				break // it is no results file
			}
			if key, ok := simset.Key(row.ICCID); ok && row.BaseURL == p.cfg.APIName && row.Line > 0 && p.cfg.hasOwn(&row) {
				sims.Put(key, 1)
			}
		}
	}
	p.elsewhere = sims
	return sims, nil
}

// hasOwn reports whether an earlier run left a webhook of its own with a SIM, or could not remove it from a SIM that had
// left the fleet.
func (c *Config) hasOwn(row *report.Row) bool {
	if row.Line == 0 && row.Status != report.StatusOK {
		return true
	}
	for _, t := range c.Types {
		switch callOf(row, t).Outcome {
		case report.Registered, report.Replaced, report.Unchanged:
			return true
		}
	}
	return false
}
