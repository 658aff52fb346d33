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
)

// sim is a SIM of the fleet that is to be called for.
type sim struct {
	line       int
	iccid      string
	webhookURL string
	earlier    *report.Row // what an earlier run achieved for it; nil: nothing
}

// handler does to SIMs what a run is for, and says what came of it.
type handler struct {
	caller  *caller
	action  Action
	types   []api.NotificationType
	baseURL string
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
	for _, t := range h.types {
		call := callOf(&row, t)
		if call.Outcome.Good() {
			continue // by an earlier run
		}
		attempts := v.do(t, call)
		tried = tried || attempts > 0
		if row.Error == "" {
			row.Error = call.Error
		}
	}
	row.FinishedAt = time.Now()
	row.Status = statusOf(&row, h.types)
	return row, tried
}

// callOf is the part of a row that one type's outcome stands in.
func callOf(row *report.Row, t api.NotificationType) *report.Call {
	if t == api.SubscriptionEnd {
		return &row.SubscriptionEnd
	}
	return &row.UsageThreshold
}

// statusOf sums the outcomes of a SIM up: what another run may mend comes first.
func statusOf(row *report.Row, types []api.NotificationType) report.Status {
	status := report.StatusOK
	for _, t := range types {
		switch outcome := callOf(row, t).Outcome; {
		case outcome == report.Refused:
			if status == report.StatusOK {
				status = report.StatusRefused
			}
		case !outcome.Good():
			status = report.StatusFailed
		}
	}
	return status
}
