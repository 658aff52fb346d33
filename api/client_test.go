package api_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestAWebhookIsRegisteredReadAndRemoved(t *testing.T) {
	for _, method := range []string{"", "POST", "PUT"} {
		t.Run("register method "+method, func(t *testing.T) {
			var attempts []api.Attempt
			s, client := sandboxClient(t, sandbox.Options{MisspeltType: true, RegisterMethod: method}, api.Config{
				RegisterMethod: method,
				OnAttempt:      func(a api.Attempt) { attempts = append(attempts, a) },
			})
			ctx := within10s(t)
			answer, err := client.Register(ctx, iccid, api.SubscriptionEnd, webhook, "r-1")
			if err != nil || answer.Status != http.StatusOK {
				t.Fatalf("register: %+v, %v", answer, err)
			}
			if url, _ := s.Webhook(iccid, api.SubscriptionEnd); url != webhook {
				t.Errorf("the sandbox has %q", url)
			}
			prefs, _, err := client.Preferences(ctx, iccid, "r-2")
			if diff := cmp.Diff(api.Preferences{api.SubscriptionEnd: webhook}, prefs); err != nil || diff != "" {
				t.Errorf("preferences: %v\n%s", err, diff)
			}
			if _, err := client.Unregister(ctx, iccid, api.SubscriptionEnd, "r-3"); err != nil {
				t.Fatal(err)
			}
			if n := s.Registrations(); n != 0 {
				t.Errorf("%d webhooks are left", n)
			}
			if got := s.Stats(); got.CorrelationIDs != 3 || got.RepeatedCorrelationIDs != 0 {
				t.Errorf("correlation ids: %+v", got)
			}
			for i := range attempts {
				if attempts[i].Duration <= 0 {
					t.Errorf("attempt %d took %v", i, attempts[i].Duration)
				}
				attempts[i].Duration = 0
			}
			post := method
			if post == "" {
				post = "POST"
			}
			want := []api.Attempt{
				{Method: post, ICCID: iccid, Type: api.SubscriptionEnd, CorrelationID: "r-1", Status: 200},
				{Method: "GET", ICCID: iccid, CorrelationID: "r-2", Status: 200},
				{Method: "DELETE", ICCID: iccid, Type: api.SubscriptionEnd, CorrelationID: "r-3", Status: 204},
			}
			if diff := cmp.Diff(want, attempts); diff != "" {
				t.Errorf("observed attempts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestARequestIsWhatTheDocumentationShows(t *testing.T) {
	var got *http.Request
	var body []byte
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusCreated)
	})
	client := newClient(t, server.URL+"/connect-api/", api.Config{UserAgent: "simhook/1.2"})
	if _, err := register(client, "run-1"); err != nil {
		t.Fatal(err)
	}
	if want := "/connect-api/v1/sim/" + iccid + "/preferences/notifications/SUBSCRIPTION_END"; got.URL.Path != want {
		t.Errorf("path is %s, want %s", got.URL.Path, want)
	}
	if want := `{"webhook_url":"https://hooks.example.com/sim?a=1&b=<2>"}`; string(body) != want {
		t.Errorf("body is %s, want %s", body, want)
	}
	for name, want := range map[string]string{
		"Authorization":    "Bearer token-of-the-test",
		"Content-Type":     "application/json",
		"Accept":           "application/json",
		"Accept-Encoding":  "identity",
		"Cache-Control":    "no-cache",
		"X-Correlation-ID": "run-1",
		"User-Agent":       "simhook/1.2",
		"Idempotency-Key":  "",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestAnICCIDCannotLeaveItsPlaceInThePath(t *testing.T) {
	var paths []string
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { paths = append(paths, r.RequestURI) })
	client := newClient(t, server.URL, api.Config{})
	for _, bad := range []string{"", ".", "..", "89/../admin", `89\admin`} {
		_, err := client.Unregister(within10s(t), bad, api.UsageThreshold, "c")
		if err == nil || api.Temporary(err) || api.Ambiguous(err) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if len(paths) != 0 {
		t.Errorf("sent: %q", paths)
	}
	if _, err := client.Unregister(within10s(t), "89?x=1#y %2e", api.UsageThreshold, "c"); err != nil {
		t.Fatal(err)
	}
	want := []string{"/v1/sim/89%3Fx=1%23y%20%252e/preferences/notifications/USAGE_THRESHOLD"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
}

func TestTheAnswerHasItsHeadersAfterSuccessAndFailure(t *testing.T) {
	reset := time.UnixMilli(1_700_000_000_123)
	status := http.StatusOK
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-rate-limit-limit", "10")
		w.Header().Set("x-rate-limit-remaining", "3")
		w.Header().Set("x-rate-limit-reset", "1700000000123")
		w.Header().Set("Date", "Tue, 14 Nov 2023 22:13:10 GMT")
		w.Header().Set("Retry-After", "Tue, 14 Nov 2023 22:13:25 GMT")
		w.WriteHeader(status)
		if status == http.StatusTooManyRequests {
			io.WriteString(w, `{"message":"Rate limit exceeded ! You reach the limit of 10 requests per 1 minutes","http_status_code":429}`)
		}
	})
	client := newClient(t, server.URL, api.Config{})
	want := api.Answer{
		Status:     200,
		Quota:      api.Quota{Limit: 10, Remaining: 3, Reset: reset},
		RetryAfter: 15 * time.Second,
		Date:       time.Date(2023, 11, 14, 22, 13, 10, 0, time.UTC),
	}
	answer, err := register(client, "c-1")
	if diff := cmp.Diff(want, answer); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	status, want.Status, want.Quota.Window = 429, 429, time.Minute
	answer, err = register(client, "c-2")
	if diff := cmp.Diff(want, answer); err == nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	for name, test := range map[string]struct {
		opts    sandbox.Options
		callers int
	}{
		"after successes": {sandbox.Options{}, 1},
		"after errors":    {sandbox.Options{Foreign: func(string) bool { return true }}, 1},
		"by many":         {sandbox.Options{}, 16},
	} {
		t.Run(name, func(t *testing.T) {
			s := sandbox.New(test.opts)
			server := httptest.NewUnstartedServer(s)
			var opened atomic.Int64
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			server.Start()
			t.Cleanup(server.Close)
			client := newClient(t, server.URL+sandbox.BasePath, api.Config{Tokens: api.StaticToken(s.IssueToken()), Connections: test.callers})
			for range 20 {
				registerFromAll(test.callers, client)
			}
			if n := int(opened.Load()); n == 0 || n > test.callers {
				t.Errorf("%d connections for 20 calls of %d callers", n, test.callers)
			}
		})
	}
}

func TestTheCallersCancellationIsNoTimeout(t *testing.T) {
	arrived := make(chan struct{})
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server notices a disconnect only after it has read the body
		close(arrived)
		<-r.Context().Done()
	})
	client := newClient(t, server.URL, api.Config{Timeout: time.Minute})
	ctx, cancel := context.WithCancel(within10s(t))
	go func() {
		<-arrived
		cancel()
	}()
	_, err := client.Register(ctx, iccid, api.SubscriptionEnd, webhook, "c")
	if !errors.Is(err, context.Canceled) || api.Temporary(err) || !api.Ambiguous(err) {
		t.Errorf("%v: temporary %v, ambiguous %v", err, api.Temporary(err), api.Ambiguous(err))
	}
	if got := api.Cause(err); got != "cancelled" {
		t.Errorf("cause is %q", got)
	}
}

func TestAConfigurationThatCannotWorkIsRefusedWithoutQuotingIt(t *testing.T) {
	tokens := api.StaticToken("t")
	for name, cfg := range map[string]api.Config{
		"no base URL":                      {Tokens: tokens},
		"a relative URL":                   {Tokens: tokens, BaseURL: "/connect-api"},
		"another scheme":                   {Tokens: tokens, BaseURL: "ftp://host/hunter2"},
		"no host":                          {Tokens: tokens, BaseURL: "https:///hunter2"},
		"a password":                       {Tokens: tokens, BaseURL: "https://me:hunter2@host"},
		"a password in no URL":             {Tokens: tokens, BaseURL: "https://me:hunter2@ho st"},
		"a query":                          {Tokens: tokens, BaseURL: "https://host?hunter2"},
		"an empty query":                   {Tokens: tokens, BaseURL: "https://host?"},
		"a fragment":                       {Tokens: tokens, BaseURL: "https://host#hunter2"},
		"no tokens":                        {BaseURL: "https://host"},
		"an odd register method":           {Tokens: tokens, BaseURL: "https://host", RegisterMethod: "PATCH"},
		"a negative timeout":               {Tokens: tokens, BaseURL: "https://host", Timeout: -1},
		"a negative number of connections": {Tokens: tokens, BaseURL: "https://host", Connections: -1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := api.NewClient(cfg)
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error is %v", err)
			}
		})
	}
	client := newClient(t, " https://host/api// ", api.Config{})
	if got := client.BaseURL(); got != "https://host/api" {
		t.Errorf("base URL is %q", got)
	}
}
