package batch

import "crypto/rand"

// NewID is a random part for the correlation IDs of a run: 8 characters, 40 bits,
// from an alphabet without letters that look like digits.
func NewID() string {
	const alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, 8)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b)
}
