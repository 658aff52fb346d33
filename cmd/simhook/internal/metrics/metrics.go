package metrics

import (
	"net/http"
	"runtime"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"simhook/api"
	"simhook/batch"
	"simhook/report"
)

// Labels name a run. Every metric of the run has them, so that the files of several runs can stand side by side.
type Labels struct {
	Action string
	Fleet  string // file name without its folder
	Shard  report.Shard
}

// Metrics are those of one run.
type Metrics struct {
	registry *prometheus.Registry
	run      prometheus.Registerer // adds the labels of the run
	labels   prometheus.Labels
	ended    bool // how the run ended is among them
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// requestBuckets are the bounds of the durations of attempts, in seconds: from a local network's round trip
// to the longest that an attempt takes by default.
func requestBuckets() []float64 {
	return []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}
}

// New makes the metrics of a run by this version of simhook. The label shard is there for one shard only.
func New(l Labels, version string) *Metrics {
	labels := prometheus.Labels{"action": l.Action, "fleet": l.Fleet}
	if !l.Shard.Whole() {
		labels["shard"] = l.Shard.Label()
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		labels:   labels,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "simhook_api_requests_total",
			Help: "Attempts of calls to the API by method and status code of the answer; none: there was no answer.",
		}, []string{"method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "simhook_api_request_duration_seconds",
			Help:    "Time from the start of an attempt to the last byte of its answer.",
			Buckets: requestBuckets(),
		}, []string{"method"}),
	}
	m.run = prometheus.WrapRegistererWith(m.labels, m.registry)
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "simhook_build_info", Help: "Version of simhook and of Go; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	info.Set(1)
	m.run.MustRegister(m.requests, m.duration, info,
		m.fixed("simhook_shard_index", "Shard of this run, from 0.", float64(l.Shard.Index)),
		m.fixed("simhook_shards", "Shards that the fleet is divided into.", float64(max(l.Shard.Count, 1))))
	return m
}

// Observe counts an attempt of a call.
func (m *Metrics) Observe(a api.Attempt) {
	code := "none"
	if a.Status != 0 {
		code = strconv.Itoa(a.Status)
	}
	m.requests.WithLabelValues(a.Method, code).Inc()
	m.duration.WithLabelValues(a.Method).Observe(a.Duration.Seconds())
}

// Follow adds what the run's status tells.
func (m *Metrics) Follow(status func() batch.Status) {
	m.run.MustRegister(Collector(func(send Sender) {
		s := status()
		collectSIMs(s, send)
		collectCalls(s, send)
		collectPace(s, send)
	}))
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// fixed is a gauge that stays as it is.
func (m *Metrics) fixed(name, help string, value float64) prometheus.Gauge {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	gauge.Set(value)
	return gauge
}
