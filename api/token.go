package api

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// TokenSource gives access tokens. Implementations are safe for concurrent use.
type TokenSource interface {
	// Token returns a token that is valid as far as the source knows. It returns when ctx ends. A
	// *CredentialsError means that the source cannot give a valid token any more.
	Token(ctx context.Context) (string, error)

	// Invalidate tells the source that the API refused token, so Token must return another one next. It
	// does nothing if token is no longer the current one.
	Invalidate(token string)
}

// CredentialsError says that the credentials are refused. A retry does not help, and the calls for all other
// SIMs fail too, so a bulk run ends here.
type CredentialsError struct {
	Problem string // what happened
	Advice  string // what to do about it
}

func (e *CredentialsError) Error() string { return e.Problem + ": " + e.Advice }

func (e *CredentialsError) cause() string   { return e.Error() }
func (e *CredentialsError) temporary() bool { return false }
func (e *CredentialsError) ambiguous() bool { return false }

// StaticToken returns a source of one given token. After the API has refused it, Token returns a
// *CredentialsError.
func StaticToken(token string) TokenSource {
	token = strings.TrimSpace(token)
	return &staticToken{token: token, invalid: validateToken(token)}
}

type staticToken struct {
	token   string
	invalid error // what is wrong with the token's form; nil: nothing
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

// validateToken refuses a token that an Authorization header cannot hold. Its errors do not contain the token.
func validateToken(token string) error {
	switch {
	case token == "":
		return errors.New("it is empty")
	case len(token) > maxTokenLength:
		return errors.New("it is too long for a token")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return errors.New("it contains spaces or other characters that a token cannot have")
	}
	return nil
}

// tokenError says that the source has no token at the moment. A later call may get one.
type tokenError struct {
	reason     string // one line, no secret
	err        error  // of the network; nil: an answer came
	retryAfter time.Duration
	hopeless   bool // and no other request can succeed
}

func (e *tokenError) Error() string   { return e.reason }
func (e *tokenError) cause() string   { return e.reason }
func (e *tokenError) Unwrap() error   { return e.err }
func (e *tokenError) temporary() bool { return !e.hopeless }
func (e *tokenError) ambiguous() bool { return false }
