package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/singleflight"
)

const (
	// defaultTokenTimeout bounds one request to the token endpoint.
	defaultTokenTimeout = 15 * time.Second

	// assumedLifetime is used for answers without expires_in. It is the documented lifetime of a token.
	assumedLifetime = 5 * time.Minute

	// maxRenewalMargin is how long before its expiry a token is renewed. It equals the default timeout of
	// an attempt, so that a token does not expire while its request is on the way.
	maxRenewalMargin = 30 * time.Second

	// renewalPause is the time between attempts to renew a token that is still valid.
	renewalPause = 5 * time.Second

	// failurePause is the time between attempts to obtain a token while there is none, unless the token endpoint asks
	// for a longer one. longestTokenPause bounds what it may ask for: the lifetime of a token.
	failurePause      = time.Second
	longestTokenPause = 5 * time.Minute
)

// ClientCredentials are the settings of a CredentialsSource, for the OAuth 2.0 client credentials grant
// (RFC 6749, section 4.4). TokenURL, ClientID and ClientSecret are required.
type ClientCredentials struct {
	TokenURL     string // absolute http(s)
	ClientID     string
	ClientSecret string
	Timeout      time.Duration // of one request; 0 means 15 s
	UserAgent    string
	Transport    http.RoundTripper // nil: every request opens a new connection
}

// CredentialsSource is a TokenSource that obtains tokens and renews them before they expire, while calls go on with the
// token at hand. One request to the token endpoint serves all waiting callers. Whatever that endpoint answers, a token that
// is valid stays in use until it expires or the API refuses it.
type CredentialsSource struct {
	config  clientcredentials.Config
	client  *http.Client
	timeout time.Duration
	flight  singleflight.Group

	mu       sync.Mutex
	token    string // the current one; "": none, or it was refused
	renewAt  time.Time
	expires  time.Time
	last     string // the newest token, valid or not
	renewals int
	refused  *CredentialsError
	failure  error     // of the last request, while there is no token
	retryAt  time.Time // before it, no further request is made
}

// NewClientCredentials checks the settings. It does not ask for a token yet.
func NewClientCredentials(cc ClientCredentials) (*CredentialsSource, error) {
	url, err := parseEndpoint(cc.TokenURL)
	if err != nil {
		return nil, fmt.Errorf("token URL: %w", err)
	}
	switch {
	case cc.ClientID == "":
		return nil, errors.New("no client id")
	case cc.ClientSecret == "":
		return nil, errors.New("no client secret")
	case cc.Timeout < 0:
		return nil, errors.New("the token endpoint's timeout cannot be negative")
	}
	if cc.Timeout == 0 {
		cc.Timeout = defaultTokenTimeout
	}
	if cc.Transport == nil {
		if err := checkProxy(url); err != nil {
			return nil, err
		}
		transport := newTransport(1)
		transport.DisableKeepAlives = true
		cc.Transport = transport
	}
	return &CredentialsSource{
		config: clientcredentials.Config{
			ClientID:     cc.ClientID,
			ClientSecret: cc.ClientSecret,
			TokenURL:     url,
			AuthStyle:    oauth2.AuthStyleInParams,
		},
		client: &http.Client{
			Transport:     &tokenTransport{next: cc.Transport, userAgent: cc.UserAgent},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		timeout: cc.Timeout,
	}, nil
}

// Token returns the current token, or obtains one. Refused credentials are remembered: every later call
// returns the same *CredentialsError and sends no request. After another failure the next request is made a second
// later, or when the token endpoint said: until then the failure is returned.
func (s *CredentialsSource) Token(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	token, due, err := s.current()
	if due && token != "" {
		s.flight.DoChan("token", s.renew) // in the background
	}
	if token != "" || err != nil {
		return token, err
	}
	select {
	case result := <-s.flight.DoChan("token", s.renew):
		if result.Err != nil {
			return "", result.Err
		}
		return result.Val.(string), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Invalidate makes the next Token obtain a new one, if token is the current one.
func (s *CredentialsSource) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
}

// Renewals is how many tokens have been obtained so far, including the first.
func (s *CredentialsSource) Renewals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.renewals
}
