package batch

import (
	"net/http"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
)

// unregister removes the webhook: whatever its URL, or with OnlyURL only that
// one. Between the look and the removal somebody else may change it: the API
// knows no condition to remove by.
func (v *visit) unregister(t api.NotificationType, thread *thread, call *report.Call) error {
	if v.onlyURL == "" && !v.recordPrevious {
		return v.drop(t, thread, call)
	}
	if err := v.look(); err != nil {
		return during("reading what is registered", err)
	}
	there := v.found[t]
	switch {
	case there == "":
		call.Outcome = report.Absent
		return nil
	case v.onlyURL != "" && !fleet.SameURL(there, v.onlyURL):
		call.Outcome = report.Foreign
		return nil
	}
	call.PreviousURL = there
	return v.drop(t, thread, call)
}

// drop removes the webhook without looking.
func (v *visit) drop(t api.NotificationType, thread *thread, call *report.Call) error {
	err := v.remove(t, thread)
	call.Outcome = report.Unregistered
	if !answered(err, http.StatusNotFound) {
		return v.settle(t, "", thread, err)
	}
	if !thread.ambiguous { // else an attempt that seemed to fail had worked
		call.Outcome = report.Absent
	}
	return nil
}

// removeOwn removes the webhook of a SIM that has left the fleet, if it still is
// the one that an earlier run registered.
func (v *visit) removeOwn(t api.NotificationType, thread *thread, call *report.Call) error {
	if err := v.look(); err != nil {
		return during("reading what is registered", err)
	}
	there := v.found[t]
	switch {
	case there == "":
		call.Outcome = report.Absent
	case !fleet.SameURL(there, v.webhookURL):
		call.Outcome = report.Foreign
	case v.dryRun:
		call.Outcome, call.PreviousURL = report.WouldUnregister, there
	default:
		call.PreviousURL = there
		return v.drop(t, thread, call)
	}
	return nil
}
