package api

import (
	"bytes"
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
	registers     bool // the webhookURL; else there is nothing to send
	webhookURL    string
	understand    func(body []byte) error // nil: the body of a success does not matter
}

// prepare makes the lane's request that of one attempt, such that net/http does not repeat it by itself
// after the API may have read it. A POST or PUT is never repeated, since GetBody is nil. A DELETE is only
// where nothing of it was written or, over HTTP/2, the server disclaims it. So is a GET over HTTP/2; over
// HTTP/1 it would be repeated whenever a kept connection breaks, unless it has a body: an empty one of
// unknown length, which leaves no trace on the wire there (but over HTTP/2 would look like content).
func (l *lane) prepare(call call, token string, http1 bool) error {
	if err := checkSegment(call.iccid); err != nil {
		return err
	}
	l.address(call)
	l.authorize(token)
	l.correlationID[0] = call.correlationID
	req := l.request
	req.Method, req.Body, req.ContentLength = call.method, nil, 0
	switch {
	case call.registers:
		payload := l.registration(call.webhookURL)
		l.sending.Reset(payload)
		req.Body, req.ContentLength = l.body, int64(len(payload))
	case call.method == http.MethodGet && http1:
		req.Body = emptyBody{}
	}
	return nil
}

// address puts the SIM into the request's URL.
func (l *lane) address(call call) {
	u := l.request.URL
	if call.notification == "" {
		u.Path = l.root.Path + "/v1/sim/" + call.iccid + "/preferences"
	} else {
		u.Path = l.root.Path + "/v1/sim/" + call.iccid + "/preferences/notifications/" + string(call.notification)
	}
	if l.root.RawPath != "" { // the base URL has escapes of its own
		added := url.URL{Path: u.Path[len(l.root.Path):]}
		u.RawPath = l.root.RawPath + added.EscapedPath()
	}
}

// authorize sets the token, which is the same for many calls.
func (l *lane) authorize(token string) {
	if token != l.token {
		l.token, l.authorization[0] = token, "Bearer "+token
	}
}

// registration is the body of a register call, which for most SIMs is the same. Ampersands in the URL stay
// as they are.
func (l *lane) registration(webhookURL string) []byte {
	if l.payload != nil && webhookURL == l.webhookURL {
		return l.payload
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// A struct of one string always encodes, and a buffer takes everything.
	_ = encoder.Encode(struct {
		WebhookURL string `json:"webhook_url"`
	}{webhookURL})
	l.webhookURL, l.payload = webhookURL, bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return l.payload
}

// checkSegment refuses what would change the path it is put into.
func checkSegment(iccid string) error {
	if iccid == "" || iccid == "." || iccid == ".." || strings.ContainsAny(iccid, `/\`) {
		return fmt.Errorf("%q is no ICCID: nothing was sent", iccid)
	}
	return nil
}

// sharedHeaders are the header values that all requests have in common.
type sharedHeaders struct {
	json, identity, noCache, userAgent []string
}

func newSharedHeaders(userAgent string) sharedHeaders {
	return sharedHeaders{
		json:      []string{"application/json"},
		identity:  []string{"identity"}, // answers are too short to be worth inflating
		noCache:   []string{"no-cache"},
		userAgent: []string{userAgent},
	}
}

func (h sharedHeaders) with(authorization, correlationID []string) http.Header {
	return http.Header{
		"Accept":           h.json,
		"Accept-Encoding":  h.identity,
		"Authorization":    authorization,
		"Cache-Control":    h.noCache,
		"Content-Type":     h.json,
		"User-Agent":       h.userAgent,
		"X-Correlation-Id": correlationID,
	}
}

// emptyBody is one that net/http does not know to be empty.
type emptyBody struct{}

func (emptyBody) Read([]byte) (int, error) { return 0, io.EOF }

func (emptyBody) Close() error { return nil }
