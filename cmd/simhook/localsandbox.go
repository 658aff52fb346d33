package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"simhook/api/sandbox"
)

// localSandbox is a sandbox that listens.
type localSandbox struct {
	*sandbox.Sandbox
	url  string        // without a path
	done chan struct{} // closed when it no longer listens
	err  error         // why, once done is closed
	stop func()        // ends it; calls that hang are cut after a second
}

func startSandbox(addr string, options sandbox.Options) (*localSandbox, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	local := &localSandbox{Sandbox: sandbox.New(options), url: "http://" + listener.Addr().String(), done: make(chan struct{})}
	server := &http.Server{Handler: local.Sandbox, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(local.done)
		local.err = server.Serve(listener)
	}()
	local.stop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close() // only reports what is lost with the process anyway
		}
		<-local.done
	}
	return local, nil
}
