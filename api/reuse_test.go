package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"simhook/api"
)

func TestACallContainsNothingOfAnEarlierOne(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]string{} // by correlation ID
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		seen[r.Header.Get("X-Correlation-ID")] = fmt.Sprintf("%s %s %s", r.Method, r.RequestURI, body)
		switch {
		case strings.Contains(r.URL.Path, "-refused"):
			w.WriteHeader(http.StatusForbidden)
		case r.Method == http.MethodGet:
			fmt.Fprintf(w, `{"notifications":[{"type":"USAGE_THRESHOLD","webhook_url":"https://example.com/%s"}]}`, strings.Split(r.URL.EscapedPath(), "/")[4])
		}
	})
	// There are fewer connections than callers, and the base URL contains an escape.
	client := newClient(t, server.URL+"/a%2Fb", api.Config{Connections: 3})
	ctx := within10s(t)
	var callers sync.WaitGroup
	const each = 100
	for n := range 8 {
		callers.Go(func() {
			for i := range each {
				sim, id := fmt.Sprintf("89%d-%d", n, i), fmt.Sprintf("%d-%d", n, i)
				if i%5 == 4 {
					sim += "-refused"
				}
				switch i % 3 {
				case 0:
					_, _ = client.Register(ctx, sim, api.SubscriptionEnd, "https://example.com/"+strings.Repeat("x", i), id)
				case 1:
					_, _ = client.Unregister(ctx, sim, api.UsageThreshold, id)
				case 2:
					prefs, _, err := client.Preferences(ctx, sim, id)
					if want := "https://example.com/" + sim; err == nil && prefs[api.UsageThreshold] != want {
						t.Errorf("the webhook of %s is %s", sim, prefs[api.UsageThreshold])
					}
				}
			}
		})
	}
	callers.Wait()
	for n := range 8 {
		for i := range each {
			sim := fmt.Sprintf("89%d-%d", n, i)
			if i%5 == 4 {
				sim += "-refused"
			}
			path := "/a%2Fb/v1/sim/" + url.PathEscape(sim) + "/preferences"
			want := map[int]string{
				0: fmt.Sprintf(`POST %s/notifications/SUBSCRIPTION_END {"webhook_url":"https://example.com/%s"}`, path, strings.Repeat("x", i)),
				1: fmt.Sprintf("DELETE %s/notifications/USAGE_THRESHOLD ", path),
				2: fmt.Sprintf("GET %s ", path),
			}[i%3]
			if got := seen[fmt.Sprintf("%d-%d", n, i)]; got != want {
				t.Errorf("sent %q, want %q", got, want)
			}
		}
	}
}

func TestEveryCallHasItsFullTimeout(t *testing.T) {
	inVirtualTime(t, func() http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server notices a disconnect only after it has read the body
			if r.Header.Get("X-Correlation-ID") == "hangs" {
				<-r.Context().Done()
			}
		})
	}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
		client := newClient(t, "http://sandbox", api.Config{Transport: transport, Timeout: 20 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		for _, id := range []string{"1", "hangs", "2", "3", "hangs", "hangs", "4"} {
			start := time.Now()
			_, err := client.Register(ctx, iccid, api.SubscriptionEnd, webhook, id)
			cause, took := api.Cause(err), time.Since(start)
			if hung := id == "hangs"; hung && (cause != "timeout" || took != 20*time.Second) || !hung && err != nil {
				t.Errorf("%s: %v after %v", id, err, took)
			}
			time.Sleep(15 * time.Second)
		}
	})
}

func TestACallEndsWithItsOwnContextAndNoOther(t *testing.T) {
	inVirtualTime(t, func() http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-time.After(2 * time.Second):
			case <-r.Context().Done():
			}
		})
	}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
		client := newClient(t, "http://sandbox", api.Config{Transport: transport})
		call := func(ctx context.Context, id string) error {
			_, err := client.Register(ctx, iccid, api.SubscriptionEnd, webhook, id)
			return err
		}
		before, end := context.WithCancel(t.Context())
		if err := call(before, "1"); err != nil {
			t.Fatal(err)
		}
		end()
		if err := call(t.Context(), "2"); err != nil {
			t.Errorf("after a call whose context has ended: %v", err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := call(short, "3"); api.Cause(err) != "cancelled" || time.Since(start) != time.Second {
			t.Errorf("with a context of 1 s: %v after %v", err, time.Since(start))
		}
	})
}

// lateTransport still uses the first request after it has reported its failure, as http.RoundTripper allows.
type lateTransport struct {
	first *http.Request
	check func(first *http.Request)
}

func (l *lateTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.first == nil {
		l.first = r
		return nil, syscall.ECONNRESET
	}
	l.check(l.first)
	_, _ = io.Copy(io.Discard, r.Body)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

func TestARequestThatFailedIsNotReused(t *testing.T) {
	checked := false
	client := newClient(t, "http://sandbox", api.Config{Transport: &lateTransport{check: func(first *http.Request) {
		checked = true
		body, err := io.ReadAll(first.Body)
		if err != nil || !strings.Contains(string(body), "/first") || !strings.Contains(first.URL.Path, iccid) {
			t.Errorf("%v: the failed request now has the path %s and the body %s", err, first.URL.Path, body)
		}
	}}})
	ctx := t.Context()
	if _, err := client.Register(ctx, iccid, api.SubscriptionEnd, "https://example.com/first", "1"); api.Cause(err) != "connection reset" {
		t.Errorf("got %v", err)
	}
	if _, err := client.Register(ctx, "8944474600000109269", api.SubscriptionEnd, "https://example.com/second", "2"); err != nil || !checked {
		t.Errorf("%v, checked: %v", err, checked)
	}
}

func TestACallWithoutAConnectionIsNotAmbiguousAfterCallsThatHadOne(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	var dialled atomic.Int64
	client := newClient(t, server.URL, api.Config{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if dialled.Add(1) > 1 {
				return nil, errors.New("no route")
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}})
	if _, err := register(client, "1"); err != nil {
		t.Fatal(err)
	}
	if _, err := register(client, "2"); !api.Temporary(err) || api.Ambiguous(err) || dialled.Load() != 2 {
		t.Errorf("%v after %d attempts to connect: temporary %v, ambiguous %v", err, dialled.Load(), api.Temporary(err), api.Ambiguous(err))
	}
}
