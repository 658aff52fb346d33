package batch

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
)

// visit is the work on one SIM: the calls that its action needs, and the row that says what became of them.
type visit struct {
	cfg   *Config
	sim   sim
	calls simCalls
}

// want is the URL of the webhook that the SIM is to have in the end; "": none.
func (v *visit) want(t api.NotificationType) string {
	switch {
	case v.cfg.Action.takesSteps():
		next, _ := v.sim.steps.of(t)
		return next.to
	case v.sim.gone, v.cfg.Action == Unregister:
		return ""
	}
	return v.sim.webhookURL
}

// do carries out the action for all types of the SIM. It reports false where the run ended before anything was tried:
// the SIM then has no row, and remains to be done.
func (v *visit) do() (row report.Row, tried bool) {
	row = v.cfg.newRow(v.sim.line, v.sim.iccid, v.sim.webhookURL)
	row.Labels, row.URLFrom = v.sim.labels, v.sim.urlFrom
	types := v.cfg.typesOf(&v.sim)
	if v.sim.earlier != nil {
		row.Calls = slices.Clone(v.sim.earlier.Calls)
	} else {
		row.Calls = make([]report.Call, len(types))
		for i, t := range types {
			row.Calls[i].Type = string(t)
		}
	}
	for _, t := range types {
		call := row.Call(string(t))
		if v.cfg.achieved(call.Outcome) {
			continue // by an earlier run
		}
		*call = v.doType(t, call.PreviousURL)
		tried = tried || call.Outcome != ""
		if row.Error == "" {
			row.Error = call.Error
		}
	}
	row.FinishedAt = time.Now()
	row.Status = v.cfg.statusOf(&row, types)
	return row, tried
}

// doType carries out the action for one type. earlierPrevious is the URL of the webhook that an earlier, interrupted
// run may already have removed.
func (v *visit) doType(t api.NotificationType, earlierPrevious string) report.Call {
	call, _ := v.calls.result(t, func(a *attempts, call *report.Call) error { // the Call says all of the error
		err := v.carryOut(t, a, call)
		if !v.cfg.DryRun { // a plan has removed nothing
			keepEarlierPrevious(call, earlierPrevious)
		}
		return err
	})
	return call
}

func (v *visit) carryOut(t api.NotificationType, a *attempts, call *report.Call) error {
	switch {
	case v.sim.gone:
		return v.removeOwn(t, a, call)
	case v.cfg.Action == Register && v.cfg.Blind:
		return v.calls.register(t, v.sim.webhookURL, a, call)
	case v.cfg.Action == Register, v.cfg.Action == Reconcile:
		return v.ensure(t, a, call)
	case v.cfg.Action == Unregister:
		return v.unregister(t, a, call)
	case v.cfg.Action == Restore, v.cfg.Action == Apply:
		return v.takeStep(t, a, call)
	}
	return fmt.Errorf("unknown action %q", v.cfg.Action)
}

// keepEarlierPrevious keeps the URL of a webhook that an earlier, interrupted run already removed, and reports the two
// runs as one replacement or removal.
func keepEarlierPrevious(call *report.Call, previous string) {
	if previous == "" || call.PreviousURL != "" {
		return
	}
	call.PreviousURL = previous
	switch call.Outcome {
	case report.Registered, report.Unchanged:
		call.Outcome = report.Replaced
	case report.Absent:
		call.Outcome = report.Unregistered
	}
}

// unregister removes the webhook: whatever its URL, or with OnlyURL only that one. Another client may change it between
// the read and the removal: the API has no conditional removal.
func (v *visit) unregister(t api.NotificationType, a *attempts, call *report.Call) error {
	if v.cfg.Blind {
		return v.calls.unregister(t, a, call)
	}
	return v.removeIf(t, a, call, func(there string) bool { return v.cfg.OnlyURL == "" || fleet.SameURL(there, v.cfg.OnlyURL) })
}

// removeOwn removes the webhook of a SIM that has left the fleet, if it still is the one that an earlier run registered.
func (v *visit) removeOwn(t api.NotificationType, a *attempts, call *report.Call) error {
	return v.removeIf(t, a, call, func(there string) bool { return fleet.SameURL(there, v.sim.webhookURL) })
}

// removeIf reads the webhook, and removes it if it is ours to remove.
func (v *visit) removeIf(t api.NotificationType, a *attempts, call *report.Call, ours func(there string) bool) error {
	there, err := v.read(t)
	switch {
	case v.sim.gone && v.cfg.FromAccount && refusedByAPI(err, http.StatusNotFound):
		call.Outcome = report.Absent // the account has no such SIM any more, as its list says too
	case v.sim.gone && v.cfg.FromAccount && refusedByAPI(err, http.StatusForbidden):
		call.Outcome = report.Foreign // it is another account's by now
	case err != nil:
		return err
	case there == "":
		call.Outcome = report.Absent
	case !ours(there):
		call.Outcome = report.Foreign
	case v.cfg.DryRun:
		call.Outcome, call.PreviousURL = report.WouldUnregister, there
	default:
		return v.calls.removeKnown(t, there, a, call)
	}
	return nil
}

// refusedByAPI reports whether the API itself has answered with this status.
func refusedByAPI(err error, status int) bool { return answered(err, status) && !fromStranger(err) }

// ensure makes the webhook what the fleet says. Where it is that already, one read is all.
func (v *visit) ensure(t api.NotificationType, a *attempts, call *report.Call) error {
	there, err := v.read(t)
	switch {
	case err != nil:
		return err
	case fleet.SameURL(there, v.sim.webhookURL):
		call.Outcome = report.Unchanged
	case v.cfg.DryRun && there == "":
		call.Outcome = report.WouldRegister
	case v.cfg.DryRun:
		call.Outcome, call.PreviousURL = report.WouldReplace, there
	case there == "":
		return v.calls.register(t, v.sim.webhookURL, a, call)
	default:
		return v.calls.replace(t, there, v.sim.webhookURL, a, call)
	}
	return nil
}

// takeStep makes the webhook what the step says, unless it is another one than the step expects. Restore leaves such a
// webhook alone: it was changed since. Apply refuses the SIM: its plan is out of date.
func (v *visit) takeStep(t api.NotificationType, a *attempts, call *report.Call) error {
	step, _ := v.sim.steps.of(t)
	there, err := v.read(t)
	asExpected := fleet.SameURL(there, step.from) || there == "" && v.cfg.Action == Restore
	switch {
	case err != nil:
		return err
	case fleet.SameURL(there, step.to) && step.to == "":
		call.Outcome = report.Absent
	case fleet.SameURL(there, step.to):
		call.Outcome = report.Unchanged
	case !asExpected && v.cfg.Action == Apply:
		return errChangedSince
	case !asExpected:
		call.Outcome = report.Foreign
	case step.to == "":
		return v.calls.removeKnown(t, there, a, call)
	case there == "":
		return v.calls.register(t, step.to, a, call)
	default:
		return v.calls.replace(t, there, step.to, a, call)
	}
	return nil
}

// read is the URL of the webhook that the SIM has; "": none.
func (v *visit) read(t api.NotificationType) (there string, err error) {
	if err := v.calls.read(); err != nil {
		return "", during("reading what is registered", err)
	}
	return v.calls.found[t], nil
}

// typesOf are the types of a SIM that the run is about.
func (c *Config) typesOf(s *sim) []api.NotificationType {
	if !c.Action.takesSteps() {
		return c.Types
	}
	var types []api.NotificationType
	for _, t := range c.Types {
		if _, wanted := s.steps.of(t); wanted {
			types = append(types, t)
		}
	}
	return types
}

// achieved reports whether an outcome is what the run is for.
func (c *Config) achieved(o report.Outcome) bool { return o.Good() || c.DryRun && o.Planned() }

// statusOf is the status of a SIM: failed beats refused beats ok.
func (c *Config) statusOf(row *report.Row, types []api.NotificationType) report.Status {
	status := report.StatusOK
	for _, t := range types {
		switch outcome := row.Outcome(string(t)); {
		case outcome == report.Refused:
			if status == report.StatusOK {
				status = report.StatusRefused
			}
		case !c.achieved(outcome):
			status = report.StatusFailed
		}
	}
	return status
}

// newRow is the beginning of a row.
func (c *Config) newRow(line int, iccid, webhookURL string) report.Row {
	now := time.Now()
	return report.Row{
		ICCID: iccid, Line: line, Action: string(c.Action), WebhookURL: webhookURL,
		StartedAt: now, FinishedAt: now, BaseURL: c.APIName,
	}
}
