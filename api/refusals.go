package api

import (
	"slices"
	"sync"
	"time"
)

// The API must refuse so many different tokens in a row, over such a time, to end the run. A single one may have been
// revoked just after it was issued, and a gateway may say 401 for seconds; only longer do the credentials look wrong.
const (
	maxRefusals     = 3
	refusalPatience = 30 * time.Second
)

// tokenProof is what the API's answers say about tokens: the one that was accepted last, and those that were refused since.
type tokenProof struct {
	mu         sync.Mutex
	accepted   string
	acceptedAt time.Time
	refused    []string
	refusedAt  time.Time // the first of them
}

// accept notes that a call with the token was answered by the API itself.
func (p *tokenProof) accept(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accepted, p.acceptedAt = token, time.Now()
	p.refused = p.refused[:0]
}

// acceptedSince reports whether another call was accepted with the token after a moment.
func (p *tokenProof) acceptedSince(token string, moment time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accepted == token && p.acceptedAt.After(moment)
}

// refuse returns how many different tokens were refused in a row, including this one, and for how long already. A token
// that is refused in many calls counts once.
func (p *tokenProof) refuse(token string) (tokens int, lasted time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if len(p.refused) == 0 {
		p.refusedAt = now
	}
	if !slices.Contains(p.refused, token) {
		p.refused = append(p.refused, token)
	}
	return len(p.refused), now.Sub(p.refusedAt)
}
