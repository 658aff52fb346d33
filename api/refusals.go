package api

import (
	"slices"
	"sync"
)

// maxRefusals is how many fresh tokens the API may refuse in a row: one may have been revoked the moment
// it was issued, three have not.
const maxRefusals = 3

// refusals are the different tokens that the API refused since it last accepted one. The same token
// refused to many workers counts once.
type refusals struct {
	mu     sync.Mutex
	tokens []string
}

// add returns how many tokens have been refused, this one included.
func (r *refusals) add(token string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.tokens, token) {
		r.tokens = append(r.tokens, token)
	}
	return len(r.tokens)
}

func (r *refusals) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens = r.tokens[:0]
}
