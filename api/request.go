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

// call is what one attempt asks the API to do.
type call struct {
	method        string
	resource      resource
	iccid         string           // "": no single SIM
	notification  NotificationType // of oneWebhook
	target        string           // path and query of subscriptionsOfAccount
	correlationID string
	registers     bool // sends webhookURL; otherwise the body is empty
	webhookURL    string
	maxBody       int64                                       // of the answer; 0: maxBody
	parse         func(header http.Header, body []byte) error // nil: the body of a success is ignored
}

// resource is what a call is about.
type resource int

const (
	preferencesOfSIM resource = iota
	oneWebhook
	theSIM
	subscriptionsOfSIM
	subscriptionsOfAccount
)

// path is the call's, below the base URL, and its query.
func (c call) path() (path, query string) {
	switch c.resource {
	case oneWebhook:
		return "/v1/sim/" + c.iccid + "/preferences/notifications/" + string(c.notification), ""
	case theSIM:
		return "/v1/sim/" + c.iccid, ""
	case subscriptionsOfSIM:
		return "/v1/sim/" + c.iccid + "/subscriptions", ""
	case subscriptionsOfAccount:
		path, query, _ = strings.Cut(c.target, "?")
		return path, query
	default:
		return "/v1/sim/" + c.iccid + "/preferences", ""
	}
}

// prepare fills in the request for one attempt. It ensures that net/http never repeats, by itself, a request
// that the API may have read:
//
//   - POST and PUT are not repeated, because GetBody is nil.
//   - DELETE, and GET over HTTP/2, are repeated only if nothing was written, or if an HTTP/2 server says that
//     it did not process the request.
//   - GET over HTTP/1 would be repeated when a kept connection breaks. A body prevents that: an empty one of
//     unknown length, which adds nothing to an HTTP/1 request. Over HTTP/2 it would look like content.
func (r *reusedRequest) prepare(call call, token string, http1 bool) error {
	if call.resource != subscriptionsOfAccount {
		if err := checkSegment(call.iccid); err != nil {
			return err
		}
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

// address sets the URL. The base URL may have escapes, which must stay as they are.
func (r *reusedRequest) address(call call) {
	u := r.request.URL
	path, query := call.path()
	u.Path, u.RawQuery = r.base.Path+path, query
	if r.base.RawPath != "" {
		added := url.URL{Path: path}
		u.RawPath = r.base.RawPath + added.EscapedPath()
	}
}

// authorize builds the header only when the token changes.
func (r *reusedRequest) authorize(token string) {
	if token != r.token {
		r.token, r.authorization[0] = token, "Bearer "+token
	}
}

// registration is the body of a register call. It is built only when the webhook URL changes. Ampersands in
// the URL are not escaped.
func (r *reusedRequest) registration(webhookURL string) []byte {
	if r.payload != nil && webhookURL == r.webhookURL {
		return r.payload
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// Encoding one string into a buffer cannot fail.
	_ = encoder.Encode(struct {
		WebhookURL string `json:"webhook_url"`
	}{webhookURL})
	r.webhookURL, r.payload = webhookURL, bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return r.payload
}

// checkSegment refuses an ICCID that would change the rest of the URL's path.
func checkSegment(iccid string) error {
	if iccid == "" || iccid == "." || iccid == ".." || strings.ContainsAny(iccid, `/\`) {
		return fmt.Errorf("%q is not an ICCID: nothing was sent", iccid)
	}
	return nil
}

// sharedHeaders are the header values that are the same in all requests.
type sharedHeaders struct {
	json, identity, noCache, userAgent []string
}

func newSharedHeaders(userAgent string) sharedHeaders {
	return sharedHeaders{
		json:      []string{"application/json"},
		identity:  []string{"identity"}, // answers are too short for compression to pay
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

// unsizedEmptyBody is an empty body that net/http does not recognise as empty.
type unsizedEmptyBody struct{}

func (unsizedEmptyBody) Read([]byte) (int, error) { return 0, io.EOF }

func (unsizedEmptyBody) Close() error { return nil }
