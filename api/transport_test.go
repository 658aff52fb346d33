package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A call on a dead connection ends before its timeout, and the next call uses another connection.
func TestADeadConnectionOfHTTP2IsGivenUpBeforeItsCallsTimeOut(t *testing.T) {
	known := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	defer known.Close()
	synctest.Test(t, func(t *testing.T) {
		listener := make(pipeListener)
		server := &http.Server{
			TLSConfig: &tls.Config{Certificates: known.TLS.Certificates},
			Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if r.ProtoMajor != 2 {
					t.Errorf("a request by %s", r.Proto)
				}
			}),
		}
		served := make(chan struct{})
		go func() {
			defer close(served)
			_ = server.ServeTLS(listener, "", "") // ends with http.ErrServerClosed
		}()

		var last *lossyConn
		transport := newTransport(4)
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		transport.TLSClientConfig.RootCAs.AddCert(known.Certificate())
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			listener <- far
			last = &lossyConn{Conn: near}
			return last, nil
		}
		client, err := NewClient(Config{BaseURL: "https://example.com", Tokens: StaticToken("token"), Transport: transport, Timeout: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		call := func() error {
			_, err := client.Register(t.Context(), "8944", SubscriptionEnd, "https://example.com", "c")
			return err
		}
		if err := call(); err != nil {
			t.Fatal(err)
		}
		first := last
		first.dead.Store(true)
		start := time.Now()
		err = call()
		if took := time.Since(start); Cause(err) != "connection reset" || !Temporary(err) || !Ambiguous(err) || took > 26*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		if err := call(); err != nil || last == first {
			t.Errorf("the next call: %v, on the same connection: %v", err, last == first)
		}
		client.Close()
		_ = server.Close()
		<-served
	})
}

// pipeListener accepts the far ends of pipes.
type pipeListener chan net.Conn

func (p pipeListener) Accept() (net.Conn, error) {
	conn, open := <-p
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (p pipeListener) Close() error   { close(p); return nil }
func (p pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// lossyConn loses everything that is written to it while dead is true.
type lossyConn struct {
	net.Conn
	dead atomic.Bool
}

func (s *lossyConn) Write(b []byte) (int, error) {
	if s.dead.Load() {
		return len(b), nil
	}
	return s.Conn.Write(b)
}
