package api

import (
	"context"
	"errors"
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
// complete answer in time, after a 408, 425, 429, 500, 502, 503 or 504, after a gateway's page with a 2xx, and
// while the token endpoint fails. It is false when the caller's own context ended, and after a 401, which
// needs another token first: see [Unauthorised].
func Temporary(err error) bool {
	var f fault
	return errors.As(err, &f) && f.temporary()
}

// Untrusted reports whether the TLS of the API or of the token endpoint is not acceptable, for instance
// because an unknown authority signed the certificate. Nothing was sent. A retry does not help, and every
// other call fails in the same way.
func Untrusted(err error) bool {
	var f fault
	return errors.As(err, &f) && tlsCause(err) != ""
}

// Ambiguous reports whether the call may have taken effect although it failed: the request was sent, and
// the answer did not come, was cut off, was a 5xx, or was a gateway's page with a 2xx.
func Ambiguous(err error) bool {
	var f fault
	return errors.As(err, &f) && f.ambiguous()
}
