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

	// Gateway is true if the body does not have the shape of the API's own errors, which have a type and messages. A
	// proxy, a gateway or a firewall in front of the API has answered, and what it says is not the API's decision.
	Gateway bool

	// OthersAccepted is true for a 401 if the API accepted another call with the same token meanwhile: it is this SIM that
	// is refused, and not the token.
	OthersAccepted bool

	// Location is the host that a redirect points to. Redirects are not followed, because another host
	// would receive the access token.
	Location string

	form   string // of a gateway's body: html, json, text, or no body
	sentAs int    // 2xx status of an answer whose body gave Status; 0: the answer had it
	iccid  string // is left out of the cause
}

// Error is the cause and the correlation ID, by which the operator's support finds the request.
func (e *Error) Error() string { return withCorrelationID(e.text(), e.CorrelationID) }

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
	if said := strings.Join(e.Messages, "; "); said != "" && said != e.statusLine() {
		b.WriteString(": ")
		b.WriteString(said)
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
	if e.sentAs > 0 {
		title += fmt.Sprintf(" in an answer with %d", e.sentAs)
	}
	if e.Gateway && e.Status != http.StatusTooManyRequests { // which the documentation has from the gateway
		title += " (not from the API: " + e.form + ")"
	}
	return title
}

// statusLine is what a page says that only repeats the status, such as "502 Bad Gateway".
func (e *Error) statusLine() string { return fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)) }

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

// temporary reports whether the same call can succeed later. Only the API itself says no for good; but whoever answers, a
// repetition does not help against a method that the server does not know, nor tells more than a look at the SIM where a
// webhook is there already (409), or none is there to be removed (404).
func (e *Error) temporary() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusMethodNotAllowed, http.StatusConflict, http.StatusNotImplemented,
		http.StatusHTTPVersionNotSupported:
		return false
	case http.StatusNotFound:
		return e.Gateway && e.Method != http.MethodDelete
	case http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusLocked, http.StatusTooEarly,
		http.StatusTooManyRequests, statusClientClosed:
		return true
	}
	return e.Gateway || e.Status >= 500 || e.success() || e.redirect()
}

// statusClientClosed is nginx's status for a request that its client gave up.
const statusClientClosed = 499

// ambiguous reports whether the call may have been carried out: what answered may have passed it on.
func (e *Error) ambiguous() bool {
	switch e.Status {
	case http.StatusRequestTimeout, statusClientClosed:
		return true
	}
	return e.Status >= 500 || e.success() || e.sentAs > 0
}

func withCorrelationID(text, id string) string {
	if id == "" {
		return text
	}
	return text + " (correlation id " + id + ")"
}
