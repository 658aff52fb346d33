package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/server"
)

// localSandbox is a sandbox that listens.
type localSandbox struct {
	*sandbox.Sandbox
	url    string // without a path
	server *server.Server
}

func startSandbox(addr string, options sandbox.Options) (*localSandbox, error) {
	local := &localSandbox{Sandbox: sandbox.New(options)}
	var err error
	local.server, err = server.Start(addr, &http.Server{Handler: local.Sandbox, ReadHeaderTimeout: headerTimeout})
	if err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	local.url = "http://" + local.server.Addr().String()
	return local, nil
}

// stop ends it. Calls still under way after a second are cut.
func (l *localSandbox) stop() { stopServer(l.server) }

// headerTimeout is how long a request's header may take to arrive.
const headerTimeout = 10 * time.Second

// stopServer lets requests under way finish for up to a second.
func stopServer(s *server.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.Stop(ctx)
}
