package sandbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

// inVirtualTime runs a test in a bubble with a sandbox and a way to call it.
func inVirtualTime(t *testing.T, opts sandbox.Options, test func(*testing.T, *sandbox.Sandbox, *caller)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(opts)
		transport, stop := sandbox.ServePipe(s)
		defer stop()
		test(t, s, &caller{t: t, base: "http://sandbox", transport: transport, token: s.IssueToken()})
	})
}

// onLoopback serves a sandbox on a loopback socket.
func onLoopback(t *testing.T, opts sandbox.Options) (*sandbox.Sandbox, *caller) {
	t.Helper()
	s := sandbox.New(opts)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return s, &caller{t: t, base: server.URL, transport: transport, token: s.IssueToken()}
}

// caller sends requests as a client of the API does.
type caller struct {
	t         *testing.T
	base      string // of URLs
	transport *http.Transport
	token     string
	sent      int
	change    func(*http.Request)
}

type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

func (c *caller) do(method, path, body string) reply {
	c.t.Helper()
	c.sent++
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Correlation-ID", "c-"+strconv.Itoa(c.sent))
	if c.change != nil {
		c.change(req)
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(content), err}
}

func (c *caller) write(method string, t api.NotificationType, body string) reply {
	c.t.Helper()
	return c.do(method, sandbox.BasePath+path+"/notifications/"+string(t), body)
}

// send makes a call such as "POST USAGE_THRESHOLD" for a SIM, or reads its preferences with "GET".
func (c *caller) send(sim, call string) reply {
	c.t.Helper()
	method, kind, write := strings.Cut(call, " ")
	path := sandbox.BasePath + "/v1/sim/" + sim + "/preferences"
	if write {
		path += "/notifications/" + kind
	}
	return c.do(method, path, body)
}

func (c *caller) register() reply   { return c.write("POST", api.SubscriptionEnd, body) }
func (c *caller) unregister() reply { return c.write("DELETE", api.SubscriptionEnd, "") }
func (c *caller) read() reply       { return c.do("GET", sandbox.BasePath+path, "") }
