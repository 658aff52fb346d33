package simset

import (
	"errors"
	"hash/maphash"
)

// Sighting says how a SIM's line of the fleet relates to earlier lines of the same pass.
type Sighting int

// The sightings.
const (
	First       Sighting = iota // no earlier line of this pass had the ICCID
	Repeated                    // an earlier line of this pass had the ICCID with the same webhook URL
	Conflicting                 // an earlier line of this pass had the ICCID with another webhook URL
)

// ErrTooManyURLs is what Set.Err returns once a fleet names more webhook URLs than a Set can tell apart.
var ErrTooManyURLs = errors.New("more than 16,777,215 different webhook URLs: split the fleet file")

// maxURLs is how many webhook URLs fit the 24 bits that an entry has for them. The highest index stands for all
// further URLs.
const maxURLs = 1<<24 - 1

// Set remembers which SIMs of a fleet were seen in the current pass over it, with which webhook URL, and which
// have a row in the results. It takes 16 to 28 bytes a SIM, and about as much again for each different webhook
// URL.
//
// Rows without a usable ICCID, which Key refuses, are in it under their BadRowKey. A Set is not safe for
// concurrent use.
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

// New returns an empty Set, in its first pass.
func New() *Set {
	return &Set{
		urls:    make(map[uint64]uint32),
		seed:    maphash.MakeSeed(),
		maxURLs: maxURLs,
	}
}

// Expect makes room for a number of SIMs in a Set that is empty. It is a hint: the Set takes more SIMs too.
func (s *Set) Expect(sims int) { s.entries.reserve(sims) }

// Begin starts another pass over the fleet, in which no SIM was seen yet. What was recorded or marked stays. It
// visits every entry, which takes about 20 ms for a million.
func (s *Set) Begin() {
	s.entries.each(func(e *entry) { *e &^= flagSeen })
}

// See takes in a line of the fleet. done reports that a recorded row already satisfies this SIM with this URL.
// Once the fleet asks for another URL than the recorded one, done is false until the SIM is recorded again. A
// Conflicting line changes nothing and is never done.
func (s *Set) See(iccid, webhookURL string) (sighting Sighting, done bool) {
	key, ok := Key(iccid)
	if !ok {
		return First, false
	}
	url := s.intern(webhookURL)
	e, place := s.entries.at(key)
	sameURL := e&urlBits == url && url != urlBits // further URLs cannot be told apart
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

// Record notes that the results have a row for this SIM, and reports whether they had one before. done says that
// the row satisfies the SIM; it is ignored if the SIM was seen in this pass with another URL than the row's.
func (s *Set) Record(iccid, webhookURL string, done bool) (before bool) {
	key, ok := Key(iccid)
	if !ok {
		return false
	}
	url := s.intern(webhookURL)
	e, place := s.entries.at(key)
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

// Recorded reports whether the results have a row for the SIM.
func (s *Set) Recorded(iccid string) bool {
	key, ok := Key(iccid)
	return ok && s.entries.get(key)&flagRecorded != 0
}

// SeeKey takes in a bad row of the fleet, and reports whether the results have it already.
func (s *Set) SeeKey(key uint64) (recorded bool) {
	e, place := s.entries.at(key)
	*place = e | flagSeen
	return e&flagRecorded != 0
}

// DoneKey reports whether a recorded row satisfies the SIM.
func (s *Set) DoneKey(key uint64) bool { return s.entries.get(key)&flagDone != 0 }

// SeenKey reports whether the SIM or bad row was seen in this pass.
func (s *Set) SeenKey(key uint64) bool { return s.entries.get(key)&flagSeen != 0 }

// RecordKey notes that the results have the bad row, and reports whether they had it before.
func (s *Set) RecordKey(key uint64) (before bool) {
	e, place := s.entries.at(key)
	*place = e | flagRecorded
	return e&flagRecorded != 0
}

// Mark sets a mark on the SIM or bad row, and reports whether it had one before. What a mark means is up to the
// caller. Marks stay for good.
func (s *Set) Mark(key uint64) (before bool) {
	e, place := s.entries.at(key)
	*place = e | flagMarked
	return e&flagMarked != 0
}

// Marked reports whether the SIM or bad row has a mark.
func (s *Set) Marked(key uint64) bool { return s.entries.get(key)&flagMarked != 0 }

// Err is ErrTooManyURLs if the Set met more webhook URLs than it can tell apart, and nil otherwise. Ask after a
// pass: SIMs with one of the further URLs are Conflicting where they are Repeated, and are never done.
func (s *Set) Err() error { return s.err }

// intern numbers webhook URLs. The set keeps only their 64-bit hashes: that two of 16 million URLs share one has
// a probability below 1 in 100,000.
func (s *Set) intern(webhookURL string) entry {
	if webhookURL != s.lastURL || len(s.urls) == 0 {
		s.lastURL, s.lastIndex = webhookURL, s.index(webhookURL)
	}
	return s.lastIndex
}

func (s *Set) index(webhookURL string) entry {
	hash := maphash.String(s.seed, webhookURL)
	if index, ok := s.urls[hash]; ok {
		return entry(index)
	}
	index := uint32(len(s.urls))
	if index >= s.maxURLs {
		s.err = ErrTooManyURLs
		return urlBits
	}
	s.urls[hash] = index
	return entry(index)
}
