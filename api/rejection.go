package api

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// rejection is why a notification is not acknowledged. What the sender is told does not include the cause,
// which may be about this machine.
type rejection struct {
	status int
	name   string // the error's type
	reason string
	cause  error // nil: the reason says it all
}

func (r *rejection) Error() string {
	if r.cause == nil {
		return r.reason
	}
	return r.reason + ": " + r.cause.Error()
}

func (r *rejection) Unwrap() error { return r.cause }

// write answers in the form of the API's own errors.
func (r *rejection) write(w http.ResponseWriter) {
	body, err := json.Marshal(struct {
		Type     string   `json:"type"`
		Messages []string `json:"messages"`
	}{r.name, []string{oneLine(r.reason, maxReason)}})
	if err != nil {
		panic("two strings cannot be encoded: " + err.Error())
	}
	header := w.Header()
	switch r.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", `Basic realm="notifications", charset="UTF-8"`)
	case http.StatusMethodNotAllowed:
		header.Set("Allow", http.MethodPost)
	case http.StatusRequestTimeout:
		header.Set("Connection", "close")
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(r.status)
	_, _ = w.Write(body) // the sender may have gone
}

// maxReason bounds what a sender is told, in bytes.
const maxReason = 500
