package api

import (
	"context"
	"errors"
	"time"

	"golang.org/x/oauth2"
)

// current returns "" without an error if a new token is needed.
func (s *CredentialsSource) current() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused != nil {
		return "", s.refused
	}
	if s.token != "" && time.Now().Before(s.renewAt) {
		return s.token, nil
	}
	return "", nil
}

// renew runs once for all waiting callers. It has a context of its own, so that it continues when the first
// caller's context ends.
func (s *CredentialsSource) renew() (any, error) {
	if token, err := s.current(); token != "" || err != nil {
		return token, err
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), s.timeout, errTimeout)
	defer cancel()
	asked := time.Now()
	granted, err := s.config.Token(context.WithValue(ctx, oauth2.HTTPClient, s.client))
	if err != nil {
		return s.afterFailure(tokenFailure(ctx, err, s.config.ClientSecret))
	}
	return s.adopt(granted, asked)
}

// adopt makes a granted token the current one. A token that the API has just refused is an error for good.
func (s *CredentialsSource) adopt(granted *oauth2.Token, asked time.Time) (string, error) {
	token := granted.AccessToken
	if err := validateToken(token); err != nil {
		return s.afterFailure(&tokenError{reason: "token endpoint: the access_token cannot be used: " + err.Error()})
	}
	lifetime := granted.Expiry.Sub(asked)
	if granted.Expiry.IsZero() || lifetime <= 0 {
		lifetime = assumedLifetime
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewals++
	if s.token == "" && token == s.last {
		s.refused = &CredentialsError{
			Problem: "the token endpoint returned the same token that the API had refused",
			Advice:  "check that the token URL and the base URL belong to the same environment",
		}
		return "", s.refused
	}
	s.token, s.last = token, token
	s.expires = asked.Add(lifetime)
	s.renewAt = s.expires.Add(-min(maxRenewalMargin, lifetime/5))
	return token, nil
}

// afterFailure remembers refused credentials for good. After a temporary failure it returns the current token
// if that is still valid, and else the failure.
func (s *CredentialsSource) afterFailure(failure error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.As(failure, &s.refused) {
		return "", s.refused
	}
	now := time.Now()
	if s.token == "" || !now.Before(s.expires) {
		return "", failure
	}
	s.renewAt = now.Add(min(renewalPause, s.expires.Sub(now)))
	return s.token, nil
}
