package simset

import "math/bits"

// slots maps Keys and BadRowKeys to entries. Millions of SIMs do not fit the processor's caches. It is faster than a
// Go map because it reads memory less often:
//
//   - SIMs with neighbouring numbers, which are often on neighbouring lines of the fleet, are neighbours here too.
//   - Each key has a tag of one byte, which holds seven bits of its hash. The tags of eight keys lie before them and are
//     compared together. A key is compared only if its tag agrees.
//
// It is divided into segments, each of which grows alone, so that the whole is never in memory twice. A slot takes
// 13 bytes with its tag, and 46 to 80 % of the slots are used: 16 to 28 bytes a key.
type slots struct {
	segments [1 << segmentBits]segment
	count    int
}

// The highest bits of a hash are the number of the segment, those from groupShift on choose the group, and the
// lowest are the tag.
const (
	segmentBits = 8
	groupShift  = 16
)

// segment is a hash table with open addressing. A key whose own group is full is in the next one that is not.
type segment struct {
	groups []group
	used   int // slots
}

// group is eight slots, which are used from the first on.
type group struct {
	tags  uint64 // a byte for each slot from the lowest on, 0 for a free slot
	slots [groupSize]slot
}

// slot takes 12 bytes. With a uint64 for the key it would be padded to 16.
type slot struct {
	high, low uint32 // halves of the key; 0 for a free slot, since no key is 0
	entry     entry
}

const (
	groupSize = 8
	everyByte = 0x0101010101010101
	usedBit   = 0x80 // of a tag
	usedBits  = usedBit * everyByte
)

// reserve makes room for so many keys in segments that are empty.
func (s *slots) reserve(keys int) {
	groups := keys*3/2/len(s.segments)/groupSize + 1 // not all segments get the same number
	for i := range s.segments {
		if s.segments[i].used == 0 {
			s.segments[i].groups = make([]group, groups)
		}
	}
}

// get returns the entry of a key, 0 if there is none.
func (s *slots) get(key uint64) entry {
	hash := hashKey(key)
	segment := s.segment(hash)
	if segment.used == 0 {
		return 0
	}
	group, at := segment.find(key, hash)
	return group.slots[at].entry
}

// at returns the entry of a key, which is 0 for a new one, and its place. The place is valid until the next call.
func (s *slots) at(key uint64) (e entry, place *entry) {
	hash := hashKey(key)
	segment := s.segment(hash)
	if segment.full() {
		segment.grow()
	}
	group, at := segment.find(key, hash)
	slot := &group.slots[at]
	if slot.key() != key {
		group.take(at, key, hash)
		segment.used++
		s.count++
	}
	return slot.entry, &slot.entry
}

// each calls show for all entries, and for the zeros of free slots.
func (s *slots) each(show func(*entry)) {
	for i := range s.segments {
		groups := s.segments[i].groups
		for j := range groups {
			for k := range groups[j].slots {
				show(&groups[j].slots[k].entry)
			}
		}
	}
}

// hashKey folds the 128 bits of a product, each of which depends on most bits of the key. The lowest six bits of
// the key only change the tag, so that the 6 or 7 SIMs with neighbouring numbers are in the same group.
func hashKey(key uint64) uint64 {
	high, low := bits.Mul64(key>>6^0x9e3779b97f4a7c15, 0xa0761d6478bd642f)
	return high ^ low ^ key%64
}

func (s *slots) segment(hash uint64) *segment { return &s.segments[hash>>(64-segmentBits)] }

// tag is never 0.
func tag(hash uint64) uint64 { return hash&(usedBit-1) | usedBit }

// find returns where the key is, or else the free slot where it is to be put. The segment must not be full.
func (s *segment) find(key, hash uint64) (g *group, at int) {
	for n := s.home(hash); ; n = s.after(n) {
		g = &s.groups[n]
		for same := equalBytes(g.tags, tag(hash)); same != 0; same &= same - 1 {
			if at = lowest(same); g.slots[at].key() == key {
				return g, at
			}
		}
		if free := ^g.tags & usedBits; free != 0 {
			return g, lowest(free)
		}
	}
}

// home is the number of a key's own group.
func (s *segment) home(hash uint64) int {
	return int(uint64(uint32(hash>>groupShift)) * uint64(len(s.groups)) >> 32)
}

func (s *segment) after(group int) int {
	if group++; group < len(s.groups) {
		return group
	}
	return 0
}

// equalBytes sets the top bit of each byte of word that equals b, and of some that do not.
func equalBytes(word, b uint64) uint64 {
	different := word ^ b*everyByte
	return (different - everyByte) &^ different & usedBits
}

// lowest is the number of the lowest byte that is not 0; there must be one.
func lowest(word uint64) int { return bits.TrailingZeros64(word) / 8 % groupSize }

// take puts a key into a free slot.
func (g *group) take(at int, key, hash uint64) {
	g.tags |= tag(hash) << (at * 8)
	g.slots[at].high, g.slots[at].low = uint32(key>>32), uint32(key)
}

// full reports whether four fifths of the slots are used. With more, keys would be too far from home.
func (s *segment) full() bool { return s.used >= len(s.groups)*groupSize*4/5 }

// grow makes the segment three quarters larger. The keys keep their order, which is that of their hashes, so that
// memory is read and written from one end to the other.
func (s *segment) grow() {
	old := s.groups
	s.groups = make([]group, len(old)+max(1, len(old)*3/4))
	for i := range old {
		for _, slot := range old[i].slots {
			if key := slot.key(); key != 0 {
				hash := hashKey(key)
				group, at := s.find(key, hash)
				group.take(at, key, hash)
				group.slots[at].entry = slot.entry
			}
		}
	}
}

func (s *slot) key() uint64 { return uint64(s.high)<<32 | uint64(s.low) }
