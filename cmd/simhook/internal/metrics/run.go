package metrics

import (
	"simhook/batch"
	"simhook/batch/pace"
)

func collectSIMs(s batch.Status, send Sender) {
	sims := Counter("simhook_sims_total",
		"Rows of the fleet that have a result, by status, those of earlier runs included.", "status")
	for status, n := range map[string]int{
		"ok": s.OK, "failed": s.Failed, "refused": s.Refused, "invalid": s.Plan.Invalid, "duplicate": s.Plan.Duplicate,
	} {
		send(sims, float64(n), status)
	}
	send(Gauge("simhook_sims_accepted", "Refused SIMs that --accept-refused takes for granted."), float64(s.Accepted))
	pruned := Counter("simhook_pruned_sims_total",
		"SIMs that have left the fleet and were to lose their webhooks, by status.", "status")
	send(pruned, float64(s.Pruned), "ok")
	send(pruned, float64(s.PrunedNot), "not_ok")
	send(Gauge("simhook_fleet_rows", "Rows of the fleet."), float64(s.Plan.Rows))
	send(Gauge("simhook_sims_earlier", "SIMs that earlier runs have done."), float64(s.Plan.Done))
	send(Gauge("simhook_sims_remaining", "SIMs without a result as yet."), float64(s.Remaining))
}

func collectCalls(s batch.Status, send Sender) {
	retries := Counter("simhook_retries_total", "Attempts after a passing failure, by its reason.", "reason")
	for reason, n := range s.Retries {
		send(retries, float64(n), reason)
	}
	send(Counter("simhook_attempts_total", "Attempts of calls that were begun, retries included."), float64(s.Attempts))
	send(Counter("simhook_throttled_total", "Answers 429."), float64(s.Throttled))
	send(Counter("simhook_token_renewals_total", "Access tokens obtained, the first one included."), float64(s.Tokens))
	send(Gauge("simhook_calls_per_second", "Calls a second that were answered in the last 10 s."), s.CallsPerSecond())
	send(Gauge("simhook_workers", "Calls in flight at the most."), float64(s.Workers))
	send(Gauge("simhook_workers_busy", "Calls in flight."), float64(s.Busy))
	if s.Left > 0 {
		send(Gauge("simhook_expected_remaining_seconds", "Time until the end at the rate of the last minute."),
			s.Left.Seconds())
	}
}

func collectPace(s batch.Status, send Sender) {
	limit := Gauge("simhook_quota_limit",
		"Calls in a window of the quota, as the API announced; absent: it has announced none.", "kind")
	remaining := Gauge("simhook_quota_remaining", "Calls left in this window, by what the API announced last.", "kind")
	closed := Gauge("simhook_gate_closed", "1 while no call may start until the quota is renewed.", "kind")
	for kind, at := range map[string]pace.Status{"write": s.Writes, "read": s.Reads} {
		if at.Quota > 0 {
			send(limit, float64(at.Quota), kind)
			send(remaining, float64(at.Remaining), kind)
		}
		send(closed, Flag(!at.ClosedUntil.IsZero()), kind)
	}
	send(Gauge("simhook_api_outage", "1 while the API is failing as a whole and all calls wait."),
		Flag(s.Limit == batch.LimitOutage))
	send(Gauge("simhook_stopping", "1 while the run is to end and takes no new SIM."),
		Flag(s.Limit == batch.LimitStopping))
}
