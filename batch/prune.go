package batch

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"simhook/api"
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
// duplicate rows prunes nothing, whichever shard they are of: any SIM may have been meant to stand there.
func (p *planner) planPruning(plan *Plan) error {
	if p.past == nil {
		return nil
	}
	othersErr := p.readOtherFleets()
	if err := p.checkRounded(); err != nil {
		return err
	}
	if plan.Invalid+plan.Duplicate+p.others.unusable > 0 {
		p.cfg.Log.Warn("nothing is pruned: the fleet file has invalid or duplicate rows, which may have taken the place of SIMs of the last results",
			"invalid", plan.Invalid, "duplicate", plan.Duplicate, "of_other_shards", p.others.unusable)
		return nil
	}
	if othersErr != nil {
		unread, ok := errors.AsType[*otherResultsError](othersErr)
		if !ok {
			return othersErr
		}
		p.cfg.Log.Warn("nothing is pruned: a file beside the results seems to be results of another fleet and cannot be read, so that a SIM that moved there would lose its webhooks. Put back the file that simhook wrote, or move it to another folder",
			"file", unread.path, "reason", unread.err)
		return nil
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
	recorded := p.past.Recorded()
	switch {
	case p.cfg.ExpectGone != nil && *p.cfg.ExpectGone != plan.Gone:
		return &UnexpectedDeletesError{Gone: plan.Gone, Expected: *p.cfg.ExpectGone}
	case p.cfg.ExpectGone == nil && p.cfg.MaxDelete.exceeded(plan.Gone, recorded):
		return &TooManyDeletesError{Gone: plan.Gone, Of: recorded, Limit: p.cfg.MaxDelete}
	}
	plan.Reads += plan.Gone
	if !p.cfg.DryRun {
		plan.Writes += plan.Gone * len(p.cfg.Types)
	}
	return nil
}

// gone yields the SIMs that have left the fleet with a webhook that an earlier run set, and are in the results of no
// other fleet beside these. Their line is 0.
func (p *planner) gone() iter.Seq2[sim, error] {
	return func(yield func(sim, error) bool) {
		for row, err := range p.past.Gone() {
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
