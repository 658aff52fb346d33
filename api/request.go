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
	parseBody     func(body []byte) error // nil: the body of a success does not matter
}

// prepare makes the request that of one attempt, such that net/http does not repeat it by itself
// after the API may have read it. A POST or PUT is never repeated, since GetBody is nil. A DELETE is only
// where nothing of it was written or, over HTTP/2, the server disclaims it. So is a GET over HTTP/2; over
// HTTP/1 it would be repeated whenever a kept connection breaks, unless it has a body: an empty one of
// unknown length, which leaves no trace on the wire there (but over HTTP/2 would look like content).
func (r *reusedRequest) prepare(call call, token string, http1 bool) error {
	if err := checkSegment(call.iccid); err != nil {
		return err
	}
	r.address(call)
	r.authorize(token)
	r.correlationID[0] = call.correlationID
	req := r.request
	req.Method, req.Body, req.ContentLength = call.method, nil, 0
	switch {
	case call.registers:
		payload := r.registration(call.webhookURL)
		r.unsent.Reset(payload)
		req.Body, req.ContentLength = r.body, int64(len(payload))
	case call.method == http.MethodGet && http1:
		req.Body = unsizedEmptyBody{}
	}
	return nil
}

// address puts the SIM into the request's URL.
func (r *reusedRequest) address(call call) {
	u := r.request.URL
	if call.notification == "" {
		u.Path = r.base.Path + "/v1/sim/" + call.iccid + "/preferences"
	} else {
		u.Path = r.base.Path + "/v1/sim/" + call.iccid + "/preferences/notifications/" + string(call.notification)
	}
	if r.base.RawPath != "" { // the base URL has escapes of its own
		added := url.URL{Path: u.Path[len(r.base.Path):]}
		u.RawPath = r.base.RawPath + added.EscapedPath()
	}
}

// authorize sets the token, which is the same for many calls.
func (r *reusedRequest) authorize(token string) {
	if token != r.token {
		r.token, r.authorization[0] = token, "Bearer "+token
	}
}

// registration is the body of a register call, which for most SIMs is the same. Ampersands in the URL stay
// as they are.
func (r *reusedRequest) registration(webhookURL string) []byte {
	if r.payload != nil && webhookURL == r.webhookURL {
		return r.payload
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// A struct of one string always encodes, and a buffer takes everything.
	_ = encoder.Encode(struct {
		WebhookURL string `json:"webhook_url"`
	}{webhookURL})
	r.webhookURL, r.payload = webhookURL, bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return r.payload
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

// unsizedEmptyBody is one that net/http does not know to be empty.
type unsizedEmptyBody struct{}

func (unsizedEmptyBody) Read([]byte) (int, error) { return 0, io.EOF }

func (unsizedEmptyBody) Close() error { return nil }
