package batch

import (
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"simhook/api"
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

// OtherTypeError says that a SIM has a webhook of a type that the run is not about, which would be forgotten. The SIM was not
// called for.
type OtherTypeError struct{ Type, ICCID, Why string }

func (e *OtherTypeError) Error() string {
	return fmt.Sprintf("SIM %s %s, and has a webhook for %s, which --types leaves out and which would be forgotten: add %s to --types", e.ICCID, e.Why, e.Type, e.Type)
}

// ownOfOthers is a type that the run is not about, of which an earlier run left a webhook with a SIM; "": there is none.
func (c *Config) ownOfOthers(row *report.Row) string {
	for _, call := range row.Calls {
		if isThere(call.Outcome) && !slices.Contains(c.Types, api.NotificationType(call.Type)) {
			return call.Type
		}
	}
	return ""
}

// planPruning counts the SIMs that have left the fleet, and refuses if there are too many. A fleet file with invalid or
// duplicate rows prunes nothing: the SIMs that were to stand there may still be in the fleet.
func (p *planner) planPruning(plan *Plan) error {
	if !p.cfg.Prune {
		return nil
	}
	if plan.Invalid+plan.Duplicate > 0 {
		p.cfg.Log.Warn("nothing is pruned: the fleet file has invalid or duplicate rows, which may have taken the place of SIMs of the last results",
			"invalid", plan.Invalid, "duplicate", plan.Duplicate)
		return nil
	}
	if err := p.readOtherFleets(); err != nil {
		return err
	}
	for _, err := range p.gone() {
		if err != nil {
			return err
		}
		plan.Gone++
	}
	if err := p.warnOfOthers(); err != nil {
		return err
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
		for row, err := range p.journal.Gone() {
			if err != nil {
				yield(sim{}, err)
				return
			}
			if p.elsewhere.has(row.ICCID) {
				continue
			}
			if t := p.cfg.ownOfOthers(&row); t != "" {
				yield(sim{}, &OtherTypeError{Type: t, ICCID: row.ICCID, Why: "is not in the fleet file any more"})
				return
			}
			if !p.cfg.hasOwn(&row) {
				continue
			}
			if !yield(sim{iccid: row.ICCID, webhookURL: row.WebhookURL, labels: row.Labels, gone: true}, nil) {
				return
			}
		}
	}
}

// otherFleets are the SIMs that other fleets' results beside these say are registered at the same API. A SIM that
// moved to another fleet file has left this one, and must keep its webhooks.
type otherFleets struct {
	files []string
	sims  simset.Map // by SIM the number of a file, from 1
}

func (o *otherFleets) has(iccid string) bool {
	key, _ := simset.Key(iccid)
	return o.sims.Get(key) != 0
}

// readOtherFleets reads the results beside these. Files of this fleet do not count, and in others not the rows that its
// own runs have written: they are copies.
func (p *planner) readOtherFleets() error {
	bases, runs, err := RunsOf(p.cfg.Results)
	if err != nil {
		return err
	}
	bases = append(bases, p.cfg.History)
	own := map[string]bool{}
	for _, run := range runs {
		own[run.ID] = true
	}
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(p.cfg.Results), "*.csv"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		isOwn := func(base string) bool { return strings.HasPrefix(path, base+".") }
		if path != p.cfg.Results && !slices.ContainsFunc(bases, isOwn) {
			p.elsewhere.add(path, func(row *report.Row) bool {
				return row.Line > 0 && row.BaseURL == p.cfg.APIName && p.cfg.hasOwn(row) && !anyCall(row, func(c *report.Call) bool { return own[c.Run()] })
			})
		}
	}
	return nil
}

// add reads the SIMs of a file, if it holds results. A plan has set nothing.
func (o *otherFleets) add(path string, counts func(*report.Row) bool) {
	var keys []uint64
	for row, err := range results.Newest(path) {
		if err != nil || anyCall(&row, func(c *report.Call) bool { return c.Outcome.Planned() }) {
			return
		}
		if key, ok := simset.Key(row.ICCID); ok && counts(&row) {
			keys = append(keys, key)
		}
	}
	o.files = append(o.files, path)
	for _, key := range keys {
		o.sims.Put(key, uint32(len(o.files)))
	}
}

// warnOfOthers says which SIMs have left the fleet, and keep their webhooks since another fleet has them.
func (p *planner) warnOfOthers() error {
	kept, example, file := 0, "", ""
	for row, err := range p.journal.Gone() {
		if err != nil {
			return err
		}
		if p.cfg.hasOwn(&row) && p.elsewhere.has(row.ICCID) {
			key, _ := simset.Key(row.ICCID)
			kept, example, file = kept+1, row.ICCID, p.elsewhere.files[p.elsewhere.sims.Get(key)-1]
		}
	}
	if kept > 0 {
		p.cfg.Log.Warn("SIMs that have left the fleet are in the results of another one, and keep their webhooks: where that file is only a copy, move it to another folder",
			"sims", kept, "iccid", example, "file", file)
	}
	return nil
}

// hasOwn reports whether an earlier run left a webhook of its own with a SIM, or could not remove it from a SIM that had
// left the fleet.
func (c *Config) hasOwn(row *report.Row) bool {
	if row.Line == 0 && row.Status != report.StatusOK {
		return true
	}
	return slices.ContainsFunc(c.Types, func(t api.NotificationType) bool { return isThere(row.Outcome(string(t))) })
}

// isThere reports whether an outcome says that a webhook of ours is there.
func isThere(o report.Outcome) bool {
	return o == report.Registered || o == report.Replaced || o == report.Unchanged
}

// anyCall reports whether something is so of one of a row's calls.
func anyCall(row *report.Row, is func(*report.Call) bool) bool {
	for i := range row.Calls {
		if is(&row.Calls[i]) {
			return true
		}
	}
	return false
}
