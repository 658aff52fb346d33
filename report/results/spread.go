package results

import (
	"math"

	"simhook/report"
)

// spread tells which shards a set of SIMs can be of. The SIMs of one of n shards
// have hashes that are the same modulo n, so that n divides the distances
// between them, and hence their greatest common divisor. Hashes of SIMs that
// nobody has divided have 1 for that, or a small number where they are few.
type spread struct {
	sims  int
	first uint64 // hash of the first SIM
	step  uint64 // greatest common divisor of the distances from it; 0: none yet
}

// add takes in a SIM that is not among them yet.
func (s *spread) add(iccid string) {
	hash := report.ShardHash(iccid)
	if s.sims++; s.sims == 1 {
		s.first = hash
		return
	}
	s.step = divisor(s.step, max(hash, s.first)-min(hash, s.first))
}

// addRow takes in the SIM of a row, if it has one.
func (s *spread) addRow(l *line) {
	switch l.status() {
	case report.StatusOK, report.StatusFailed, report.StatusRefused:
		s.add(string(l.cells[columnICCID]))
	}
}

// within is the one of count shards that all the SIMs are of. It reports false
// where they are of several; no SIMs at all are of any.
func (s spread) within(count int) (report.Shard, bool) {
	n := uint64(count)
	return report.Shard{Index: int(s.first % n), Count: count}, s.step%n == 0
}

// finer is the shard that the SIMs are evidently of although they are said to be
// of one of fewer shards, whose count divides its own. A single chance in 2^40 is
// evidence: 41 SIMs of every second one, 15 SIMs of every eighth.
func (s spread) finer(count int) (report.Shard, bool) {
	const evidence = 40
	if s.step == 0 {
		return report.Shard{}, false
	}
	for n := report.MaxShards / count * count; n > count; n -= count {
		shard, fits := s.within(n)
		if fits && float64(s.sims-1)*math.Log2(float64(n/count)) >= evidence {
			return shard, true
		}
	}
	return report.Shard{}, false
}

// divisor is the greatest common divisor of a and b, where that of 0 and b is b.
func divisor(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
