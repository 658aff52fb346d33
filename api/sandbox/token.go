package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// pruneTokensAt is the number of tokens at which the sandbox removes the expired ones.
const pruneTokensAt = 1000

// grant holds when a token was issued and when it expires.
type grant struct {
	issued, expires time.Time
}

func (s *Sandbox) serveToken(w http.ResponseWriter, r *http.Request) {
	s.tokenReply(r).write(w)
}

func (s *Sandbox) tokenReply(r *http.Request) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.TokenRequests++
	if s.tokenDown {
		return page(http.StatusServiceUnavailable)
	}
	if r.Method != http.MethodPost {
		return jsonReply(http.StatusMethodNotAllowed, map[string]any{"error": "HTTP 405 Method Not Allowed"})
	}
	if r.PostFormValue("grant_type") != "client_credentials" {
		return jsonReply(http.StatusBadRequest, map[string]any{
			"error":             "unsupported_grant_type",
			"error_description": "Unsupported grant_type",
		})
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if !matches(s.opts.ClientID, id) || !matches(s.opts.ClientSecret, secret) {
		return jsonReply(http.StatusUnauthorized, map[string]any{
			"error":             "invalid_client",
			"error_description": "Invalid client or Invalid client credentials",
		})
	}
	return jsonReply(http.StatusOK, map[string]any{
		"access_token":       s.issue(),
		"expires_in":         int((s.opts.TokenLifetime + time.Second - 1) / time.Second),
		"refresh_expires_in": 0,
		"token_type":         "Bearer",
		"scope":              "profile email",
	})
}

// IssueToken returns a token without a request.
func (s *Sandbox) IssueToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issue()
}

// RevokeTokens revokes all tokens issued so far.
func (s *Sandbox) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

func (s *Sandbox) issue() string {
	now := time.Now()
	if len(s.tokens) >= pruneTokensAt {
		for token, grant := range s.tokens {
			if !now.Before(grant.expires) {
				delete(s.tokens, token)
			}
		}
	}
	s.issued++
	token := fmt.Sprintf("sandbox-%d-%016x", s.issued, s.random.Uint64())
	s.tokens[token] = grant{issued: now, expires: now.Add(s.opts.TokenLifetime)}
	return token
}

func (s *Sandbox) authorised(r *http.Request, now time.Time) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	grant, known := s.tokens[token]
	return ok && known && now.Before(grant.expires) && s.period(grant.issued) == s.period(now)
}

// period is how many times RevokeEvery had passed at a time. A token is valid only in the period of its issue.
func (s *Sandbox) period(t time.Time) time.Duration {
	if s.opts.RevokeEvery <= 0 {
		return 0
	}
	return t.Sub(s.start) / s.opts.RevokeEvery
}

func matches(want, got string) bool {
	return got != "" && (want == "" || want == got)
}
