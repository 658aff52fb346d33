package api

import (
	"net/http"
	"time"
)

const (
	defaultConnections = 32
	defaultTimeout     = 30 * time.Second
)

// Config holds the settings of a Client. BaseURL and Tokens are required.
type Config struct {
	// BaseURL is the absolute http(s) URL before /v1, for instance ProductionBaseURL.
	BaseURL string

	// Tokens gives the access token for each attempt.
	Tokens TokenSource

	// Connections is the largest number of connections that are opened and kept. Set it to the number of
	// calls that run at once. 0 means 32.
	Connections int

	// Timeout bounds one attempt, from dialling to the last byte of the answer. 0 means 30 s.
	Timeout time.Duration

	// RegisterMethod is POST, as in the older documentation, or PUT, as in the newer one. "": it is not known which the API takes,
	// and [Client.Register] uses POST.
	RegisterMethod string

	// UserAgent is the User-Agent header. "": none is sent.
	UserAgent string

	// Transport replaces the client's own connection pool, for instance in tests with virtual time. nil: none.
	Transport http.RoundTripper

	// OnAttempt is called after every attempt, on the goroutine that made it. nil: not called.
	OnAttempt func(Attempt)
}

// Attempt describes one attempt for logs and metrics. It contains no token and no webhook URL.
type Attempt struct {
	Method        string
	ICCID         string           // "" when the account's subscriptions were read
	Type          NotificationType // "" when something was read
	CorrelationID string
	Status        int // 0: there was no answer
	Duration      time.Duration
	Err           error
}
