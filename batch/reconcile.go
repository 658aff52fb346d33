package batch

import (
	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
)

// reconcile makes the webhook what the fleet says, and calls for nothing more
// than a look where it is that already.
func (v *visit) reconcile(t api.NotificationType, thread *thread, call *report.Call) error {
	if err := v.look(); err != nil {
		return during("reading what is registered", err)
	}
	there := v.found[t]
	switch {
	case fleet.SameURL(there, v.webhookURL):
		call.Outcome = report.Unchanged
		return nil
	case v.dryRun && there == "":
		call.Outcome = report.WouldRegister
		return nil
	case v.dryRun:
		call.Outcome, call.PreviousURL = report.WouldReplace, there
		return nil
	case there == "":
		return v.register(t, v.webhookURL, thread, call)
	}
	if err := v.clear(t, there, thread, call); err != nil {
		return err
	}
	return v.anew(t, v.webhookURL, thread, call)
}

// anew is register after another webhook was removed, which the outcome says.
func (v *visit) anew(t api.NotificationType, url string, thread *thread, call *report.Call) error {
	previous := call.PreviousURL
	err := v.register(t, url, thread, call)
	call.Outcome, call.PreviousURL = report.Replaced, previous
	return err
}
