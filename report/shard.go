package report

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// MaxShards bounds the number of shards.
const MaxShards = 4096

// Shard is the part of a fleet that one of several processes takes. Each process has its own results file. The
// zero value is the whole fleet.
type Shard struct {
	Index int // from 0
	Count int
}

// NewShard returns an error unless 0 <= index < count <= MaxShards.
func NewShard(index, count int) (Shard, error) {
	if count < 1 || count > MaxShards || index < 0 || index >= count {
		return Shard{}, fmt.Errorf("there is no shard %d of %d: shards are counted from 0, and there are at most %d",
			index, count, MaxShards)
	}
	return Shard{Index: index, Count: count}, nil
}

// Whole reports whether the shard is the whole fleet.
func (s Shard) Whole() bool { return s.Count <= 1 }

// Owns reports whether a SIM belongs to the shard: whether its ShardHash modulo Count is Index. A SIM is in the
// same shard on every machine and in every run, and consecutive ICCIDs spread evenly.
func (s Shard) Owns(iccid string) bool {
	return s.Whole() || ShardHash(iccid)%uint64(s.Count) == uint64(s.Index)
}

// OwnsBadRows reports whether this shard reports the rows of the fleet that name no SIM.
func (s Shard) OwnsBadRows() bool { return s.Index == 0 }

// String is the shard in words, counted from 0, such as shard 2 of 8.
func (s Shard) String() string {
	if s.Whole() {
		return "the whole fleet"
	}
	return fmt.Sprintf("shard %d of %d", s.Index, s.Count)
}

// Label is the shard in file names and summaries, such as 2-of-8. It is empty for the whole fleet.
func (s Shard) Label() string {
	if s.Whole() {
		return ""
	}
	return fmt.Sprintf("%d-of-%d", s.Index, s.Count)
}

// ShardHash is the first 8 bytes of the SHA-256 of an ICCID, as a big-endian number.
func ShardHash(iccid string) uint64 {
	sum := sha256.Sum256([]byte(iccid))
	return binary.BigEndian.Uint64(sum[:8])
}
