package report

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// MaxShards bounds the number of shards.
const MaxShards = 4096

// Shard is the part of a fleet that one of several processes takes, each with a
// results file of its own. The zero value is the whole fleet.
type Shard struct {
	Index int // from 0
	Count int
}

// NewShard checks that there is such a shard.
func NewShard(index, count int) (Shard, error) {
	if count < 1 || count > MaxShards || index < 0 || index >= count {
		return Shard{}, fmt.Errorf("there is no shard %d of %d: shards are counted from 0, and there are at most %d", index, count, MaxShards)
	}
	return Shard{Index: index, Count: count}, nil
}

// Whole reports whether the shard is the whole fleet.
func (s Shard) Whole() bool { return s.Count <= 1 }

// Owns reports whether a SIM belongs to the shard: the first 8 bytes of the
// SHA-256 of its ICCID, as a big-endian number, modulo the number of shards.
// Consecutive ICCIDs spread evenly, and it is the same everywhere and always.
func (s Shard) Owns(iccid string) bool {
	return s.Whole() || ShardHash(iccid)%uint64(s.Count) == uint64(s.Index)
}

// OwnsBadRows reports whether this shard is the one that writes down the rows of
// the fleet which name no SIM.
func (s Shard) OwnsBadRows() bool { return s.Index == 0 }

// String is the shard in words, counted from 0: shard 2 of 8.
func (s Shard) String() string {
	if s.Whole() {
		return "the whole fleet"
	}
	return fmt.Sprintf("shard %d of %d", s.Index, s.Count)
}

// Label is the shard in file names and summaries: 2-of-8; empty for the whole
// fleet.
func (s Shard) Label() string {
	if s.Whole() {
		return ""
	}
	return fmt.Sprintf("%d-of-%d", s.Index, s.Count)
}

func ShardHash(iccid string) uint64 {
	sum := sha256.Sum256([]byte(iccid))
	return binary.BigEndian.Uint64(sum[:8])
}
