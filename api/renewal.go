package api

import (
	"context"
	"errors"
	"time"

	"golang.org/x/oauth2"
)

// current is the token in use. due reports that another one is to be obtained: soon, or now if there is none.
func (s *CredentialsSource) current() (token string, due bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	switch {
	case s.token != "" && now.Before(s.expires):
		return s.token, !now.Before(s.renewAt), nil
	case s.refused != nil:
		return "", false, s.refused
	case now.Before(s.retryAt):
		return "", false, s.failure
	}
	return "", true, nil
}

// renew runs once for all waiting callers. It has a context of its own, so that it continues when the first
// caller's context ends.
func (s *CredentialsSource) renew() (any, error) {
	if token, due, err := s.current(); !due {
		return token, err
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), s.timeout, errTimeout)
	defer cancel()
	asked := time.Now()
	granted, err := s.config.Token(context.WithValue(ctx, oauth2.HTTPClient, s.client))
	if err != nil {
		return s.afterFailure(tokenFailure(ctx, err, s.config.ClientSecret, s.Renewals() > 0))
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

// afterFailure returns the current token if that is still valid, and else the failure. Refused credentials are then
// remembered for good.
func (s *CredentialsSource) afterFailure(failure error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, pause := time.Now(), time.Duration(0)
	if passing, ok := errors.AsType[*tokenError](failure); ok {
		pause = min(passing.retryAfter, longestTokenPause)
	}
	if s.token != "" && now.Before(s.expires) {
		s.renewAt = now.Add(max(pause, renewalPause))
		return s.token, nil
	}
	s.failure, s.retryAt = failure, now.Add(max(pause, failurePause))
	if refused, ok := errors.AsType[*CredentialsError](failure); ok {
		s.refused = refused
	}
	return "", failure
}
