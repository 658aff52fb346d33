package batch

import (
	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
)

// undo is what restoring a SIM comes to for one type: the webhook that an earlier
// run left there, and the one that was there before.
type undo struct {
	wanted       bool
	left, before string // "": none
}

// undos are those of a SIM, by type.
type undos struct{ subscriptionEnd, usageThreshold undo }

func (u *undos) of(t api.NotificationType) *undo {
	if t == api.SubscriptionEnd {
		return &u.subscriptionEnd
	}
	return &u.usageThreshold
}

// undoOf tells from an earlier run's row what there is to put back.
func undoOf(row *report.Row, call *report.Call) undo {
	switch {
	case call.Outcome == report.Replaced && call.PreviousURL != "":
		return undo{true, row.WebhookURL, call.PreviousURL}
	case call.Outcome == report.Unregistered && call.PreviousURL != "":
		return undo{true, "", call.PreviousURL}
	case call.Outcome == report.Registered && row.Action != string(Restore):
		return undo{true, row.WebhookURL, ""}
	}
	return undo{}
}

// restore puts back what was there before an earlier run, unless somebody has
// changed it since.
func (v *visit) restore(t api.NotificationType, thread *thread, call *report.Call) error {
	undo := v.undos.of(t)
	if err := v.look(); err != nil {
		return during("reading what is registered", err)
	}
	there := v.found[t]
	switch {
	case fleet.SameURL(there, undo.before):
		call.Outcome = report.Unchanged
		if undo.before == "" {
			call.Outcome = report.Absent
		}
		return nil
	case there != "" && !fleet.SameURL(there, undo.left):
		call.Outcome = report.Foreign
		return nil
	case undo.before == "":
		call.PreviousURL = there
		return v.drop(t, thread, call)
	case there == "":
		return v.register(t, undo.before, thread, call)
	}
	if err := v.clear(t, there, thread, call); err != nil {
		return err
	}
	return v.anew(t, undo.before, thread, call)
}
