package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics lets Prometheus read the counts.
func (d *desk) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(listenCollector{d})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// listenCollector makes metrics of what a listener has done.
type listenCollector struct{ desk *desk }

// Describe says nothing: which metrics there are follows from whether a fleet is expected.
func (c listenCollector) Describe(chan<- *prometheus.Desc) {}

// Collect sends the metrics of the listener as it is now.
func (c listenCollector) Collect(out chan<- prometheus.Metric) {
	send := func(m metric, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, value, labels...)
	}
	s := c.desk.counts.Stats()
	send(counter("simhook_notifications_received_total", "Notifications that were written down."), float64(s.Received))
	send(counter("simhook_notifications_repeated_total", "Notifications acknowledged as repeats of earlier ones."), float64(s.Repeated))
	refused := counter("simhook_notifications_refused_total", "Requests that were not acknowledged, by the status code of the answer.", "code")
	for status, n := range s.Refused {
		send(refused, float64(n), strconv.Itoa(status))
	}
	send(counter("simhook_notifications_bytes_total", "Bytes of bodies that were read."), float64(s.Bytes))
	send(gauge("simhook_notifications_unwritable", "1 for 30 s after a notification could not be written."), number(c.desk.counts.failing(time.Now())))
	if e := c.desk.expected; e != nil {
		send(gauge("simhook_expected_sims", "SIMs of the fleet that notifications are expected from."), float64(e.sims()))
		send(gauge("simhook_expected_sims_heard", "SIMs of the fleet that have been heard from."), float64(e.heardFrom()))
	}
}
