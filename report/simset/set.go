package simset

import (
	"errors"
	"hash/fnv"
	"hash/maphash"
	"strconv"
)

// Sighting says how a SIM's line relates to the lines before it in the same pass over the fleet.
type Sighting int

const (
	First       Sighting = iota // no earlier line of this pass had the ICCID
	Repeated                    // an earlier line of this pass had the ICCID with the same webhook URL
	Conflicting                 // an earlier line of this pass had the ICCID with another webhook URL
)

// ErrTooManyURLs is what Table.Err reports once a fleet names more webhook URLs than a Table can
// tell apart.
var ErrTooManyURLs = errors.New("more than 16,777,215 different webhook URLs: split the fleet file")

// maxURLs is how many webhook URLs fit the 24 bits that an entry has for them; the highest index
// is kept for the URLs beyond.
const maxURLs = 1<<24 - 1

// Table remembers which SIMs of a fleet have been seen in the current pass over it, with which
// webhook URL, and which have a row in the results. It takes 16 to 28 bytes a SIM, and about as much
// again for every different webhook URL.
//
// Rows without a usable ICCID, which Key refuses, stand in it under their BadRowKey.
// A Table is not safe for concurrent use.
type Set struct {
	entries slots
	urls    map[uint64]uint32 // hash of a webhook URL → its index
	seed    maphash.Seed
	maxURLs uint32
	err     error

	lastURL   string // the webhook URL last met: most SIMs of a fleet have the same
	lastIndex entry  // of it
}

// entry is what is known of one key: the index of its webhook URL in the low 24 bits, flags above.
type entry uint32

const (
	urlBits      entry = 1<<24 - 1
	flagSeen     entry = 1 << 24 // in this pass
	flagRecorded entry = 1 << 25 // has a row in the results
	flagDone     entry = 1 << 26 // and that row satisfies the SIM with the webhook URL of this entry
	flagMarked   entry = 1 << 27
)

// NewTable returns an empty Table, in its first pass.
func New() *Set {
	return &Set{
		urls:    make(map[uint64]uint32),
		seed:    maphash.MakeSeed(),
		maxURLs: maxURLs,
	}
}

// Expect makes room for a number of SIMs in a Table that has none yet. It takes more all the same, and a
// little longer for it.
func (t *Set) Expect(sims int) { t.entries.reserve(sims) }

// Begin starts another pass over the fleet: nothing has been seen in it yet. What was recorded or
// marked stays. It visits every entry, which takes about 20 ms per million.
func (t *Set) Begin() {
	t.entries.each(func(e *entry) { *e &^= flagSeen })
}

// See notes a line of the fleet. done reports that a recorded row already satisfies this SIM with
// this URL; once the fleet asks for another URL than the recorded one it is false, and stays so
// until the SIM is recorded anew. A Conflicting line changes nothing and is never done.
func (t *Set) See(iccid, webhookURL string) (s Sighting, done bool) {
	key, ok := Key(iccid)
	if !ok {
		return First, false
	}
	url := t.intern(webhookURL)
	e, place := t.entries.at(key)
	sameURL := e&urlBits == url && url != urlBits // beyond maxURLs nobody knows
	switch {
	case e&flagSeen != 0 && sameURL:
		return Repeated, e&flagDone != 0
	case e&flagSeen != 0:
		return Conflicting, false
	case !sameURL:
		e &^= flagDone
	}
	*place = e&^urlBits | url | flagSeen
	return First, e&flagDone != 0
}

// Record notes that the results have a row for this SIM, and reports whether they had one before.
// A row with another URL than the one seen in this pass does not satisfy the SIM, whatever done
// says.
func (t *Set) Record(iccid, webhookURL string, done bool) (before bool) {
	key, ok := Key(iccid)
	if !ok {
		return false
	}
	url := t.intern(webhookURL)
	e, place := t.entries.at(key)
	before = e&flagRecorded != 0
	if e&flagSeen != 0 && e&urlBits != url {
		done, url = false, e&urlBits
	}
	e = e&^(urlBits|flagDone) | url | flagRecorded
	if done {
		e |= flagDone
	}
	*place = e
	return before
}

// Seen reports whether the SIM was seen in this pass.
func (t *Set) Seen(iccid string) bool {
	key, ok := Key(iccid)
	return ok && t.SeenKey(key)
}

// Recorded reports whether the results have a row for the SIM.
func (t *Set) Recorded(iccid string) bool {
	key, ok := Key(iccid)
	return ok && t.entries.get(key)&flagRecorded != 0
}

// SeeKey notes a bad row of the fleet and reports whether the results have it already.
func (t *Set) SeeKey(key uint64) (recorded bool) {
	e, place := t.entries.at(key)
	*place = e | flagSeen
	return e&flagRecorded != 0
}

// DoneKey reports whether a recorded row satisfies the SIM.
func (t *Set) DoneKey(key uint64) bool { return t.entries.get(key)&flagDone != 0 }

// SeenKey reports whether the SIM or bad row was seen in this pass.
func (t *Set) SeenKey(key uint64) bool { return t.entries.get(key)&flagSeen != 0 }

// RecordKey notes that the results have the bad row, and reports whether they had it before.
func (t *Set) RecordKey(key uint64) (before bool) {
	e, place := t.entries.at(key)
	*place = e | flagRecorded
	return e&flagRecorded != 0
}

// Mark sets a mark on the SIM or bad row, whose meaning is the caller's, and reports whether it had
// one before. Marks last as long as the Table.
func (t *Set) Mark(key uint64) (before bool) {
	e, place := t.entries.at(key)
	*place = e | flagMarked
	return e&flagMarked != 0
}

// Marked reports whether the SIM or bad row has a mark.
func (t *Set) Marked(key uint64) bool { return t.entries.get(key)&flagMarked != 0 }

// Len is the number of SIMs and bad rows known.
func (t *Set) Len() int { return t.entries.count }

// Err is ErrTooManyURLs if the Table met more webhook URLs than it can tell apart, and nil otherwise.
// Ask after a pass: SIMs with a webhook URL beyond are never Repeated but Conflicting, and never
// done.
func (t *Set) Err() error { return t.err }

// Key packs an ICCID of 18 to 20 digits beginning with 89 into 64 bits: a 1 followed by the digits
// after the 89, so that ICCIDs of different lengths differ. ok is false for anything else. The top
// bit of a key is never set.
func Key(iccid string) (key uint64, ok bool) {
	if len(iccid) < 18 || len(iccid) > 20 || iccid[:2] != "89" {
		return 0, false
	}
	// Two numbers at a time are faster than one: a digit waits for the one before it.
	middle := len(iccid) - 8
	high, highOK := appendDigits(1, iccid[2:middle])
	low, lowOK := appendDigits(0, iccid[middle:])
	if !highOK || !lowOK {
		return 0, false
	}
	return high*1e8 + low, true
}

// appendDigits writes more digits behind a number.
func appendDigits(number uint64, digits string) (longer uint64, ok bool) {
	for i := range len(digits) {
		digit := digits[i] - '0'
		if digit > 9 {
			return 0, false
		}
		number = number*10 + uint64(digit)
	}
	return number, true
}

// BadRowKey identifies a row that has no usable ICCID of its own by what the results say of it: the
// 64-bit FNV-1a hash of line, cell and status. Its top bit is set, so it never equals a Key.
func BadRowKey(line int, cell, status string) uint64 {
	h := fnv.New64a()
	for _, part := range [...]string{strconv.Itoa(line), cell, status} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return h.Sum64() | 1<<63
}

// intern numbers webhook URLs. The table keeps only their 64-bit hashes: among 16 million URLs two share
// one with a probability below 1 in 100,000.
func (t *Set) intern(webhookURL string) entry {
	if webhookURL != t.lastURL || len(t.urls) == 0 {
		t.lastURL, t.lastIndex = webhookURL, t.index(webhookURL)
	}
	return t.lastIndex
}

func (t *Set) index(webhookURL string) entry {
	hash := maphash.String(t.seed, webhookURL)
	if index, ok := t.urls[hash]; ok {
		return entry(index)
	}
	index := uint32(len(t.urls))
	if index >= t.maxURLs {
		t.err = ErrTooManyURLs
		return urlBits
	}
	t.urls[hash] = index
	return entry(index)
}
