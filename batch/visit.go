package batch

import (
	"context"
	"errors"
	"fmt"

	"simhook/api"
	"simhook/batch/fleet"
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

// do carries out the action for one type, and reports whether anything was tried.
func (v *visit) do(t api.NotificationType, call *report.Call) (tried bool) {
	before := call.PreviousURL // an earlier run may have removed it, and got no further
	*call = report.Call{}
	thread := v.caller.thread(v.iccid, shortName(t))
	err := v.act(t, thread, call)
	carryOn(call, before)
	if thread.attempts == 0 && v.reads != nil {
		thread = v.reads // looking was all that was done
	}
	call.Attempts, call.CorrelationID, call.HTTPStatus = thread.attempts, thread.id, thread.status
	if err != nil {
		call.Outcome, call.Error = verdictOn(err, thread), explain(err)
	}
	return call.Outcome != ""
}

func (v *visit) act(t api.NotificationType, thread *thread, call *report.Call) error {
	switch {
	case v.gone:
		return v.removeOwn(t, thread, call)
	case v.action == Register:
		return v.register(t, v.webhookURL, thread, call)
	case v.action == Unregister:
		return v.unregister(t, thread, call)
	case v.action == Reconcile:
		return v.reconcile(t, thread, call)
	case v.action == Restore:
		return v.restore(t, thread, call)
	}
	return fmt.Errorf("unknown action %q", v.action)
}

// carryOn keeps what an earlier run has noted of the webhook that was there: this
// one finished what that one had begun.
func carryOn(call *report.Call, before string) {
	if before == "" || call.PreviousURL != "" {
		return
	}
	call.PreviousURL = before
	switch call.Outcome {
	case report.Registered, report.Unchanged:
		call.Outcome = report.Replaced
	case report.Absent:
		call.Outcome = report.Unregistered
	}
}

// shortName stands for a type in correlation IDs.
func shortName(t api.NotificationType) string {
	if t == api.SubscriptionEnd {
		return "SE"
	}
	return "UT"
}

func (v *visit) post(t api.NotificationType, url string, thread *thread) error {
	return v.caller.do(v.phase, v.caller.writes, thread, func(ctx context.Context, id string) (api.Answer, error) {
		return v.caller.client.Register(ctx, v.iccid, t, url, id)
	})
}

func (v *visit) remove(t api.NotificationType, thread *thread) error {
	return v.caller.do(v.phase, v.caller.writes, thread, func(ctx context.Context, id string) (api.Answer, error) {
		return v.caller.client.Unregister(ctx, v.iccid, t, id)
	})
}

// look reads the SIM's preferences, once: the answer tells of all types.
func (v *visit) look() error {
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
	}
	return err
}

// lookAgain is look after something was changed.
func (v *visit) lookAgain() error {
	v.found = nil
	return v.look()
}

// settle decides by looking what became of a write that failed but may have
// taken effect: the error stands unless what is there now is what was wanted.
func (v *visit) settle(t api.NotificationType, wanted string, thread *thread, err error) error {
	if err == nil || !thread.ambiguous || !api.Temporary(err) {
		return err
	}
	if v.lookAgain() != nil || !fleet.SameURL(v.found[t], wanted) {
		return err
	}
	return nil
}

// verdictOn is the outcome of a call that ended in err.
func verdictOn(err error, thread *thread) report.Outcome {
	var e *api.Error
	switch {
	case thread.attempts == 0 && !api.Temporary(err):
		return "" // not come to, unless it was for want of a token
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
