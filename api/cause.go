package api

import (
	"context"
	"errors"
)

// fault is an error that knows what it means for a bulk run. All errors of this package that concern
// a call are faults.
type fault interface {
	error
	cause() string
	temporary() bool
	ambiguous() bool
}

// Cause names what went wrong in one stable line without correlation ID, ICCID or addresses, for
// result cells and for counting equal failures together: "403 ACCESS_DENIED: …", "timeout",
// "connection refused".
func Cause(err error) string {
	var f fault
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.cause()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return causeCancelled
	default:
		return oneLine(err.Error(), maxMessageLength)
	}
}

// Temporary reports whether repeating the call can help: there was no connection, or no complete
// answer in time, or the answer was 408, 425, 429, 500, 502, 503 or 504, or a gateway's page with a 2xx, or no
// token could be had for the time being. It is false for the caller's own cancellation, and for a 401, which
// needs another token first: see [Unauthorised].
func Temporary(err error) bool {
	var f fault
	return errors.As(err, &f) && f.temporary()
}

// Untrusted reports whether the server's TLS, the API's or the token endpoint's, cannot be accepted, as
// with a certificate of an unknown authority. Nothing was sent, repeating does not help, and no other
// call will fare better.
func Untrusted(err error) bool {
	var f fault
	return errors.As(err, &f) && tlsCause(err) != ""
}

// Ambiguous reports whether the request may have taken effect although err says otherwise: it was
// sent, and the answer did not come, was cut off, was a 5xx or a gateway's page.
func Ambiguous(err error) bool {
	var f fault
	return errors.As(err, &f) && f.ambiguous()
}
