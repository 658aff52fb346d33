package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestFaultsAfterTheCallTookEffectAreTemporaryAndAmbiguous(t *testing.T) {
	for _, test := range []struct {
		fault sandbox.Fault
		opts  sandbox.Options
		cause string
	}{
		{sandbox.FaultReset, sandbox.Options{ResetRate: 1}, "connection reset"},
		{sandbox.FaultHang, sandbox.Options{HangRate: 1}, "timeout"},
		{sandbox.FaultTruncate, sandbox.Options{TruncateRate: 1}, "truncated answer"},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			s, client := sandboxClient(t, test.opts, api.Config{Timeout: 200 * time.Millisecond})
			_, err := register(client, "run-7")
			if s.Stats().Faults[test.fault] != 1 || s.Registrations() != 1 {
				t.Fatalf("the fault did not happen: %+v", s.Stats())
			}
			if got := api.Cause(err); got != test.cause {
				t.Errorf("cause is %q, want %q", got, test.cause)
			}
			if !api.Temporary(err) || !api.Ambiguous(err) {
				t.Errorf("temporary %v, ambiguous %v", api.Temporary(err), api.Ambiguous(err))
			}
			if !strings.Contains(err.Error(), "run-7") {
				t.Errorf("no correlation id in %q", err)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("the attempt's timeout looks like the caller's deadline")
			}
		})
	}
}

func TestTheFourServerErrorsAreTemporaryAndAmbiguous(t *testing.T) {
	s, client := sandboxClient(t, sandbox.Options{ErrorRate: 1}, api.Config{})
	for i, want := range []string{
		"500 INTERNAL_ERROR: an internal error occurred",
		"502 Bad Gateway (not from the API: html)",
		"503 SERVICE_UNAVAILABLE: try again later",
		"504 Gateway Timeout (not from the API: html)",
	} {
		_, err := register(client, string(rune('a'+i)))
		if got := api.Cause(err); got != want {
			t.Errorf("cause is %q, want %q", got, want)
		}
		if !api.Temporary(err) || !api.Ambiguous(err) {
			t.Errorf("%v: temporary %v, ambiguous %v", err, api.Temporary(err), api.Ambiguous(err))
		}
	}
	faults := s.Stats().Faults
	if faults[sandbox.FaultErrorBefore] != 2 || faults[sandbox.FaultErrorAfter] != 2 {
		t.Errorf("faults: %v", faults)
	}
}

func TestWithoutAConnectionNothingTookEffect(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, but never answers the TLS handshake
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = silentLog()
	secure.StartTLS()
	defer secure.Close()
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})

	for name, test := range map[string]struct {
		url, cause string
		temporary  bool
	}{
		"refused":                 {"http://" + closed.Addr().String(), "connection refused", true},
		"silent during handshake": {"https://" + silent.Addr().String(), "timeout", true},
		"unknown certificate":     {secure.URL, "tls: certificate signed by unknown authority", false},
		"no TLS":                  {strings.Replace(plain.URL, "http", "https", 1), "tls: the server does not speak TLS", false},
		"unknown host":            {"http://nowhere.invalid", "no such host: nowhere.invalid", true},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, test.url, api.Config{Timeout: 2 * time.Second})
			_, err := register(client, "c")
			got := api.Cause(err)
			if strings.HasPrefix(test.cause, "no such host") && strings.HasPrefix(got, "name lookup failed") {
				t.Skip("there is no name server to say so")
			}
			if got != test.cause || api.Temporary(err) != test.temporary {
				t.Errorf("cause %q, temporary %v", got, api.Temporary(err))
			}
			if api.Ambiguous(err) {
				t.Error("ambiguous, although nothing was sent")
			}
		})
	}
}

// net/http repeats a request by itself if the server closes a kept connection after it has read the request.
func TestARequestThatTheServerHasReadIsNotRepeated(t *testing.T) {
	calls := map[string]func(*api.Client) error{
		"POST": func(c *api.Client) error { _, err := register(c, "same"); return err },
		"PUT":  func(c *api.Client) error { _, err := register(c, "same"); return err },
		"DELETE": func(c *api.Client) error {
			_, err := c.Unregister(context.Background(), iccid, api.SubscriptionEnd, "same")
			return err
		},
		"GET": func(c *api.Client) error {
			_, _, err := c.Preferences(context.Background(), iccid, "same")
			return err
		},
	}
	for method, call := range calls {
		t.Run(method, func(t *testing.T) {
			var served atomic.Int64
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if served.Add(1) == 1 {
					io.WriteString(w, `{"notifications":[]}`)
					return
				}
				if r.ContentLength != 0 && r.Method != http.MethodPost && r.Method != http.MethodPut {
					t.Errorf("a %s with a body of %d bytes, %v", r.Method, r.ContentLength, r.TransferEncoding)
				}
				panic(http.ErrAbortHandler)
			})
			cfg := api.Config{}
			if method == "PUT" {
				cfg.RegisterMethod = "PUT"
			}
			client := newClient(t, server.URL, cfg)
			if err := call(client); err != nil {
				t.Fatal(err)
			}
			err := call(client)
			if n := served.Load(); n != 2 {
				t.Errorf("the server saw %d requests of 2 calls", n)
			}
			if got := api.Cause(err); got != "connection closed" || !api.Temporary(err) || !api.Ambiguous(err) {
				t.Errorf("%v: cause %q, temporary %v, ambiguous %v", err, got, api.Temporary(err), api.Ambiguous(err))
			}
		})
	}
}

// net/http also repeats a request if a kept connection breaks before a byte is written.
func TestARegistrationIsOneAttemptEvenIfNothingWasWritten(t *testing.T) {
	for _, method := range []string{"POST", "PUT"} {
		t.Run(method, func(t *testing.T) {
			var served, refused atomic.Int64
			server := serve(t, func(http.ResponseWriter, *http.Request) { served.Add(1) })
			transport := &http.Transport{
				DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := new(net.Dialer).DialContext(ctx, network, address)
					return &oneWriteConn{Conn: conn, refused: &refused}, err
				},
			}
			client := newClient(t, server.URL, api.Config{RegisterMethod: method, Transport: transport})
			if _, err := register(client, "first"); err != nil {
				t.Fatal(err)
			}
			_, err := register(client, "second")
			if refused.Load() == 0 {
				t.Fatal("the connection did not break")
			}
			if !api.Temporary(err) || served.Load() != 1 {
				t.Errorf("%v after %d requests", err, served.Load())
			}
		})
	}
}

// oneWriteConn is a connection that breaks at its second write.
type oneWriteConn struct {
	net.Conn
	written bool
	refused *atomic.Int64
}

func (c *oneWriteConn) Write(b []byte) (int, error) {
	if c.written {
		c.refused.Add(1)
		return 0, syscall.EPIPE
	}
	c.written = true
	return c.Conn.Write(b)
}

func TestAGETOverHTTP2HasNoContent(t *testing.T) {
	type seen struct {
		proto  string
		length int64
	}
	var got []seen
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, seen{r.Proto, r.ContentLength})
		io.WriteString(w, `{"notifications":[]}`)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	transport := server.Client().Transport.(*http.Transport)
	client := newClient(t, server.URL, api.Config{Transport: transport})
	for range 2 {
		if _, _, err := client.Preferences(within10s(t), iccid, "c"); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range got {
		if s != (seen{"HTTP/2.0", 0}) {
			t.Errorf("seen: %+v", s)
		}
	}
	if len(got) != 2 {
		t.Errorf("%d requests", len(got))
	}
}

func TestABrokenStreamOfHTTP2IsAReset(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic(http.ErrAbortHandler)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	client := newClient(t, server.URL, api.Config{Transport: server.Client().Transport})
	_, err := register(client, "c")
	if got := api.Cause(err); got != "connection reset" || !api.Temporary(err) || !api.Ambiguous(err) {
		t.Errorf("%v: cause %q", err, got)
	}
}

func TestTheBearerTokenNeverFollowsARedirect(t *testing.T) {
	var strays atomic.Int64
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { strays.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/login?token=x", status)
		})
		client := newClient(t, server.URL, api.Config{})
		_, _, err := client.Preferences(within10s(t), iccid, "c")
		host := strings.TrimPrefix(elsewhere.URL, "http://")
		if err == nil || !strings.Contains(err.Error(), "redirected to "+host+": check the base URL") {
			t.Errorf("%d: %v", status, err)
		}
		if !api.Temporary(err) || api.Ambiguous(err) {
			t.Errorf("%d: temporary %v, ambiguous %v", status, api.Temporary(err), api.Ambiguous(err))
		}
	}
	if n := strays.Load(); n != 0 {
		t.Errorf("%d requests reached another host", n)
	}
}

func TestABodyWithoutEndDoesNotHoldACall(t *testing.T) {
	for name, test := range map[string]struct {
		timeout time.Duration
		serve   http.HandlerFunc
	}{
		"fast, by its size": {time.Hour, func(w http.ResponseWriter, r *http.Request) {
			writeForever(w, r, make([]byte, 64<<10))
		}},
		"as gzip that was not asked for, by its size": {time.Hour, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			writeForever(w, r, gzipped(t, make([]byte, 1<<20))) // many gzip streams in a row are one text
		}},
		"slow, by the timeout": {200 * time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, test.serve)
			client := newClient(t, server.URL, api.Config{Timeout: test.timeout})
			_, _, err := client.Preferences(within10s(t), iccid, "c")
			if err == nil || !api.Temporary(err) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func gzipped(t *testing.T, text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	return b.Bytes()
}

// writeForever writes the block until the client disconnects.
func writeForever(w io.Writer, r *http.Request, block []byte) {
	for r.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func TestBytesThatAreNoHTTPAreTemporary(t *testing.T) {
	url := rawServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		io.WriteString(conn, "220 mail.example.com ESMTP\r\n")
	})
	client := newClient(t, url, api.Config{})
	_, err := register(client, "c")
	if got := api.Cause(err); got != "malformed answer" || !api.Temporary(err) {
		t.Errorf("%v: cause %q", err, got)
	}
}

func TestSomeStatusesCountAlthoughTheBodyIsCutOff(t *testing.T) {
	for status, speaks := range map[int]bool{401: true, 429: true, 500: true, 503: true, 200: false, 403: false} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			url := rawServer(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 4096))
				fmt.Fprintf(conn, "HTTP/1.1 %d x\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\n{", status)
			})
			answer, err := register(newClient(t, url, api.Config{}), "c")
			var e *api.Error
			if said := errors.As(err, &e); said != speaks || said && e.Status != status || !said && api.Cause(err) != "truncated answer" {
				t.Errorf("%v", err)
			}
			if answer.Status != status || answer.RetryAfter != 7*time.Second || api.Unauthorised(err) != (status == 401) {
				t.Errorf("%+v, %v", answer, err)
			}
		})
	}
}

func TestTLSBelow12IsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	server.Config.ErrorLog = silentLog()
	server.StartTLS()
	defer server.Close()
	client := newClient(t, server.URL, api.Config{})
	_, err := register(client, "c")
	if got := api.Cause(err); got != "tls: protocol version not supported" || api.Ambiguous(err) {
		t.Errorf("%v: cause %q", err, got)
	}
}
