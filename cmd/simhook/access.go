package main

import (
	"log/slog"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

// access is how the API is to be reached.
type access struct {
	sandbox        bool
	baseURL        string
	tokenURL       string
	credentials    credentials
	timeout        time.Duration
	registerMethod string
}

// connection is a client, and what it needs to be alive.
type connection struct {
	client *api.Client
	name   string // of the API, as results have it
	close  func()
}

// sandboxName is the base URL of results of a rehearsal. The real one has another port every time,
// and the same command must recognise its results.
const sandboxName = "sandbox"

// connect makes a client, which has not called anything yet, and tells onAttempt of every attempt. Where no
// call will be made, credentials may be missing.
func (a access) connect(p *program, connections int, noCalls bool, log *slog.Logger, onAttempt func(api.Attempt)) (*connection, error) {
	conn := &connection{close: func() {}}
	userAgent := "simhook/" + p.version
	if a.sandbox {
		local, err := startSandbox("127.0.0.1:0", sandbox.Options{Quota: api.DefaultQuota, Window: api.DefaultQuotaWindow})
		if err != nil {
			return nil, err
		}
		conn.name, conn.close = sandboxName, local.stop
		a.baseURL, a.tokenURL = local.url+sandbox.BasePath, local.url+sandbox.TokenPath
		a.credentials = credentials{clientID: sandboxName, secret: sandboxName}
	}
	tokens, err := a.tokens(userAgent, noCalls, log)
	if err == nil {
		conn.client, err = api.NewClient(api.Config{
			BaseURL: a.baseURL, Tokens: tokens, Connections: connections, Timeout: a.timeout,
			RegisterMethod: a.registerMethod, UserAgent: userAgent, OnAttempt: onAttempt,
		})
		if err != nil {
			err = usagef("%v", err)
		}
	}
	if err != nil {
		conn.close()
		return nil, err
	}
	if conn.name == "" {
		conn.name = conn.client.BaseURL()
	}
	stop := conn.close
	conn.close = func() {
		conn.client.Close()
		stop()
	}
	return conn, nil
}

func (a access) tokens(userAgent string, noCalls bool, log *slog.Logger) (api.TokenSource, error) {
	if noCalls && a.credentials == (credentials{}) {
		return api.StaticToken(""), nil
	}
	return a.credentials.source(a.tokenURL, userAgent, log)
}
