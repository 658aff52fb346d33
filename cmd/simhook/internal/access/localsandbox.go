package access

import (
	"fmt"
	"net/http"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/server"
)

// LocalSandbox is a sandbox that listens.
type LocalSandbox struct {
	*sandbox.Sandbox
	URL    string // without a path
	Server *server.Server
}

// StartSandbox starts one.
func StartSandbox(addr string, options sandbox.Options) (*LocalSandbox, error) {
	local := &LocalSandbox{Sandbox: sandbox.New(options)}
	var err error
	local.Server, err = server.Start(addr, &http.Server{Handler: local.Sandbox, ReadHeaderTimeout: server.HeaderTimeout})
	if err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	local.URL = "http://" + local.Server.Addr().String()
	return local, nil
}

// Stop ends it. Calls still under way after a second are cut.
func (l *LocalSandbox) Stop() { l.Server.StopSoon() }
