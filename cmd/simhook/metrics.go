package main

import (
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"simhook/api"
)

// metrics are what Prometheus reads of a run. Those of one run share the labels action, fleet and, of a part of
// one, shard, so that the files of several runs go together. There is no label with an ICCID: their number is not bounded.
type metrics struct {
	registry *prometheus.Registry
	run      prometheus.Registerer // with the labels of the run
	labels   prometheus.Labels
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// requestBuckets are the bounds of the durations of attempts, in seconds: from a local network's round trip
// to the longest that an attempt takes by default.
func requestBuckets() []float64 {
	return []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}
}

// newMetrics returns nil if nobody asked for any.
func newMetrics(b *bulk) *metrics {
	if b.metricsListen == "" && b.metricsFile == "" {
		return nil
	}
	labels := prometheus.Labels{"action": b.metricsAction(), "fleet": filepath.Base(b.source)}
	if !b.shard.Whole() {
		labels["shard"] = b.shard.Label()
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		labels:   labels,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "simhook_api_requests_total",
			Help: "Attempts of calls to the API by method and status code of the answer; none: there was no answer.",
		}, []string{"method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "simhook_api_request_duration_seconds", Help: "Time from the start of an attempt to the last byte of its answer.",
			Buckets: requestBuckets(),
		}, []string{"method"}),
	}
	m.run = prometheus.WrapRegistererWith(m.labels, m.registry)
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "simhook_build_info", Help: "Version of simhook and of Go; always 1.",
		ConstLabels: prometheus.Labels{"version": b.version, "goversion": runtime.Version()},
	})
	info.Set(1)
	m.run.MustRegister(m.requests, m.duration, info, m.fixed("simhook_shard_index", "Shard of this run, from 0.", float64(b.shard.Index)),
		m.fixed("simhook_shards", "Shards that the fleet is divided into.", float64(max(b.shard.Count, 1))))
	return m
}

// metricsAction is the name that the results have: a plan is no reconciliation.
func (b *bulk) metricsAction() string {
	if b.planning() {
		return "plan"
	}
	return string(b.action)
}

// fixed is a gauge that stays as it is.
func (m *metrics) fixed(name, help string, value float64) prometheus.Gauge {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	gauge.Set(value)
	return gauge
}

// observer is told of every attempt; nil: nobody wants to know.
func (b *bulk) observer() func(api.Attempt) {
	log, m := logAttempts(b.log), b.metrics
	switch {
	case m == nil:
		return log
	case log == nil:
		return m.observe
	}
	return func(a api.Attempt) {
		log(a)
		m.observe(a)
	}
}

func (m *metrics) observe(a api.Attempt) {
	code := "none"
	if a.Status != 0 {
		code = strconv.Itoa(a.Status)
	}
	m.requests.WithLabelValues(a.Method, code).Inc()
	m.duration.WithLabelValues(a.Method).Observe(a.Duration.Seconds())
}
