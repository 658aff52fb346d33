package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"simhook/batch"
	"simhook/batch/pace"
)

// runCollector makes metrics of a run's status: all of a scrape are of one moment.
type runCollector struct{ status func() batch.Status }

// metric is one kind of them: its labels, and its value for the values of the labels.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func counter(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc(name, help, labels, nil), prometheus.CounterValue}
}

func gauge(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc(name, help, labels, nil), prometheus.GaugeValue}
}

// Describe says nothing: which metrics there are follows from what the API announces.
func (c runCollector) Describe(chan<- *prometheus.Desc) {}

// Collect sends the metrics of the run as it is now.
func (c runCollector) Collect(out chan<- prometheus.Metric) {
	s := c.status()
	send := func(m metric, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, value, labels...)
	}
	collectSIMs(s, send)
	collectCalls(s, send)
	collectPace(s, send)
}

type sender func(m metric, value float64, labels ...string)

func collectSIMs(s batch.Status, send sender) {
	sims := counter("simhook_sims_total", "Rows of the fleet that have a result, by status, those of earlier runs included.", "status")
	for status, n := range map[string]int{
		"ok": s.OK, "failed": s.Failed, "refused": s.Refused, "invalid": s.Plan.Invalid, "duplicate": s.Plan.Duplicate,
	} {
		send(sims, float64(n), status)
	}
	pruned := counter("simhook_pruned_sims_total", "SIMs that have left the fleet and were to lose their webhooks, by status.", "status")
	send(pruned, float64(s.Pruned), "ok")
	send(pruned, float64(s.PrunedNot), "not_ok")
	send(gauge("simhook_fleet_rows", "Rows of the fleet."), float64(s.Plan.Rows))
	send(gauge("simhook_sims_earlier", "SIMs that earlier runs have done."), float64(s.Plan.Done))
	send(gauge("simhook_sims_remaining", "SIMs without a result as yet."), float64(s.Remaining))
}

func collectCalls(s batch.Status, send sender) {
	retries := counter("simhook_retries_total", "Attempts after a passing failure, by its reason.", "reason")
	for reason, n := range s.Retries {
		send(retries, float64(n), reason)
	}
	send(counter("simhook_attempts_total", "Attempts of calls that were begun, retries included."), float64(s.Attempts))
	send(counter("simhook_throttled_total", "Answers 429."), float64(s.Throttled))
	send(counter("simhook_token_renewals_total", "Access tokens obtained, the first one included."), float64(s.Tokens))
	send(gauge("simhook_calls_per_second", "Attempts a second in the last minute."), s.CallsPerSecond)
	send(gauge("simhook_workers", "Calls in flight at the most."), float64(s.Workers))
	send(gauge("simhook_workers_busy", "Calls in flight."), float64(s.Busy))
	if s.Left > 0 {
		send(gauge("simhook_expected_remaining_seconds", "Time until the end at the rate of the last minute."), s.Left.Seconds())
	}
}

func collectPace(s batch.Status, send sender) {
	limit := gauge("simhook_quota_limit", "Calls in a window of the quota, as the API announced; absent: it has announced none.", "kind")
	remaining := gauge("simhook_quota_remaining", "Calls left in this window, by what the API announced last.", "kind")
	closed := gauge("simhook_gate_closed", "1 while no call may start until the quota is renewed.", "kind")
	for kind, pace := range map[string]pace.Status{"write": s.Writes, "read": s.Reads} {
		if pace.Quota > 0 {
			send(limit, float64(pace.Quota), kind)
			send(remaining, float64(pace.Remaining), kind)
		}
		send(closed, number(!pace.ClosedUntil.IsZero()), kind)
	}
	send(gauge("simhook_api_outage", "1 while the API is failing as a whole and all calls wait."), number(s.Limit == batch.LimitOutage))
	send(gauge("simhook_stopping", "1 while the run is to end and takes no new SIM."), number(s.Limit == batch.LimitStopping))
}

func number(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
