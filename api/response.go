package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

const (
	// maxBody is how much of a body is read. The API's own answers have a few hundred bytes.
	maxBody = 1 << 20

	maxMessages      = 10
	maxMessageLength = 1000
	maxTypeLength    = 100
)

// failureIn returns nil for a success.
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

// bodyAsExpected reports whether a success says what was asked for. Only a read asks for anything.
func bodyAsExpected(call call, status int, body []byte) bool {
	if call.parseBody == nil {
		return true
	}
	if len(body) == 0 {
		return status == http.StatusNoContent && call.parseBody(nil) == nil
	}
	return call.parseBody(body) == nil
}

// readBody understands the body of an error, and repeats neither the token nor the password of a
// webhook URL should the body hold them.
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

// decidedByStatus reports whether it does not matter that the body was cut off: what follows from a
// 401, a 429 or a server's error is the same without.
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

// redirectHost names where a redirect points to, without the path and query, which may hold anything.
func redirectHost(resp *http.Response) string {
	location, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || location.Host == "" {
		return "another path"
	}
	return oneLine(location.Host, maxTypeLength)
}
