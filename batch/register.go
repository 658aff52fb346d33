package batch

import (
	"net/http"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
)

// registerRounds bounds how often a webhook that is in the way is removed: once
// is enough, unless somebody else keeps setting another.
const registerRounds = 3

// register sets the webhook. A 409 says that one is there already: it is looked
// at, and if it is another, removed, so that it can be set anew.
func (v *visit) register(t api.NotificationType, url string, thread *thread, call *report.Call) error {
	call.Outcome = report.Registered
	for round := 1; ; round++ {
		err := v.post(t, url, thread)
		if !answered(err, http.StatusConflict) {
			return v.settle(t, url, thread, err)
		}
		if err := v.lookAgain(); err != nil {
			return during("reading what is registered already", err)
		}
		there := v.found[t]
		if fleet.SameURL(there, url) {
			if !thread.ambiguous && round == 1 { // else an attempt that seemed to fail had set it
				call.Outcome = report.Unchanged
			}
			return nil
		}
		if round == registerRounds {
			return err
		}
		if err := v.clear(t, there, thread, call); err != nil {
			return err
		}
	}
}

// clear removes another webhook that is in the way of the one to set.
func (v *visit) clear(t api.NotificationType, there string, thread *thread, call *report.Call) error {
	if there != "" {
		call.Outcome, call.PreviousURL = report.Replaced, there
	}
	if err := v.remove(t, thread); err != nil && !answered(err, http.StatusNotFound) {
		return during("removing what is registered already", err)
	}
	return nil
}
