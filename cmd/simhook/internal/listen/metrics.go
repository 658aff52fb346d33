package listen

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"simhook/cmd/simhook/internal/metrics"
)

// metrics lets Prometheus read the counts.
func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.Collector(s.collect))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

func (s *Server) collect(send metrics.Sender) {
	now := s.counts.now()
	send(metrics.Counter("simhook_notifications_received_total", "Notifications that were written down."),
		float64(now.received))
	send(metrics.Counter("simhook_notifications_repeated_total",
		"Notifications acknowledged as repeats of earlier ones."), float64(now.repeated))
	send(metrics.Counter("simhook_notifications_changed_total",
		"Notifications received with the id, type and ICCID of an earlier one and other content."), float64(now.changed))
	refused := metrics.Counter("simhook_notifications_refused_total",
		"Requests that were not acknowledged, by the status code of the answer.", "code")
	for status, n := range now.refused {
		send(refused, float64(n), strconv.Itoa(status))
	}
	send(metrics.Counter("simhook_notifications_bytes_total", "Bytes of bodies that were read."), float64(now.bytes))
	send(metrics.Gauge("simhook_notifications_unwritable", "1 for 30 s after a notification could not be written."),
		metrics.Flag(s.counts.failing(time.Now())))
	lag := metrics.Gauge("simhook_forward_lag_seconds",
		"Age of the oldest notification that is not yet forwarded.", "target")
	forwarded := metrics.Counter("simhook_forward_forwarded_total", "Notifications that a target has taken.", "target")
	dead := metrics.Counter("simhook_forward_dead_total", "Notifications that became dead letters.", "target")
	for name, f := range s.forwarders {
		send(lag, f.Lag().Seconds(), name)
		send(forwarded, float64(f.Forwarded()), name)
		send(dead, float64(f.Dead()), name)
	}
	if e := s.expected; e != nil {
		send(metrics.Gauge("simhook_expected_sims", "SIMs of the fleet that notifications are expected from."),
			float64(e.SIMs()))
		send(metrics.Gauge("simhook_expected_sims_heard", "SIMs of the fleet that have been heard from."),
			float64(e.Heard()))
	}
}
