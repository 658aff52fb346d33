package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

const (
	// maxBody is how much of a body is read, in bytes. The API's own answers have a few hundred.
	maxBody = 1 << 20

	maxMessages      = 10
	maxMessageLength = 1000
	maxTypeLength    = 100
)

// failureIn returns nil if the answer is a success: a 2xx whose body is not a gateway's page and, for a read,
// can be parsed.
func failureIn(call call, resp *http.Response, body []byte, token string) *Error {
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	html := isHTML(resp.Header.Get("Content-Type"), text)
	if success(resp.StatusCode) && !html && bodyAsExpected(call, resp.StatusCode, text) {
		return nil
	}
	failure := &Error{
		Method:        call.method,
		Status:        resp.StatusCode,
		CorrelationID: call.correlationID,
		iccid:         call.iccid,
	}
	switch {
	case failure.success() && html:
		failure.Gateway, failure.form = true, "html"
	case failure.success():
		failure.Gateway, failure.form = true, "text"
	case failure.redirect():
		failure.Location = redirectHost(resp)
	case html:
		failure.Gateway, failure.form = true, "html"
	case len(text) > 0:
		failure.readBody(text, token)
	}
	return failure
}

// bodyAsExpected parses the body of a read. The bodies of other calls are ignored.
func bodyAsExpected(call call, status int, body []byte) bool {
	if call.parseBody == nil {
		return true
	}
	if len(body) == 0 {
		return status == http.StatusNoContent && call.parseBody(nil) == nil
	}
	return call.parseBody(body) == nil
}

// readBody reads the body of an error. It removes the token and the passwords of URLs, in case the body
// repeats them.
func (e *Error) readBody(body []byte, token string) {
	clean := func(s string, limit int) string {
		return oneLine(MaskURLs(redact(s, token, "[token]")), limit)
	}
	var content errorBody
	if body[0] != '{' || json.Unmarshal(body, &content) != nil {
		e.Gateway, e.form = true, "text"
		e.Messages = []string{clean(string(body[:min(len(body), 4*maxMessageLength)]), maxMessageLength)}
		return
	}
	e.Type = clean(content.typeName(), maxTypeLength)
	for _, text := range content.messages() {
		if message := clean(text, maxMessageLength); message != "" && len(e.Messages) < maxMessages {
			e.Messages = append(e.Messages, message)
		}
	}
}

// decidedByStatus reports whether the status alone is enough if the body is cut off: the reaction to a 401,
// a 429 or a 5xx does not depend on the body.
func (a Answer) decidedByStatus() bool {
	return a.Status == http.StatusUnauthorized || a.Status == http.StatusTooManyRequests || a.Status >= 500
}

func isHTML(contentType string, body []byte) bool {
	if len(body) == 0 {
		return false
	}
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.TrimSpace(media)
	return body[0] == '<' || strings.EqualFold(media, "text/html") || strings.EqualFold(media, "application/xhtml+xml")
}

// redirectHost is the host that a redirect points to. The path and query are left out: they can hold secrets.
func redirectHost(resp *http.Response) string {
	location, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || location.Host == "" {
		return "another path"
	}
	return oneLine(location.Host, maxTypeLength)
}
