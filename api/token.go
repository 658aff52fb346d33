package api

import (
	"context"
	"errors"
	"strings"
	"sync"
)

// TokenSource gives access tokens. Implementations are safe for concurrent use.
type TokenSource interface {
	// Token returns a token that is valid as far as the source knows. It obeys ctx. A
	// *CredentialsError means that no further call will bring a valid one.
	Token(ctx context.Context) (string, error)

	// Invalidate says that the API refused token, so that the next Token must be another one. It
	// does nothing if token is no longer the current one.
	Invalidate(token string)
}

// CredentialsError says that the credentials are refused. Repeating does not help, and no SIM can be
// served: it is the end of a run.
type CredentialsError struct {
	Problem string // what happened
	Advice  string // what to do about it
}

func (e *CredentialsError) Error() string { return e.Problem + ": " + e.Advice }

func (e *CredentialsError) cause() string   { return e.Error() }
func (e *CredentialsError) temporary() bool { return false }
func (e *CredentialsError) ambiguous() bool { return false }

// StaticToken returns a source with one ready token. Once the API has refused it, Token returns a
// *CredentialsError.
func StaticToken(token string) TokenSource {
	token = strings.TrimSpace(token)
	return &staticToken{token: token, invalid: validateToken(token)}
}

type staticToken struct {
	token   string
	invalid error // why the token cannot be one
	mu      sync.Mutex
	refused bool
}

func (s *staticToken) Token(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if s.invalid != nil {
		return "", &CredentialsError{
			Problem: "the access token cannot be used: " + s.invalid.Error(),
			Advice:  "give the token alone, as the token endpoint returned it",
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused {
		return "", &CredentialsError{
			Problem: "the access token was refused (expired or revoked)",
			Advice:  "a token lives 5 minutes; get a new one, or give client id and secret, which renew it by themselves",
		}
	}
	return s.token, nil
}

func (s *staticToken) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = s.refused || token == s.token
}

// validateToken refuses what no Authorization header can carry, without repeating it.
func validateToken(token string) error {
	switch {
	case token == "":
		return errors.New("it is empty")
	case len(token) > maxTokenLength:
		return errors.New("it is too long for a token")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return errors.New("it holds spaces or other characters that no token has")
	}
	return nil
}

// tokenError says that no token could be had this time.
type tokenError struct {
	reason string // one line, no secret
	err    error  // the network's; nil: there was an answer
}

func (e *tokenError) Error() string   { return e.reason }
func (e *tokenError) cause() string   { return e.reason }
func (e *tokenError) Unwrap() error   { return e.err }
func (e *tokenError) temporary() bool { return tlsCause(e.err) == "" }
func (e *tokenError) ambiguous() bool { return false }
