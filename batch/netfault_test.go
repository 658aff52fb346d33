package batch

import (
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/report"
)

func TestANetworkThatBreaksEveryFourthRequestFailsNoSIM(t *testing.T) {
	t.Parallel()
	faults := []fault{resetBefore, resetAfter, silence, cutAnswer}
	s := sandbox.New(sandbox.Options{ConflictOnRegister: true})
	proxy := newFaultProxy(t, address(startServer(t, s)), func(n int64) fault {
		if n%4 == 3 {
			return faults[n/4%4]
		}
		return noFault
	})
	w := newWire(t, s, "http://"+proxy.relay.address(), 40)
	w.client.Timeout = 2 * time.Second
	// A call meets a fault in one of four attempts: six in a row would hit one of the hundred calls in each 40th run.
	summary, err := w.run(func(c *Config) { c.Workers, c.Retries, c.RetryMaxTime = 20, 12, time.Minute })
	if err != nil || summary.OK != 40 || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Registered] != 40 {
		t.Errorf("%v, %+v", err, summary)
	}
	w.complete(40)
	for _, f := range faults {
		if n := proxy.count(f); n < 5 {
			t.Errorf("%d times %s: too few to tell anything", n, f)
		}
	}
	if n := s.Stats().RepeatedCorrelationIDs; summary.Retries < 20 || n != 0 {
		t.Errorf("%d retries, %d correlation IDs were used twice", summary.Retries, n)
	}
}

func TestANetworkThatAlwaysBreaksTheCallsFailsEachSIMWithItsCause(t *testing.T) {
	for fault, cause := range map[fault]string{
		resetBefore: "connection reset",
		resetAfter:  "connection reset",
		silence:     "timeout",
		cutAnswer:   "truncated answer",
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			s := sandbox.New(sandbox.Options{})
			server := startServer(t, s)
			proxy := newFaultProxy(t, address(server), allOf(fault))
			w := newWire(t, s, "http://"+proxy.relay.address(), 2)
			w.credentials.TokenURL = server.URL + sandbox.TokenPath
			if fault == silence {
				w.client.Timeout = 200 * time.Millisecond
			}
			summary, err := w.run(func(c *Config) { c.Retries, c.Types = 1, oneType(); blind(c) })
			if err != nil || summary.Failed != 2 || !summary.Complete {
				t.Errorf("%v, %+v", err, summary)
			}
			for _, row := range w.rows(w.results) {
				if row.Status != report.StatusFailed || row.Error != cause || row.Call("SUBSCRIPTION_END").Attempts != 2 || row.Call("SUBSCRIPTION_END").CorrelationID == "" {
					t.Errorf("%+v", row)
				}
			}
			if n := proxy.count(fault); n < 2*2 {
				t.Errorf("%d faults", n)
			}
		})
	}
}

// A firewall that forgets a connection of HTTP/2 would time out every call that is put on it.
func TestADeadConnectionOfHTTP2IsNoticedLongBeforeItsCallsTimeOut(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{ConflictOnRegister: true})
	var line *tunnel
	var served atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("a request by %s", r.Proto)
		}
		if served.Add(1) == 30 {
			line.goDead()
		}
		s.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	line = newTunnel(t, address(server))
	transport := server.Client().Transport.(*http.Transport).Clone()
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: 300 * time.Millisecond, PingTimeout: 300 * time.Millisecond}
	t.Cleanup(transport.CloseIdleConnections)

	w := newWire(t, s, "https://"+line.relay.address(), 100)
	w.client.Transport, w.client.Timeout = transport, 15*time.Second
	w.credentials.Transport = transport
	start := time.Now()
	summary, err := w.run(nil)
	if err != nil || summary.OK != 100 {
		t.Errorf("%v, %+v", err, summary)
	}
	w.complete(100)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v: the calls timed out", took)
	}
	if line.lost.Load() == 0 || line.count.Load() < 2 {
		t.Errorf("%d bytes were lost on %d connections: nothing was tested", line.lost.Load(), line.count.Load())
	}
}

func TestAnswersThatMakeNoSenseNowAndThenFailNoSIM(t *testing.T) {
	for name, answer := range senselessAnswers() {
		t.Run(name, func(t *testing.T) { // one at a time, since what is allocated is measured
			s := sandbox.New(sandbox.Options{ConflictOnRegister: true})
			twisted := &twist{next: s, answer: answer, when: func(n int64) bool { return n%4 == 3 }}
			w := newWire(t, s, startServer(t, twisted).URL, 4)
			w.client.Timeout = 10 * time.Second // inflating is slow
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			summary, err := w.run(func(c *Config) { c.Action = Reconcile })
			runtime.ReadMemStats(&after)
			if err != nil || summary.OK != 4 {
				t.Errorf("%v, %+v", err, summary)
			}
			w.complete(4)
			if n := twisted.fired.Load(); n < 3 {
				t.Errorf("%d such answers", n)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 32*uint64(twisted.fired.Load()) {
				t.Errorf("%d MiB were allocated for %d such answers", mb, twisted.fired.Load())
			}
		})
	}
}

func TestAnswersThatNeverMakeSenseFailEachSIMWithItsCause(t *testing.T) {
	for name, cause := range map[string]string{
		"a page of HTML with 200": "reading what is registered: 200 OK (not from the API: html)",
		"a gzip bomb":             "reading what is registered: 200 OK (not from the API: text)",
		"a body without end":      "reading what is registered: 200 OK (not from the API: text)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.New(sandbox.Options{})
			twisted := &twist{next: s, answer: senselessAnswers()[name], when: always}
			w := newWire(t, s, startServer(t, twisted).URL, 2)
			w.client.Timeout = 10 * time.Second
			summary, err := w.run(func(c *Config) { c.Action, c.Retries, c.Types = Reconcile, 1, oneType() })
			if err != nil || summary.Failed != 2 || len(summary.Causes) != 1 || twisted.fired.Load() == 0 {
				t.Errorf("%v, %+v after %d such answers", err, summary, twisted.fired.Load())
			}
			for _, row := range w.rows(w.results) {
				if row.Error != cause || row.Call("SUBSCRIPTION_END").HTTPStatus != 200 {
					t.Errorf("%q with status %d", row.Error, row.Call("SUBSCRIPTION_END").HTTPStatus)
				}
			}
		})
	}
}

func TestARedirectToAnotherHostIsRefusedAndThatHostNeverCalled(t *testing.T) {
	t.Parallel()
	var strays atomic.Int64
	elsewhere := startServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strays.Add(1) }))
	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(elsewhere.URL, "//", "//user:hunter2@", 1)+r.URL.Path, http.StatusTemporaryRedirect)
	}

	t.Run("by the API", func(t *testing.T) {
		s := sandbox.New(sandbox.Options{})
		twisted := &twist{next: s, answer: redirect, when: always}
		w := newWire(t, s, startServer(t, twisted).URL, 5)
		summary, err := w.run(blind)
		wrong, ok := errors.AsType[*WrongBaseURLError](err)
		if !ok || summary.OK+summary.Refused > 0 || twisted.fired.Load() == 0 {
			t.Errorf("%v, %+v after %d redirects", err, summary, twisted.fired.Load())
		}
		if want := "redirected to " + address(elsewhere) + ": check the base URL"; !strings.Contains(wrong.Error(), want) {
			t.Errorf("the reason is %q", wrong)
		}
	})
	t.Run("by the token endpoint", func(t *testing.T) {
		s := sandbox.New(sandbox.Options{})
		twisted := &twist{next: s, answer: redirect, when: always, tokens: true}
		w := newWire(t, s, startServer(t, twisted).URL, 50)
		_, err := w.run(impatient)
		var gone *GoneError
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), "redirected to "+address(elsewhere)+": check the token URL") || twisted.fired.Load() == 0 {
			t.Errorf("got %v after %d redirects", err, twisted.fired.Load())
		}
	})
	if n := strays.Load(); n != 0 {
		t.Errorf("%d requests reached another host", n)
	}
}

func TestATokenEndpointThatFailsInEveryWayAtFirstFailsNoSIM(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{})
	faults := slices.Collect(maps.Values(tokenFaults()))
	var next atomic.Int64
	twisted := &twist{
		next: s, tokens: true,
		when:   func(n int64) bool { return n < int64(len(faults)) },
		answer: func(w http.ResponseWriter, r *http.Request) { faults[next.Add(1)-1].answer(w, r) },
	}
	w := newWire(t, s, startServer(t, twisted).URL, 10)
	w.credentials.Timeout = 500 * time.Millisecond
	summary, err := w.run(func(c *Config) { c.RetryMaxTime = time.Minute })
	if err != nil || summary.OK != 10 {
		t.Errorf("%v, %+v", err, summary)
	}
	w.complete(10)
	if n := int(twisted.fired.Load()); n != len(faults) {
		t.Errorf("it failed %d times", n)
	}
}

func TestATokenEndpointThatNeverWorksEndsTheRunBeforeAnyCall(t *testing.T) {
	for name, test := range tokenFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.New(sandbox.Options{})
			twisted := &twist{next: s, answer: test.answer, when: always, tokens: true}
			w := newWire(t, s, startServer(t, twisted).URL, 100)
			w.credentials.Timeout = 400 * time.Millisecond
			summary, err := w.run(impatient)
			var gone *GoneError
			if !errors.As(err, &gone) || !strings.Contains(err.Error(), test.cause) {
				t.Errorf("got %v, want a text with %q", err, test.cause)
			}
			if summary.OK != 0 || summary.Remaining < 76 || summary.Complete {
				t.Errorf("%+v", summary)
			}
			if calls := s.Stats().Calls["POST"]; calls != 0 || twisted.fired.Load() < 2 {
				t.Errorf("%d calls, %d failures of the token endpoint", calls, twisted.fired.Load())
			}
		})
	}
}

// A fleet too small for the breaker must not end as if all were well.
func TestASIMThatNoTokenCouldBeHadForHasFailed(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{})
	test := tokenFaults()["500"]
	twisted := &twist{next: s, answer: test.answer, when: always, tokens: true}
	w := newWire(t, s, startServer(t, twisted).URL, 1)
	summary, err := w.run(func(c *Config) { c.Retries = 1 })
	if err != nil || summary.Failed != 1 || summary.Remaining != 0 || !summary.Complete || twisted.fired.Load() == 0 {
		t.Errorf("%v, %+v", err, summary)
	}
	for _, row := range w.rows(w.results) {
		if row.Status != report.StatusFailed || !strings.Contains(row.Error, test.cause) || row.Call("SUBSCRIPTION_END").Attempts != 0 {
			t.Errorf("%+v", row)
		}
	}
	twisted.repair()
	summary, err = w.run(nil)
	if err != nil || summary.OK != 1 {
		t.Errorf("run again: %v, %+v", err, summary)
	}
	w.complete(1)
}

func TestACertificateThatIsNotTrustedEndsTheRunAtOnce(t *testing.T) {
	for name, arrange := range map[string]func(w *wire, secure string){
		"of the API":            func(w *wire, secure string) { w.client.BaseURL = secure + sandbox.BasePath },
		"of the token endpoint": func(w *wire, secure string) { w.credentials.TokenURL = secure + sandbox.TokenPath },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.New(sandbox.Options{})
			var handshakes atomic.Int64
			secure := httptest.NewUnstartedServer(s)
			secure.Config.ErrorLog = log.New(io.Discard, "", 0)
			secure.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					handshakes.Add(1)
				}
			}
			secure.StartTLS()
			t.Cleanup(secure.Close)
			w := newWire(t, s, startServer(t, s).URL, 100)
			arrange(w, secure.URL)
			start := time.Now()
			summary, err := w.run(nil)
			var gone *GoneError
			if !errors.As(err, &gone) || !strings.Contains(err.Error(), "tls: certificate signed by unknown authority") {
				t.Errorf("got %v", err)
			}
			if summary.OK != 0 || summary.Failed > 8 || summary.Remaining < 92 {
				t.Errorf("%+v", summary)
			}
			if n := handshakes.Load(); n < 1 || n > 2*8 {
				t.Errorf("%d handshakes of 8 workers", n)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("gave up after %v", took)
			}
		})
	}
}

func TestAServerThatDoesNotSpeakTLSEndsTheRunAtOnce(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{})
	plain := startServer(t, s)
	w := newWire(t, s, plain.URL, 100)
	w.client.BaseURL = strings.Replace(w.client.BaseURL, "http:", "https:", 1)
	summary, err := w.run(nil)
	var gone *GoneError
	if !errors.As(err, &gone) || !strings.Contains(err.Error(), "tls: the server does not speak TLS") || summary.Remaining < 92 {
		t.Errorf("%v, %+v", err, summary)
	}
}

// impatient gives up at the first probe: with so many workers one failure of the
// token endpoint opens the breaker.
func impatient(c *Config) { c.Workers, c.RetryMaxTime = 24, time.Second }

func oneType() []api.NotificationType { return []api.NotificationType{api.SubscriptionEnd} }

func allOf(f fault) func(int64) fault { return func(int64) fault { return f } }
