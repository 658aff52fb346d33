package batch

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch/fleet"
	"simhook/batch/pace"
	"simhook/report"
)

// wire is a rig whose connections are real, with waits short enough for them.
type wire struct {
	*rig
	client      api.Config
	credentials api.ClientCredentials
}

// newWire is a fleet to be called for at url, which leads to the sandbox.
func newWire(t *testing.T, s *sandbox.Sandbox, url string, sims int) *wire {
	t.Helper()
	w := &wire{
		rig:         &rig{t: t, sandbox: s, results: filepath.Join(t.TempDir(), "results.csv"), urls: testWebhook},
		client:      api.Config{BaseURL: url + sandbox.BasePath, Timeout: 2 * time.Second},
		credentials: api.ClientCredentials{TokenURL: url + sandbox.TokenPath, ClientID: "fleet", ClientSecret: "secret", Timeout: 2 * time.Second},
	}
	w.setFleet(sims)
	return w
}

// run does a whole run, within a time that only a run without end would exceed.
func (w *wire) run(change func(*Config)) (report.Summary, error) {
	t := w.t
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cfg := Config{
		CallOptions: CallOptions{Pace: pace.Options{Rate: pace.Unlimited()}, RetryMaxTime: 20 * time.Second},
		Action:      Register, Workers: 8, Results: w.results,
	}
	if change != nil {
		change(&cfg)
	}
	client := w.connect(cfg.Workers)
	defer client.Close()
	source, err := fleet.Open(ctx, w.fleet, nil, "", fleet.Options{WebhookURL: w.urls, AllowBadLuhn: true})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Client = client
	if !cfg.Action.takesSteps() {
		cfg.Fleet = source
	}
	run, err := Prepare(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(run.Close(), source.Close()); err != nil {
			t.Error(err)
		}
	}()
	err = run.Do(ctx)
	if ctx.Err() != nil {
		t.Errorf("the run did not end by itself: %v", err)
	}
	return run.Summary(), err
}

func (w *wire) connect(connections int) *api.Client {
	w.t.Helper()
	if w.client.Tokens == nil {
		tokens, err := api.NewClientCredentials(w.credentials)
		if err != nil {
			w.t.Fatal(err)
		}
		w.client.Tokens = tokens
	}
	w.client.Connections = connections
	client, err := api.NewClient(w.client)
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

// startServer serves h over loopback until the test is over.
func startServer(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

// partial is where the rows of a run that did not finish stand.
func (w *wire) partial() string { return w.results + ".partial" }
