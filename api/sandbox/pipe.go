package sandbox

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// manyConnections is how many idle connections the transport keeps, more than any test has.
const manyConnections = 1024

// ServePipe serves h over connections in memory. The transport sends every request to h, whatever its host. A
// goroutine that waits on such a connection is durably blocked in the sense of testing/synctest, so client and
// server can share a bubble of virtual time. stop ends the server and closes idle connections.
func ServePipe(h http.Handler) (transport *http.Transport, stop func()) {
	listener := &pipeListener{
		accepted: make(chan net.Conn),
		closed:   make(chan struct{}),
	}
	server := &http.Server{Handler: h}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with http.ErrServerClosed
	}()
	transport = &http.Transport{
		DialContext:         listener.dial,
		MaxIdleConnsPerHost: manyConnections,
	}
	return transport, func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-served
	}
}

// pipeListener gives the server's end of each dialled pipe to the server.
type pipeListener struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.accepted <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "sandbox" }
