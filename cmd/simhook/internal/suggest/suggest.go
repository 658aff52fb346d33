// Package suggest finds what a mistyped word was meant to be.
package suggest

import "slices"

// MostEdits is how many letters of a word may differ from the one that is meant. It is chosen: two typing errors.
const MostEdits = 2

// Closest is the known word that a mistyped one comes closest to; "": none is close, or the word is as short as its errors. A
// grave word does harm where it is used by mistake: it is suggested only if it has five letters or more, and the word begins with
// the same letter and has one error.
func Closest(word string, known, grave []string) (meant string) {
	fewest := MostEdits + 1
	for _, other := range known {
		edits := Distance(word, other)
		if slices.Contains(grave, other) && (edits > 1 || len(other) < 5 || word == "" || word[0] != other[0]) {
			continue
		}
		// Of two that are as close, the harmless one is meant.
		closer := edits < fewest || edits == fewest && slices.Contains(grave, meant)
		if closer && 2*edits < len(other) {
			fewest, meant = edits, other
		}
	}
	return meant
}

// Distance is how many letters must be added, removed or exchanged to make one word of the other (Levenshtein).
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
