package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"simhook/batch"
)

// serveMetrics lets Prometheus read the run's metrics, if that was asked for, until the function it returns
// is called. Its error is a *settingError: the address cannot be listened on.
func (b *bulk) serveMetrics(run *batch.Run) (stop func(), err error) {
	if b.metrics == nil {
		return func() {}, nil
	}
	b.metrics.run.MustRegister(runCollector{run.Status})
	if b.metricsListen == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", b.metricsListen)
	if err != nil {
		return nil, settingf("--metrics-listen: %v", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(b.metrics.registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with the run
	}()
	b.console.Say("metrics: http://%s/metrics", listener.Addr())
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
		<-served
	}, nil
}
