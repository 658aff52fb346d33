// Package server runs an HTTP server beside the rest of the program: it starts one, says when it ended, and stops
// it without cutting requests under way.
package server

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Server is one that listens.
type Server struct {
	http  *http.Server
	addr  net.Addr
	ended chan struct{}
	err   error // why, once ended is closed
}

// Start listens on addr and serves in the background: https where the server has a TLSConfig, else http. The error
// says that the address cannot be listened on.
func Start(addr string, server *http.Server) (*Server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Server{http: server, addr: listener.Addr(), ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		if server.TLSConfig != nil {
			s.err = server.ServeTLS(listener, "", "")
			return
		}
		s.err = server.Serve(listener)
	}()
	return s, nil
}

// Addr is where it listens.
func (s *Server) Addr() net.Addr { return s.addr }

// Ended is closed when it no longer serves.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Err says why it no longer serves. It waits until then.
func (s *Server) Err() error {
	<-s.ended
	return s.err
}

// Stop takes no new requests, and waits for those under way until ctx ends. Then it cuts them.
func (s *Server) Stop(ctx context.Context) {
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close() // the connections are lost in any case
	}
	<-s.ended
}

// HeaderTimeout is how long a request's header may take to arrive.
const HeaderTimeout = 10 * time.Second

// StopSoon lets requests under way finish for up to a second.
func (s *Server) StopSoon() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.Stop(ctx)
}
