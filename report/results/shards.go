package results

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strconv"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/simset"
)

// shardEvidence tells from SIMs alone of which shard they can be.
//
// A SIM is of the shard hash modulo n. The hashes of one shard's SIMs are therefore the same modulo n, so n
// divides all their distances, and the greatest common divisor of these. For example, hashes 5, 13 and 29
// have the distances 8 and 24, whose divisor is 8: the SIMs can be of shard 5 of 8, 1 of 4 or 1 of 2, but
// not of one of 3. Hashes of SIMs that were not chosen by shard have random distances: a few of them already
// have the divisor 1.
type shardEvidence struct {
	sims    int
	first   uint64 // hash of the first SIM
	divisor uint64 // of the distances from it; 0: no distance yet
}

// add takes in the SIM of a row, if it has one that was not added before.
func (s *shardEvidence) add(e *entry) {
	if !namesSIM(e.status) {
		return
	}
	hash := report.ShardHash(string(e.iccid))
	if s.sims++; s.sims == 1 {
		s.first = hash
		return
	}
	s.divisor = commonDivisor(s.divisor, max(hash, s.first)-min(hash, s.first))
}

// of returns the one of count shards that all SIMs are of, and false if they are of several. No SIMs at all
// can be of any shard.
func (s shardEvidence) of(count int) (report.Shard, bool) {
	n := uint64(count)
	return report.Shard{Index: int(s.first % n), Count: count}, s.divisor%n == 0
}

// finer returns the shard that the SIMs were evidently chosen by, if they are said to be of one of count
// shards, and are all of one of a multiple of count. It is evident when by chance it happens at most once in
// 2^40 times: with 41 SIMs of one of twice as many shards, or 15 SIMs of one of 8 times as many.
func (s shardEvidence) finer(count int) (report.Shard, bool) {
	const evidence = 40
	if s.divisor == 0 {
		return report.Shard{}, false
	}
	for n := report.MaxShards / count * count; n > count; n -= count {
		shard, fits := s.of(n)
		if fits && float64(s.sims-1)*math.Log2(float64(n/count)) >= evidence {
			return shard, true
		}
	}
	return report.Shard{}, false
}

// commonDivisor is the greatest common divisor of a and b; that of 0 and b is b.
func commonDivisor(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// checkShardOfName refuses a results file that is named after another shard.
func checkShardOfName(s report.Shard, path string) error {
	named, found := ShardInName(path)
	if !found || named == s {
		return nil
	}
	return fmt.Errorf("is by its name for the results of %v, not of %v", named, s)
}

// checkShardOfRow refuses a row that another shard writes.
func checkShardOfRow(s report.Shard, e *entry) error {
	iccid := string(e.iccid)
	if e.status == report.StatusInvalid {
		if _, sim := simset.Key(iccid); !sim && !s.OwnsBadRows() {
			return fmt.Errorf("holds a row that names no SIM (%q), which is for shard 0 to report", cell.Clean(iccid, 40))
		}
		return nil
	}
	if !s.Owns(iccid) {
		return fmt.Errorf("holds results of another shard (%s is not of %v)", cell.Clean(iccid, 40), s)
	}
	return nil
}

// checkShardOfAll refuses SIMs that are all of this shard, but were evidently chosen by a finer one. A run
// for the whole fleet takes them all the same: a fleet file can have been made from a shard's results.
func checkShardOfAll(s report.Shard, sims shardEvidence) error {
	if s.Whole() {
		return nil
	}
	if other, evident := sims.finer(s.Count); evident {
		return fmt.Errorf("holds results of %v, not of %v", other, s)
	}
	return nil
}

// ShardInName is the shard whose Label ends the name of a results file, before the extension.
func ShardInName(path string) (report.Shard, bool) {
	label := shardLabel.FindStringSubmatch(filepath.Base(path))
	if label == nil {
		return report.Shard{}, false
	}
	index, indexErr := strconv.Atoi(label[1])
	count, countErr := strconv.Atoi(label[2])
	if indexErr != nil || countErr != nil {
		return report.Shard{}, false
	}
	shard, err := report.NewShard(index, count)
	return shard, err == nil && !shard.Whole()
}

var shardLabel = regexp.MustCompile(`\.([0-9]+)-of-([0-9]+)\.[^.]+$`)
