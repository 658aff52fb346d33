package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// call is one attempt as its method asked for it.
type call struct {
	method        string
	iccid         string
	notification  NotificationType // "" for the preferences as a whole
	correlationID string
	payload       []byte
	understand    func(body []byte) error // nil: the body of a success does not matter
}

// request builds the request of one attempt, such that net/http does not repeat it by itself after the
// API may have read it. A POST or PUT is never repeated, since GetBody is nil. A DELETE is only where
// nothing of it was written or, over HTTP/2, the server disclaims it. So is a GET over HTTP/2; over
// HTTP/1 it would be repeated whenever a kept connection breaks, unless it has a body: an empty one of
// unknown length, which leaves no trace on the wire there (but over HTTP/2 would look like content).
func (c *Client) request(ctx context.Context, call call, token string) (*http.Request, error) {
	if err := checkSegment(call.iccid); err != nil {
		return nil, err
	}
	target := c.base + "/v1/sim/" + url.PathEscape(call.iccid) + "/preferences"
	if call.notification != "" {
		target += "/notifications/" + url.PathEscape(string(call.notification))
	}
	var body io.Reader
	switch {
	case call.payload != nil:
		body = bytes.NewReader(call.payload)
	case call.method == http.MethodGet && c.http1.Load():
		body = emptyBody{}
	}
	req, err := http.NewRequestWithContext(ctx, call.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	req.GetBody = nil
	req.Header = c.headers.with(token, call.correlationID)
	return req, nil
}

// checkSegment refuses what would change the path it is put into.
func checkSegment(iccid string) error {
	if iccid == "" || iccid == "." || iccid == ".." || strings.ContainsAny(iccid, `/\`) {
		return fmt.Errorf("%q is no ICCID: nothing was sent", iccid)
	}
	return nil
}

// registration is the body of a register call. Ampersands in the URL stay as they are.
func registration(webhookURL string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// A struct of one string always encodes, and a buffer takes everything.
	_ = encoder.Encode(struct {
		WebhookURL string `json:"webhook_url"`
	}{webhookURL})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// sharedHeaders are the header values that all requests have in common.
type sharedHeaders struct {
	json, noCache, userAgent []string
}

func newSharedHeaders(userAgent string) sharedHeaders {
	return sharedHeaders{
		json:      []string{"application/json"},
		noCache:   []string{"no-cache"},
		userAgent: []string{userAgent},
	}
}

func (h sharedHeaders) with(token, correlationID string) http.Header {
	return http.Header{
		"Accept":           h.json,
		"Authorization":    {"Bearer " + token},
		"Cache-Control":    h.noCache,
		"Content-Type":     h.json,
		"User-Agent":       h.userAgent,
		"X-Correlation-Id": {correlationID},
	}
}

type emptyBody struct{}

func (emptyBody) Read([]byte) (int, error) { return 0, io.EOF }
