package api_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

const (
	iccid   = "8944474600000109251"
	webhook = "https://hooks.example.com/sim?a=1&b=<2>"
)

// startSandbox serves a sandbox over loopback.
func startSandbox(t *testing.T, opts sandbox.Options) (*sandbox.Sandbox, *httptest.Server) {
	t.Helper()
	s := sandbox.New(opts)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server
}

// newClient returns a client with an arbitrary token, unless cfg has a source of tokens.
func newClient(t *testing.T, baseURL string, cfg api.Config) *api.Client {
	t.Helper()
	cfg.BaseURL = baseURL
	if cfg.Tokens == nil {
		cfg.Tokens = api.StaticToken("token-of-the-test")
	}
	client, err := api.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// sandboxClient starts a sandbox and returns a client with a valid token.
func sandboxClient(t *testing.T, opts sandbox.Options, cfg api.Config) (*sandbox.Sandbox, *api.Client) {
	t.Helper()
	s, server := startSandbox(t, opts)
	cfg.Tokens = api.StaticToken(s.IssueToken())
	return s, newClient(t, server.URL+sandbox.BasePath, cfg)
}

// serve starts a server for the duration of the test.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// rawServer hands over each connection, to send bytes that an http.Server cannot send.
func rawServer(t *testing.T, serve func(net.Conn)) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serve(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}

func register(client *api.Client, correlationID string) (api.Answer, error) {
	return client.Register(context.Background(), iccid, api.SubscriptionEnd, webhook, correlationID)
}

// within10s is a context that ends calls which hang because of a bug.
func within10s(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// silentLog is for servers whose handshakes fail on purpose.
func silentLog() *log.Logger { return log.New(io.Discard, "", 0) }
