package batch

import (
	"time"

	"simhook/api"
	"simhook/report"
)

// Action is what a run does to each SIM.
type Action string

// The actions.
const (
	Register   Action = "register"
	Unregister Action = "unregister"
	Reconcile  Action = "reconcile"
	Restore    Action = "restore"
)

// needsWebhookURL reports whether the action sets the webhook that the fleet
// names.
func (a Action) needsWebhookURL() bool { return a == Register || a == Reconcile }

// sim is a SIM of the fleet that is to be called for.
type sim struct {
	line       int
	iccid      string
	webhookURL string
	earlier    *report.Row // what an earlier run achieved for it; nil: nothing

	gone  bool  // it has left the fleet: what was registered is to be removed
	undos undos // what there is to put back
}

// handler does to SIMs what a run is for, and says what came of it.
type handler struct {
	caller         *caller
	action         Action
	types          []api.NotificationType
	baseURL        string
	dryRun         bool
	onlyURL        string
	recordPrevious bool
}

// handle calls for the types of a SIM. It reports false where the run ended
// before anything was tried: the SIM is then still to do, and has no row.
func (h *handler) handle(p phase, s sim) (row report.Row, tried bool) {
	row = report.Row{
		ICCID: s.iccid, Line: s.line, Action: string(h.action), WebhookURL: s.webhookURL,
		StartedAt: time.Now(), BaseURL: h.baseURL,
	}
	if s.earlier != nil {
		row.SubscriptionEnd, row.UsageThreshold = s.earlier.SubscriptionEnd, s.earlier.UsageThreshold
	}
	v := visit{handler: h, phase: p, sim: s}
	types := h.typesOf(s)
	for _, t := range types {
		call := callOf(&row, t)
		if h.settled(call.Outcome) {
			continue // by an earlier run
		}
		tried = v.do(t, call) || tried
		if row.Error == "" {
			row.Error = call.Error
		}
	}
	row.FinishedAt = time.Now()
	row.Status = h.statusOf(&row, types)
	return row, tried
}

// typesOf are the types that something is to be done about.
func (h *handler) typesOf(s sim) []api.NotificationType {
	if h.action != Restore {
		return h.types
	}
	var types []api.NotificationType
	for _, t := range h.types {
		if s.undos.of(t).wanted {
			types = append(types, t)
		}
	}
	return types
}

// settled reports whether an outcome is what the run is to come to.
func (h *handler) settled(o report.Outcome) bool {
	return o.Good() || h.dryRun && o.Planned()
}

// callOf is the part of a row that one type's outcome stands in.
func callOf(row *report.Row, t api.NotificationType) *report.Call {
	if t == api.SubscriptionEnd {
		return &row.SubscriptionEnd
	}
	return &row.UsageThreshold
}

// statusOf sums the outcomes of a SIM up: what another run may mend comes first.
func (h *handler) statusOf(row *report.Row, types []api.NotificationType) report.Status {
	status := report.StatusOK
	for _, t := range types {
		switch outcome := callOf(row, t).Outcome; {
		case outcome == report.Refused:
			if status == report.StatusOK {
				status = report.StatusRefused
			}
		case !h.settled(outcome):
			status = report.StatusFailed
		}
	}
	return status
}
