// Package access is how commands reach the API: where it is, and with which credentials.
package access

import (
	"cmp"
	"log/slog"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/report"
)

// Access is how to reach the API.
type Access struct {
	Sandbox        bool // a rehearsal, inside the process
	BaseURL        string
	TokenURL       string
	Credentials    Credentials
	Timeout        time.Duration
	RegisterMethod string // "": whichever the API takes
	Speed          int    // of the time of a rehearsal; 0: it is that of the clock
	Account        bool   // a rehearsal has an account with SIMs
}

// MaxSpeed is chosen: beyond it, the machine is what limits a rehearsal.
const MaxSpeed = 1000

// rehearsed is how many SIMs the account of a rehearsal has. It is chosen.
const rehearsed = 1000

// Where names the API and the account.
func (a Access) Where() string {
	switch {
	case a.Speed > 1:
		return "API: sandbox, a rehearsal in which the time of quota and tokens runs " + report.Thousands(a.Speed) + " times as fast"
	case a.Sandbox:
		return "API: sandbox, a rehearsal"
	case a.Credentials.ClientID == "":
		return "API: " + cmp.Or(api.MaskURLs(a.BaseURL), "none")
	}
	return api.MaskURLs("API: " + cmp.Or(a.BaseURL, "none") + ", client ID: " + a.Credentials.ClientID)
}

// Connection is a client, and the sandbox behind it if it has one of its own.
type Connection struct {
	Client *api.Client
	Name   string // of the API in the results
	Close  func()
}

// SandboxName stands for the base URL in the results of a rehearsal. The real URL has a new port every time, and the same
// command must recognise its results.
const SandboxName = "sandbox"

// Connect makes a client, which tells onAttempt of every attempt. It calls nothing yet. Where no call will be made,
// credentials may be missing. Its errors are a *SettingError and a *UsageError.
func (a Access) Connect(
	version string, connections int, noCalls bool, log *slog.Logger, onAttempt func(api.Attempt),
) (*Connection, error) {
	conn := &Connection{Close: func() {}}
	userAgent := "simhook/" + version
	if a.Sandbox {
		options := sandbox.Options{Quota: api.DefaultQuota, Window: api.DefaultQuotaWindow, Speed: a.Speed}
		if a.Account {
			options.SIMs = sandbox.ICCIDs(0, rehearsed)
		}
		local, err := StartSandbox("127.0.0.1:0", options)
		if err != nil {
			return nil, err
		}
		conn.Name, conn.Close = SandboxName, local.Stop
		a.BaseURL, a.TokenURL = local.URL+sandbox.BasePath, local.URL+sandbox.TokenPath
		a.Credentials = Credentials{ClientID: SandboxName, Secret: SandboxName}
	}
	tokens, err := a.tokens(userAgent, noCalls, log)
	if err == nil {
		conn.Client, err = api.NewClient(api.Config{
			BaseURL: a.BaseURL, Tokens: tokens, Connections: connections, Timeout: a.Timeout,
			RegisterMethod: a.RegisterMethod, UserAgent: userAgent, OnAttempt: onAttempt,
		})
		if err != nil {
			err = &UsageError{err}
		}
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	if conn.Name == "" {
		conn.Name = conn.Client.BaseURL()
	}
	stop := conn.Close
	conn.Close = func() {
		conn.Client.Close()
		stop()
	}
	return conn, nil
}

func (a Access) tokens(userAgent string, noCalls bool, log *slog.Logger) (api.TokenSource, error) {
	if noCalls && a.Credentials == (Credentials{}) {
		return api.StaticToken(""), nil
	}
	return a.Credentials.source(a.TokenURL, userAgent, log)
}
