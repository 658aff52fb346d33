package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is an answer that was no success.
type Error struct {
	Method        string // of the request
	Status        int
	Type          string   // the API's own, as ACCESS_DENIED; "" if it gave none
	Messages      []string // at most 10 of at most 1,000 bytes, each one line of valid UTF-8
	CorrelationID string

	// Gateway says that the body was no answer of the API's, but something in front of it answered:
	// a page of HTML, plain text, or JSON cut off.
	Gateway bool

	// Location is the host that a redirect pointed to. It was not followed, since that would take
	// the access token to another host.
	Location string

	form  string // of a gateway's body: html or text
	iccid string // left out of the cause
}

// Error is the cause, what a gateway said, and the correlation ID, by which the operator's support
// finds the request.
func (e *Error) Error() string {
	text := e.text()
	if e.Gateway && len(e.Messages) > 0 {
		text += ": " + strings.Join(e.Messages, "; ")
	}
	return withCorrelationID(text, e.CorrelationID)
}

// Unauthorised reports whether the API refused the access token, which has been invalidated: repeat
// the call with the next one.
func Unauthorised(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.Status == http.StatusUnauthorized
}

// text is "403 ACCESS_DENIED: one message; another", with a hint where there is something to do.
func (e *Error) text() string {
	var b strings.Builder
	b.WriteString(e.title())
	if len(e.Messages) > 0 && !e.Gateway {
		b.WriteString(": ")
		b.WriteString(strings.Join(e.Messages, "; "))
	}
	if hint := e.hint(); hint != "" {
		b.WriteString(": ")
		b.WriteString(hint)
	}
	return b.String()
}

func (e *Error) title() string {
	name := e.Type
	if name == "" {
		name = http.StatusText(e.Status)
	}
	title := strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, name))
	switch {
	case e.Gateway && e.form != "":
		return title + " (not from the API: " + e.form + ")"
	case e.Gateway:
		return title + " (not from the API)"
	default:
		return title
	}
}

func (e *Error) hint() string {
	switch {
	case e.Status == http.StatusMethodNotAllowed && e.Method == http.MethodPost:
		return "try --register-method PUT"
	case e.Status == http.StatusMethodNotAllowed && e.Method == http.MethodPut:
		return "try --register-method POST"
	case e.redirect() && e.Location != "":
		return "redirected to " + e.Location + ": check the base URL"
	case e.redirect():
		return "check the base URL"
	default:
		return ""
	}
}

func (e *Error) success() bool  { return success(e.Status) }
func (e *Error) redirect() bool { return e.Status >= 300 && e.Status < 400 }

func success(status int) bool { return status >= 200 && status < 300 }

// cause leaves the SIM out, so that the same trouble of many SIMs reads the same.
func (e *Error) cause() string {
	if e.iccid == "" {
		return e.text()
	}
	return strings.ReplaceAll(e.text(), e.iccid, "this SIM")
}

func (e *Error) temporary() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return e.success()
	}
}

func (e *Error) ambiguous() bool { return e.Status >= 500 || e.success() }

func withCorrelationID(text, id string) string {
	if id == "" {
		return text
	}
	return text + " (correlation id " + id + ")"
}
