package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// errTimeout ends an attempt, or a request for a token, that exceeds its own timeout. The end of the caller's
// context is another error.
var errTimeout = errors.New("the attempt took too long")

// Causes that are used in more than one place.
const (
	causeTimeout   = "timeout"
	causeCancelled = "cancelled"
	causeClosed    = "connection closed"
	causeMalformed = "malformed answer"
)

// transportError says that no complete answer came.
type transportError struct {
	reason        string // the cause
	retry         bool   // a later call can succeed
	hopeless      bool   // and no other call can
	sent          bool   // the request may have reached the API
	correlationID string
	err           error
}

func (e *transportError) Error() string   { return withCorrelationID(e.reason, e.correlationID) }
func (e *transportError) Unwrap() error   { return e.err }
func (e *transportError) cause() string   { return e.reason }
func (e *transportError) temporary() bool { return e.retry }
func (e *transportError) ambiguous() bool { return e.sent }

// transportFailure distinguishes three ends: the caller's context ended, the attempt timed out, or the network
// failed with err.
func transportFailure(caller, attempt context.Context, err error, sent bool, correlationID string) *transportError {
	failure := &transportError{sent: sent, correlationID: correlationID}
	switch {
	case caller.Err() != nil:
		failure.reason, failure.err = causeCancelled, caller.Err()
	case attempt.Err() != nil:
		failure.reason, failure.err, failure.retry = causeTimeout, errTimeout, true
	default:
		failure.err = err
		failure.reason, failure.retry = networkCause(err)
	}
	return failure
}

// cannotPass reports whether a failure of the network will not pass by waiting. A host that has answered before is there,
// and can be reached.
func cannotPass(err error, reached bool) bool {
	if refusal, ok := errors.AsType[*proxyError](err); ok {
		return refusal.status == http.StatusProxyAuthRequired || !reached && refusal.status < 500
	}
	dns, isDNS := errors.AsType[*net.DNSError](err)
	switch {
	case tlsCause(err) != "":
		return true
	case reached:
		return false
	case isDNS:
		return dns.IsNotFound
	}
	for _, own := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EHOSTUNREACH, syscall.ENETUNREACH} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

// networkCause names a failure of the network, without addresses, and says whether it is temporary.
func networkCause(err error) (cause string, temporary bool) {
	if cause := tlsCause(err); cause != "" {
		return cause, false
	}
	var (
		proxy   *proxyError
		dns     *net.DNSError
		alert   tls.AlertError
		network net.Error
	)
	switch {
	case errors.As(err, &proxy):
		return proxy.Error(), true
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too many open files on this machine: raise its limit (ulimit -n), or lower --workers", true
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host: " + oneLine(dns.Name, maxTypeLength), true
	case errors.As(err, &dns):
		return "name lookup failed: " + oneLine(dns.Name, maxTypeLength), true
	case errors.As(err, &alert):
		return alert.Error(), true
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused", true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset", true
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the host", true
	case errors.Is(err, errTimeout), errors.As(err, &network) && network.Timeout():
		return causeTimeout, true
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "truncated answer", true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, net.ErrClosed):
		return causeClosed, true
	default:
		return untypedCause(err), true
	}
}

// tlsCause says why the server's TLS is not acceptable. "": err is about something else.
func tlsCause(err error) string {
	var (
		unverified *tls.CertificateVerificationError
		unknown    x509.UnknownAuthorityError
		host       x509.HostnameError
		invalid    x509.CertificateInvalidError
		record     tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &unknown):
		return "tls: certificate signed by unknown authority"
	case errors.As(err, &host):
		return "tls: certificate is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "tls: certificate has expired or is not yet valid"
	case errors.As(err, &invalid), errors.As(err, &unverified):
		return "tls: certificate not accepted"
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return "tls: the server does not speak TLS"
	default:
		return ""
	}
}

// untypedCause recognises failures for which net/http has no types by their text. Any other cause is the text
// of the innermost error, which contains no addresses.
func untypedCause(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "stream error:"), strings.Contains(text, "GOAWAY"),
		strings.Contains(text, "client connection lost"):
		return "connection reset"
	case strings.Contains(text, "server closed idle connection"):
		return causeClosed
	case strings.Contains(text, "malformed HTTP"), strings.Contains(text, "malformed MIME"):
		return causeMalformed
	default:
		return oneLine(text, maxMessageLength)
	}
}
