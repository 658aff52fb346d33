package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is an answer that is not a success: a status other than 2xx, or a 2xx whose body is not the API's.
type Error struct {
	Method        string // of the request
	Status        int
	Type          string   // the API's name for it, for instance ACCESS_DENIED; "": none sent
	Messages      []string // at most 10, each one line of valid UTF-8 of at most 1,000 bytes
	CorrelationID string

	// Gateway is true if the body is not the API's: HTML, plain text, or JSON that is cut off. A proxy or
	// gateway in front of the API sends such bodies.
	Gateway bool

	// Location is the host that a redirect points to. Redirects are not followed, because another host
	// would receive the access token.
	Location string

	form  string // of a gateway's body: html or text
	iccid string // is left out of the cause
}

// Error is the cause, the gateway's text if there is one, and the correlation ID, by which the operator's
// support finds the request.
func (e *Error) Error() string {
	text := e.text()
	if e.Gateway && len(e.Messages) > 0 {
		text += ": " + strings.Join(e.Messages, "; ")
	}
	return withCorrelationID(text, e.CorrelationID)
}

// Unauthorised reports whether the API refused the access token. The token is invalidated already, so the
// next call uses another one: repeat the call at once.
func Unauthorised(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.Status == http.StatusUnauthorized
}

// text is "403 ACCESS_DENIED: one message; another", with a hint if the user can do something about it.
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

// cause replaces the ICCID, so that the same failure of many SIMs has the same text.
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
