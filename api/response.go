package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

const (
	// maxBody is how much of a body is read, in bytes. The API's own answers have a few hundred.
	maxBody = 1 << 20

	// maxList is maxBody for lists of subscriptions. One takes about 400 bytes, and how many a page may have is not
	// documented.
	maxList = 16 << 20

	maxMessages      = 10
	maxMessageLength = 1000
	maxTypeLength    = 100
)

// failureIn returns nil if the answer is a success: a 2xx whose body is the API's. That of a read must be the one that
// parse takes. That of a write may be empty or any JSON that does not tell of a failure.
func failureIn(call call, resp *http.Response, body []byte, token string) *Error {
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	unexpected := errIsPage
	if success(resp.StatusCode) && !isHTML(resp.Header.Get("Content-Type"), text) {
		if unexpected = checkBody(call, resp.Header, text); unexpected == nil {
			return nil
		}
	}
	failure := &Error{
		Method:        call.method,
		Status:        resp.StatusCode,
		CorrelationID: call.correlationID,
		iccid:         call.iccid,
	}
	if failure.redirect() {
		failure.Location = redirectHost(resp)
	}
	failure.readBody(resp.Header.Get("Content-Type"), text, token)
	if failure.success() && call.maxBody == maxList && bytes.HasPrefix(text, []byte("[")) {
		// The list itself would be the message, and does not say what is wrong with it.
		failure.form, failure.Messages = "json", []string{oneLine(unexpected.Error(), maxMessageLength)}
	}
	return failure
}

// Why the body of a 2xx is not the API's.
var (
	errIsPage       = errors.New("the body is HTML")
	errTellsFailure = errors.New("the body tells of a failure")
	errNotJSON      = errors.New("the body is not JSON")
)

// checkBody returns nil if the body of a 2xx is the API's.
func checkBody(call call, header http.Header, body []byte) error {
	if call.parse != nil {
		return call.parse(header, body)
	}
	if len(body) == 0 || string(body) == "{}" {
		return nil
	}
	if content, ok := parseErrorBody(body); ok {
		if _, failed := content.failure(); failed {
			return errTellsFailure
		}
		return nil
	}
	if !json.Valid(body) {
		return errNotJSON
	}
	return nil
}

// readBody reads the body of a failure. It removes the token and the passwords of URLs, in case the body repeats them.
func (e *Error) readBody(contentType string, body []byte, token string) {
	clean := func(s string, limit int) string {
		return oneLine(MaskURLs(redact(s, token, "[token]")), limit)
	}
	content, isObject := parseErrorBody(body)
	e.Gateway = !isObject || !content.fromAPI()
	var texts []string
	switch {
	case len(body) == 0:
		e.form = "no body"
	case isHTML(contentType, body):
		e.form, texts = "html", []string{titleOf(body)}
	case !isObject:
		e.form = "text"
		if start := body[:min(len(body), 4*maxMessageLength)]; utf8.Valid(start[:max(len(start)-utf8.UTFMax, 0)]) {
			texts = []string{string(start)}
		}
	default:
		texts = content.texts()
		if e.Gateway {
			e.form = "json"
		} else {
			e.Type = clean(content.typeName(), maxTypeLength)
		}
		if status, _ := content.failure(); e.success() && status > 0 {
			e.Status, e.sentAs = status, e.Status
		}
	}
	for _, text := range texts {
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
