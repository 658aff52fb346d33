package batch

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/history"
)

// simCalls are the calls for one SIM.
type simCalls struct {
	caller *Caller
	ctx    contexts
	run    string // in the correlation IDs
	iccid  string
	reads  *attempts       // nil until the preferences are read
	found  api.Preferences // what was read; nil: nothing is known
	unread error           // why the preferences could not be read

	// note writes down what is about to be changed, and returns once that survives a power cut; nil: nothing is
	// written down.
	note func(t api.NotificationType, before, after string) error
}

// begin starts a series of attempts. kind is as attempts has it.
func (s *simCalls) begin(kind string) *attempts {
	return &attempts{iccid: s.iccid, kind: kind, run: s.run}
}

// result carries out an action for one type, and says what became of it.
func (s *simCalls) result(t api.NotificationType, act func(*attempts, *report.Call) error) (report.Call, error) {
	call := report.Call{Type: string(t)}
	a := s.begin(t.Code())
	err := act(a, &call)
	if a.made == 0 && s.reads != nil {
		a = s.reads // reading was all that was done
	}
	if err != nil {
		call.Outcome, call.Error = failure(err, a), explain(err)
	}
	call.Attempts, call.CorrelationID, call.HTTPStatus = a.made, a.lastID, a.status
	return call, err
}

// set sets a webhook. Where it is not known which method registers, and POST is answered 405, it is PUT that does.
func (s *simCalls) set(t api.NotificationType, url string, a *attempts) error {
	method, known := s.caller.registerMethod()
	err := s.setBy(method, t, url, a)
	if known || !answered(err, http.StatusMethodNotAllowed) {
		return err
	}
	if err = s.setBy(http.MethodPut, t, url, a); err == nil {
		s.caller.registersByPUT()
	}
	return err
}

func (s *simCalls) setBy(method string, t api.NotificationType, url string, a *attempts) error {
	return s.caller.do(s.ctx, s.caller.sets, a, func(ctx context.Context, id string) (api.Answer, error) {
		return s.caller.options.Client.RegisterBy(ctx, method, s.iccid, t, url, id)
	}, func() bool { return s.readAgain() == nil && fleet.SameURL(s.found[t], url) })
}

func (s *simCalls) remove(t api.NotificationType, a *attempts) error {
	return s.caller.do(s.ctx, s.caller.removals, a, func(ctx context.Context, id string) (api.Answer, error) {
		return s.caller.options.Client.Unregister(ctx, s.iccid, t, id)
	}, func() bool { return s.readAgain() == nil && s.found[t] == "" })
}

// read reads the SIM's preferences, once: the answer, or the failure, is the same for all types.
func (s *simCalls) read() error {
	if s.found == nil && s.unread == nil {
		s.unread = s.readAgain()
	}
	return s.unread
}

// readAgain reads them after something was changed.
func (s *simCalls) readAgain() error {
	s.found = nil
	if s.reads == nil {
		s.reads = s.begin("P")
	}
	var found api.Preferences
	err := s.caller.do(s.ctx, s.caller.readings, s.reads, func(ctx context.Context, id string) (answer api.Answer, err error) {
		found, answer, err = s.caller.options.Client.Preferences(ctx, s.iccid, id)
		return answer, err
	}, nil)
	if err == nil {
		s.found = found
	}
	return err
}

// confirm reads what became of a write that failed, but may have taken effect. The error stands unless the webhook
// is now the one that was wanted.
func (s *simCalls) confirm(t api.NotificationType, wanted string, a *attempts, err error) error {
	if err == nil || !a.maybeDone || !api.Temporary(err) || is[*GoneError](err) {
		return err
	}
	if s.readAgain() != nil || !fleet.SameURL(s.found[t], wanted) {
		return err
	}
	return nil
}

// change notes a change before it is made. before and after are URLs; "": no webhook.
func (s *simCalls) change(t api.NotificationType, before, after string) error {
	if s.note == nil {
		return nil
	}
	err := s.note(t, before, after)
	if err == nil || errors.Is(err, history.ErrURLTooLong) {
		return err
	}
	return during("nothing was changed: writing down the webhook that is there", err)
}

// register sets the webhook where none is known to be.
func (s *simCalls) register(t api.NotificationType, url string, a *attempts, call *report.Call) error {
	call.Outcome = report.Registered
	if err := s.change(t, "", url); err != nil {
		return err
	}
	err := s.set(t, url, a)
	if answered(err, http.StatusConflict) {
		return s.resolveConflict(t, url, a, call, err)
	}
	return s.confirm(t, url, a, err)
}

// replace sets the webhook where another one is. It is set at once, which most deployments of the API take for a
// replacement: until the new webhook is accepted, the old one stays.
func (s *simCalls) replace(t api.NotificationType, there, url string, a *attempts, call *report.Call) error {
	call.Outcome, call.PreviousURL = report.Replaced, there
	if err := s.change(t, there, url); err != nil {
		return err
	}
	err := s.set(t, url, a)
	if answered(err, http.StatusConflict) {
		return s.resolveConflict(t, url, a, call, err)
	}
	return s.confirm(t, url, a, err)
}

// conflictRounds bounds how often an existing webhook is removed to set another: once is enough, unless another client
// keeps setting its own.
const conflictRounds = 2

// resolveConflict continues after a 409: a webhook is there, and the API does not replace it. It is read, and if it is
// another one, removed, so that the new one can be set. Nothing is removed on the word of anything but the API. Where
// another client keeps setting its own, and has at last left none, the webhook that was removed is put back.
func (s *simCalls) resolveConflict(t api.NotificationType, url string, a *attempts, call *report.Call, conflict error) error {
	removed := ""
	for round := 1; ; round++ {
		if err := s.readAgain(); err != nil {
			return during("reading what is registered already", err)
		}
		there := s.found[t]
		if fleet.SameURL(there, url) {
			if !a.maybeDone && round == 1 { // else an attempt that seemed to fail had set it
				call.Outcome = report.Unchanged
			}
			return nil
		}
		switch {
		case fromStranger(conflict):
			return conflict
		case round > conflictRounds && there == "" && removed != "":
			return s.putBack(t, removed, a, conflict)
		case round > conflictRounds:
			return conflict
		}
		err := s.swap(t, there, url, a, call)
		if !answered(err, http.StatusConflict) {
			return err
		}
		conflict, removed = err, cmp.Or(removed, there)
	}
}

// swap removes a webhook and sets another. When the new one cannot be set, the old one is put back at once. Once the
// old one is removed, the run's end is not heeded until one of the two is there, or calls are cut.
func (s *simCalls) swap(t api.NotificationType, there, url string, a *attempts, call *report.Call) error {
	if there != "" {
		call.Outcome, call.PreviousURL = report.Replaced, cmp.Or(call.PreviousURL, there)
	}
	if err := s.change(t, there, url); err != nil {
		return err
	}
	if err := s.remove(t, a); err != nil && !answered(err, http.StatusNotFound) {
		return during("removing what is registered already", err)
	}
	rest := *s
	rest.ctx.wait = s.ctx.call
	err := rest.set(t, url, a)
	if answered(err, http.StatusConflict) {
		return err
	}
	if err = rest.confirm(t, url, a, err); err == nil || there == "" {
		return err
	}
	return rest.putBack(t, there, a, err)
}

// putBack sets the webhook again that was removed in vain. The error says why the new one could not be set, and whether
// the old one is there again.
func (s *simCalls) putBack(t api.NotificationType, there string, a *attempts, cause error) error {
	err := s.set(t, there, a)
	if err = s.confirm(t, there, a, err); err != nil {
		return &swapError{cause: cause, putBack: err}
	}
	return &swapError{cause: cause}
}

// swapError says that a webhook was removed, and the new one could not be set.
type swapError struct {
	cause   error
	putBack error // why the old one is not there again; nil: it is
}

func (e *swapError) Error() string { return e.cause.Error() + "; " + e.consequence() }
func (e *swapError) Unwrap() error { return e.cause }

func (e *swapError) consequence() string {
	if e.putBack == nil {
		return "the previous webhook was put back"
	}
	return "the previous webhook is gone (putting it back: " + api.Cause(e.putBack) + "): simhook restore puts it back"
}

// unregister removes the webhook without reading it first.
func (s *simCalls) unregister(t api.NotificationType, a *attempts, call *report.Call) error {
	err := s.remove(t, a)
	call.Outcome = report.Unregistered
	if !answered(err, http.StatusNotFound) {
		return s.confirm(t, "", a, err)
	}
	// No webhook, no such SIM, or no such path on a host that is not the API's: only a look tells.
	if err := s.readAgain(); err != nil {
		return during("reading what is there after a 404", err)
	}
	if s.found[t] != "" {
		return err
	}
	if !a.maybeDone { // else an attempt that seemed to fail had removed it
		call.Outcome = report.Absent
	}
	return nil
}

// removeKnown removes a webhook that was read.
func (s *simCalls) removeKnown(t api.NotificationType, there string, a *attempts, call *report.Call) error {
	call.PreviousURL = there
	if err := s.change(t, there, ""); err != nil {
		return err
	}
	return s.unregister(t, a, call)
}

// failure is the outcome of calls that ended in err. It is empty where no attempt was made, unless that was because no
// token could be had.
func failure(err error, a *attempts) report.Outcome {
	switch {
	case a.made == 0 && !api.Temporary(err):
		return ""
	case errors.Is(err, errChangedSince), errors.Is(err, history.ErrURLTooLong):
		return report.Refused
	case is[*api.Error](err) && !api.Temporary(err) && (!fromStranger(err) || !answered(err, http.StatusNotFound) && !answered(err, http.StatusConflict)):
		return report.Refused
	}
	return report.Failed
}

// fromStranger reports whether something before the API has answered.
func fromStranger(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && e.Gateway
}

// errChangedSince says that a SIM is not as the plan found it.
var errChangedSince = errors.New("the webhook has changed since the plan was made: make a new plan")

// explain says in one stable line why a call has no good outcome.
func explain(err error) string {
	if failed, ok := errors.AsType[*swapError](err); ok {
		return explain(failed.cause) + "; " + failed.consequence()
	}
	for _, own := range []error{errStopped, errChangedSince, history.ErrURLTooLong} {
		if errors.Is(err, own) {
			return own.Error()
		}
	}
	if failed, ok := errors.AsType[*stepError](err); ok {
		return failed.step + ": " + api.Cause(failed.err)
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
