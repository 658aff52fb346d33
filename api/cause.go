package api

import (
	"context"
	"errors"
	"net/http"
)

// fault is an error of a call: it knows its own cause and whether a retry can help.
type fault interface {
	error
	cause() string
	temporary() bool
	ambiguous() bool
}

// Cause says what went wrong in one line, such as "403 ACCESS_DENIED: …", "timeout" or "connection refused".
// It contains no correlation ID, ICCID or address, so equal failures of many SIMs can be counted together.
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

// Temporary reports whether the same call can succeed later. It is true without a connection, without a
// complete answer in time, after a 408, 421, 423, 425, 429, 499 or a 5xx other than 501 and 505, after any answer that does
// not have the API's shape (except 401 and 405), and while the token endpoint fails. It is false when the caller's own
// context ended, and after a 401, which needs another token first: see [Unauthorised].
func Temporary(err error) bool {
	var f fault
	return errors.As(err, &f) && f.temporary()
}

// Hopeless reports whether waiting does not help, and every other call fails in the same way: the TLS of the API or of the
// token endpoint is not acceptable, a proxy refuses connections, or the host was never reached because its name is not
// known, there is no route to it, or this machine has no file descriptors left. Nothing was sent.
func Hopeless(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status == http.StatusProxyAuthRequired
	}
	if e, ok := errors.AsType[*transportError](err); ok {
		return e.hopeless
	}
	e, ok := errors.AsType[*tokenError](err)
	return ok && e.hopeless
}

// Ambiguous reports whether the call may have taken effect although it failed: the request was sent, and
// the answer did not come, was cut off, was a 5xx, 408 or 499, or a 2xx that is not the API's success.
func Ambiguous(err error) bool {
	var f fault
	return errors.As(err, &f) && f.ambiguous()
}
