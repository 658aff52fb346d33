package api

import (
	"net/http"
	"time"
)

const (
	defaultConnections = 32
	defaultTimeout     = 30 * time.Second
)

// Config is what a Client needs to know.
type Config struct {
	// BaseURL is the absolute http(s) URL before /v1, for instance ProductionBaseURL.
	BaseURL string

	// Tokens gives the access tokens.
	Tokens TokenSource

	// Connections is how many connections are opened, and kept, at the most: as many as there are
	// workers. 0 means 32.
	Connections int

	// Timeout bounds one attempt, from dialling to the last byte of the answer. 0 means 30 s.
	Timeout time.Duration

	// RegisterMethod is POST, as in the older documentation, or PUT, as in the newer. "" means POST.
	RegisterMethod string

	// UserAgent is sent with every request unless it is empty.
	UserAgent string

	// Transport replaces the client's own connection pool. Tests in virtual time need it.
	Transport http.RoundTripper

	// OnAttempt is called after every attempt, on the goroutine that made it.
	OnAttempt func(Attempt)
}

// Attempt is what can be logged and measured of one attempt. It holds no secret.
type Attempt struct {
	Method        string
	ICCID         string
	Type          NotificationType // "" when preferences were read
	CorrelationID string
	Status        int // 0: there was no answer
	Duration      time.Duration
	Err           error
}
