package api

import (
	"slices"
	"sync"
)

// maxRefusals is how many different tokens in a row the API must refuse to end the run. A single one may
// have been revoked just after it was issued; three in a row mean that the credentials are wrong.
const maxRefusals = 3

// refusals are the different tokens that the API has refused since it last accepted one. A token that is
// refused in many calls counts once.
type refusals struct {
	mu     sync.Mutex
	tokens []string
}

// add returns the number of refused tokens, including this one.
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
