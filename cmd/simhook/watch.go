package main

import (
	"net/http"
	"path/filepath"

	"simhook/api"
	"simhook/batch"
	"simhook/cmd/simhook/internal/metrics"
	"simhook/cmd/simhook/internal/output"
	"simhook/cmd/simhook/internal/progress"
	"simhook/cmd/simhook/internal/server"
)

// showProgress shows how far a run is until the function it returns is called. Nothing is shown after that.
func (b *bulk) showProgress(run *batch.Run) (done func()) {
	switch {
	case run.Status().Plan.ToDo() == 0, b.progress == "none":
		return func() {}
	case b.canDraw() && b.progress != "log":
		return progress.Bar(b.console, run.Status, b.wantsColours())
	}
	return progress.Log(b.log, run.Status)
}

// wantsColours follows https://no-color.org.
func (p *program) wantsColours() bool {
	no, _ := p.env("NO_COLOR")
	return no == ""
}

// canDraw reports whether a line can be drawn again and again in one place.
func (p *program) canDraw() bool {
	kind, _ := p.env("TERM")
	return p.terminal && kind != "dumb"
}

// newMetrics returns nil where no option wants metrics.
func (b *bulk) newMetrics() *metrics.Metrics {
	if b.metricsListen == "" && b.metricsFile == "" && b.metricsPush == "" {
		return nil
	}
	labels := metrics.Labels{
		Action: resultsKind(b.action, b.dryRun), Fleet: filepath.Base(b.source), Shard: b.shard,
	}
	return metrics.New(labels, b.version)
}

// serveMetrics lets Prometheus read the run's metrics, if that was asked for, until the function it returns is called.
// Its error is a *settingError: the address cannot be listened on.
func (b *bulk) serveMetrics(run *batch.Run) (stop func(), err error) {
	if b.metrics == nil {
		return func() {}, nil
	}
	b.metrics.Follow(run.Status)
	if b.metricsListen == "" {
		return func() {}, nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", b.metrics.Handler())
	running, err := server.Start(b.metricsListen, &http.Server{Handler: mux, ReadHeaderTimeout: server.HeaderTimeout})
	if err != nil {
		return nil, settingf("--metrics-listen: %v", err)
	}
	b.console.Say("metrics: http://%s/metrics", running.Addr())
	return func() { running.StopSoon() }, nil
}

// observer takes every attempt; nil: neither the log nor the metrics want them.
func (b *bulk) observer() func(api.Attempt) {
	log := output.LogAttempts(b.log)
	switch {
	case b.metrics == nil:
		return log
	case log == nil:
		return b.metrics.Observe
	}
	return func(a api.Attempt) {
		log(a)
		b.metrics.Observe(a)
	}
}
