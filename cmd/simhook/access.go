package main

import (
	"cmp"
	"log/slog"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/credentials"
	"simhook/report"
)

// access is how to reach the API.
type access struct {
	sandbox        bool
	baseURL        string
	tokenURL       string
	credentials    credentials.Credentials
	timeout        time.Duration
	registerMethod string
	account        bool // a rehearsal has an account with SIMs
	speed          int  // of a rehearsal's time; 0: it is that of the clock
}

// maxSpeed is chosen: beyond it, the machine is what limits a rehearsal.
const maxSpeed = 1000

// rehearsed is how many SIMs the account of a rehearsal has. It is chosen.
const rehearsed = 1000

// where names the API and the account.
func (a access) where() string {
	switch {
	case a.speed > 1:
		return "API: sandbox, a rehearsal in which the time of quota and tokens runs " + report.Thousands(a.speed) + " times as fast"
	case a.sandbox:
		return "API: sandbox, a rehearsal"
	case a.credentials.ClientID == "":
		return "API: " + cmp.Or(api.MaskURLs(a.baseURL), "none")
	}
	return api.MaskURLs("API: " + cmp.Or(a.baseURL, "none") + ", client ID: " + a.credentials.ClientID)
}

// connection is a client, and the sandbox behind it if it has one of its own.
type connection struct {
	client *api.Client
	name   string // of the API in the results
	close  func()
}

// sandboxName stands for the base URL in the results of a rehearsal. The real URL has a new port every time, and the same
// command must recognise its results.
const sandboxName = "sandbox"

// connect makes a client, which tells onAttempt of every attempt. It calls nothing yet. Where no call will be made,
// credentials may be missing.
func (a access) connect(
	p *program, connections int, noCalls bool, log *slog.Logger, onAttempt func(api.Attempt),
) (*connection, error) {
	conn := &connection{close: func() {}}
	userAgent := "simhook/" + p.version
	if a.sandbox {
		options := sandbox.Options{Quota: api.DefaultQuota, Window: api.DefaultQuotaWindow, Speed: a.speed}
		if a.account {
			options.SIMs = sandbox.ICCIDs(0, rehearsed)
		}
		local, err := startSandbox("127.0.0.1:0", options)
		if err != nil {
			return nil, err
		}
		conn.name, conn.close = sandboxName, local.stop
		a.baseURL, a.tokenURL = local.url+sandbox.BasePath, local.url+sandbox.TokenPath
		a.credentials = credentials.Credentials{ClientID: sandboxName, Given: sandboxName}
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
	if noCalls && a.credentials == (credentials.Credentials{}) {
		return api.StaticToken(""), nil
	}
	return tokenSource(a.credentials, a.tokenURL, userAgent, log)
}
