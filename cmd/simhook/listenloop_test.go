package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

// flaky stands before a listener, and lets every fifth delivery end with a 500: by turns before the
// listener has seen it, and after it has written it down.
type flaky struct {
	listener string
	client   *http.Client

	mu        sync.Mutex
	requests  int
	before    int // 500s that the listener knows nothing of
	after     int // 500s although it had acknowledged
	delivered map[string]int
	all       int
	complete  chan struct{} // closed when all are delivered
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	n, parseErr := api.ParseNotification(body)
	if errors.Join(err, parseErr) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.requests++
	before, after := f.requests%10 == 5, f.requests%10 == 0
	f.mu.Unlock()
	status := http.StatusInternalServerError
	if !before {
		status = f.forward(string(body))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case before:
		f.before++
	case after && status == http.StatusOK:
		f.after++
		status = http.StatusInternalServerError
	case status == http.StatusOK:
		f.delivered[n.ID]++
		if len(f.delivered) == f.all {
			close(f.complete)
		}
	}
	w.WriteHeader(status)
}

func (f *flaky) forward(body string) int {
	resp, err := f.client.Post(f.listener, "application/json", strings.NewReader(body))
	if err != nil {
		return http.StatusBadGateway
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// TestTheWholeLoop registers a fleet, lets the API send two notifications to each SIM's webhook, and takes
// the webhooks away again.
func TestTheWholeLoop(t *testing.T) {
	const sims = 1000
	fleet := newFleet(t, sims)
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"), "--expect", fleet, "--allow-bad-luhn")
	webhook := &flaky{listener: l.url, client: l.client, delivered: map[string]int{}, all: 2 * sims, complete: make(chan struct{})}
	front := httptest.NewServer(webhook)
	defer front.Close()
	g := serveGate(t, sandbox.Options{})
	env := g.environment()
	env["SIMHOOK_WEBHOOK_URL"] = front.URL

	if output, err := command(t, env, "register", fleet).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	deliver := func(o sandbox.DeliveryOptions) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { g.Deliver(ctx, o) })
		return func() {
			cancel()
			running.Wait()
		}
	}
	stop := deliver(sandbox.DeliveryOptions{Retry: time.Millisecond})
	sent := map[string]bool{}
	for _, iccid := range simsOf(t, fleet) {
		for _, kind := range api.NotificationTypes() {
			id, err := g.Notify(iccid, kind)
			if err != nil {
				t.Fatalf("%s %s: %v", iccid, kind, err)
			}
			sent[id] = true
		}
	}
	l.await(webhook.complete)
	for g.Stats().Notifications.Delivered < 2*sims && t.Context().Err() == nil {
		pause(t, time.Millisecond) // the last answer is on its way
	}
	stop()
	if webhook.before < sims/20 || webhook.after < sims/20 {
		t.Errorf("%d and %d deliveries were answered 500 first: that is not one in five", webhook.before, webhook.after)
	}
	for id := range l.received() {
		if !sent[id] {
			t.Errorf("%s was never sent", id)
		}
	}
	l.holdsOnce(2 * sims)

	if output, err := command(t, env, "unregister", "--yes", fleet).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if _, err := g.Notify(simsOf(t, fleet)[0], api.UsageThreshold); !errors.Is(err, sandbox.ErrNoWebhook) {
		t.Errorf("notifying a SIM without a webhook: %v", err)
	}
	stop = deliver(sandbox.DeliveryOptions{Every: time.Millisecond})
	pause(t, 100*time.Millisecond)
	stop()
	if n := g.Stats().Notifications; n.Created != 2*sims || n.Delivered != 2*sims {
		t.Errorf("after unregistering there are %+v", n)
	}
	l.holdsOnce(2 * sims)
	l.stop()
	if want := "heard from 1,000 of 1,000 SIMs of "; !strings.Contains(l.said.String(), want) {
		t.Errorf("not said: %s\n%s", want, l.said)
	}
	t.Logf("%d requests for %d notifications, %d answered 500 before and %d after they were written down", webhook.requests, 2*sims, webhook.before, webhook.after)
}
