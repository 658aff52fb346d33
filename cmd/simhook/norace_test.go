//go:build !race

package main

// underRace: the race detector is at work, which makes processes several times slower.
const underRace = false
