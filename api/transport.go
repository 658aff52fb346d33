package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	dialTimeout         = 10 * time.Second
	tlsHandshakeTimeout = 10 * time.Second

	// idleTimeout is net/http's own default.
	idleTimeout = 90 * time.Second

	// A silent HTTP/2 connection is pinged after the first time, and closed if the second passes without an
	// answer. Otherwise every call on a dead connection would time out.
	pingAfter   = 15 * time.Second
	pingTimeout = 10 * time.Second

	maxHeaderBytes = 64 << 10
)

// newTransport returns a pool that keeps all the connections it opens. Closing and opening them under load
// costs more than the calls.
func newTransport(connections int) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkConnect,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsHandshakeTimeout,
		MaxConnsPerHost:        connections,
		MaxIdleConnsPerHost:    connections,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout: pingAfter,
			PingTimeout:     pingTimeout,
		},
	}
}

// proxyError says that a proxy does not let connections through.
type proxyError struct {
	host   string // of the proxy
	status int
}

func (e *proxyError) Error() string {
	text := fmt.Sprintf("the proxy %s refuses the connection: %d %s", oneLine(e.host, maxTypeLength), e.status, http.StatusText(e.status))
	if e.status == http.StatusProxyAuthRequired {
		text += ": give its user name and password in HTTPS_PROXY"
	}
	return text
}

func checkConnect(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{host: proxy.Host, status: resp.StatusCode}
}

// checkProxy refuses an invalid proxy setting. The error of net/http would quote it, including its password.
func checkProxy(target string) error {
	req, err := http.NewRequest(http.MethodGet, target, nil)
	if err != nil {
		return errors.New("not a URL")
	}
	if _, err := http.ProxyFromEnvironment(req); err != nil {
		return errors.New("the proxy in HTTPS_PROXY or HTTP_PROXY is not a URL")
	}
	return nil
}

// parseBaseURL returns raw without trailing slashes.
func parseBaseURL(raw string) (string, error) {
	u, err := parseEndpoint(raw)
	return strings.TrimRight(u, "/"), err
}

// parseEndpoint accepts an absolute http(s) URL. Its errors never quote the URL, which can hold a password.
func parseEndpoint(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return "", errors.New("it is empty")
	case err != nil:
		return "", errors.New("it is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("it must begin with https:// or http://")
	case u.Hostname() == "":
		return "", errors.New("it has no host")
	case u.User != nil:
		return "", errors.New("it must not contain a user name or password")
	case u.RawQuery != "" || u.ForceQuery:
		return "", errors.New("it must not have a query (?…)")
	case strings.Contains(raw, "#"):
		return "", errors.New("it must not have a fragment (#…)")
	}
	return raw, nil
}
