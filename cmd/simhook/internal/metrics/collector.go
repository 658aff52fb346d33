package metrics

import "github.com/prometheus/client_golang/prometheus"

// Collector makes metrics whenever they are asked for, from one snapshot: all numbers of a scrape are of one moment.
type Collector func(send Sender)

// Sender takes a metric's value for the values of its labels.
type Sender func(m Metric, value float64, labels ...string)

// Metric is one kind of metric, with the names of its labels.
type Metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

// Counter is a metric that only grows.
func Counter(name, help string, labels ...string) Metric {
	return Metric{prometheus.NewDesc(name, help, labels, nil), prometheus.CounterValue}
}

// Gauge is a metric that may also fall.
func Gauge(name, help string, labels ...string) Metric {
	return Metric{prometheus.NewDesc(name, help, labels, nil), prometheus.GaugeValue}
}

// Flag is the value of a gauge that is 1 or 0.
func Flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// Describe announces nothing: which metrics exist depends on the moment.
func (c Collector) Describe(chan<- *prometheus.Desc) {}

// Collect sends the metrics as they are now.
func (c Collector) Collect(out chan<- prometheus.Metric) {
	c(func(m Metric, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, value, labels...)
	})
}
