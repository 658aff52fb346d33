//go:build race

package pace_test

// underRace: the race detector makes calls in virtual time ten times slower.
const underRace = true
