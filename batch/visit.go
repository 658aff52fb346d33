package batch

import (
	"context"
	"errors"
	"net/http"

	"simhook/api"
	"simhook/report"
)

// visit is the work on one SIM.
type visit struct {
	*handler
	phase
	sim
	reads *thread         // nil until the preferences are read
	found api.Preferences // what was read
}

// do carries out the action for one type, and returns how many attempts it took.
func (v *visit) do(t api.NotificationType, call *report.Call) int {
	*call = report.Call{}
	thread := v.caller.thread(v.iccid, shortName(t))
	var err error
	switch v.action {
	case Register:
		err = v.register(t, thread, call)
	case Unregister:
		err = v.unregister(t, thread, call)
	}
	call.Attempts, call.CorrelationID, call.HTTPStatus = thread.attempts, thread.id, thread.status
	if err != nil {
		call.Outcome, call.Error = verdictOn(err, thread), explain(err)
	}
	return thread.attempts
}

// shortName stands for a type in correlation IDs.
func shortName(t api.NotificationType) string {
	if t == api.SubscriptionEnd {
		return "SE"
	}
	return "UT"
}

// registerRounds bounds how often a webhook that is in the way is removed: once
// is enough, unless somebody else keeps setting another.
const registerRounds = 3

// register sets the webhook. A 409 says that one is there already: it is looked
// at, and if it is another, removed, so that it can be set anew.
func (v *visit) register(t api.NotificationType, thread *thread, call *report.Call) error {
	call.Outcome = report.Registered
	for round := 1; ; round++ {
		err := v.post(t, thread)
		if !answered(err, http.StatusConflict) {
			return err
		}
		if round > 1 {
			v.found = nil // what was read before has changed
		}
		if err := v.look(thread); err != nil {
			return during("reading what is registered already", err)
		}
		there := v.found[t]
		if there == v.webhookURL {
			if !thread.ambiguous && round == 1 { // else an attempt that seemed to fail had set it
				call.Outcome = report.Unchanged
			}
			return nil
		}
		if round == registerRounds {
			return err
		}
		if there != "" {
			call.Outcome, call.PreviousURL = report.Replaced, there
		}
		if err := v.remove(t, thread); err != nil && !answered(err, http.StatusNotFound) {
			return during("removing what is registered already", err)
		}
	}
}

// unregister removes the webhook, whatever its URL.
func (v *visit) unregister(t api.NotificationType, thread *thread, call *report.Call) error {
	err := v.remove(t, thread)
	call.Outcome = report.Unregistered
	if !answered(err, http.StatusNotFound) {
		return err
	}
	if !thread.ambiguous { // else an attempt that seemed to fail had worked
		call.Outcome = report.Absent
	}
	return nil
}

func (v *visit) post(t api.NotificationType, thread *thread) error {
	return v.caller.do(v.phase, v.caller.writes, thread, func(ctx context.Context, id string) (api.Answer, error) {
		return v.caller.client.Register(ctx, v.iccid, t, v.webhookURL, id)
	})
}

func (v *visit) remove(t api.NotificationType, thread *thread) error {
	return v.caller.do(v.phase, v.caller.writes, thread, func(ctx context.Context, id string) (api.Answer, error) {
		return v.caller.client.Unregister(ctx, v.iccid, t, id)
	})
}

// look reads the SIM's preferences, once: the answer tells of all types. Where
// it cannot, account takes over the attempt that failed.
func (v *visit) look(account *thread) error {
	if v.found != nil {
		return nil
	}
	if v.reads == nil {
		v.reads = v.caller.thread(v.iccid, "P")
	}
	err := v.caller.do(v.phase, v.caller.reads, v.reads, func(ctx context.Context, id string) (answer api.Answer, err error) {
		v.found, answer, err = v.caller.client.Preferences(ctx, v.iccid, id)
		return answer, err
	})
	if err != nil {
		v.found = nil
		account.id, account.status = v.reads.id, v.reads.status
	}
	return err
}

// verdictOn is the outcome of a call that ended in err.
func verdictOn(err error, thread *thread) report.Outcome {
	var e *api.Error
	switch {
	case thread.attempts == 0:
		return "" // not come to
	case errors.As(err, &e) && !api.Temporary(err):
		return report.Refused
	}
	return report.Failed
}

// explain says in one stable line why a call has no good outcome.
func explain(err error) string {
	var step *stepError
	switch {
	case errors.Is(err, errStopped):
		return errStopped.Error()
	case errors.As(err, &step):
		return step.step + ": " + api.Cause(step.err)
	}
	return api.Cause(err)
}

// stepError says in which step of an action a call failed.
type stepError struct {
	step string
	err  error
}

func during(step string, err error) error { return &stepError{step, err} }

func (e *stepError) Error() string { return e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }
