package fleet

import (
	"errors"
	"hash/maphash"
	"iter"
	"sync/atomic"
)

// SIM is one SIM of a fleet that is made from memory. Both fields may be written as in a fleet file.
type SIM struct {
	ICCID      string
	WebhookURL string // empty: Options.WebhookURL
}

// FromSlice makes a Fleet of SIMs that are in memory. Each becomes one Row, normalised and checked as if it
// stood in a file, so bad ones become rows with a Problem and duplicates are found later. Row.Line counts the
// SIMs from 1.
//
// The Fleet keeps the slice. If its content changes between two passes, the later pass ends with an *Error.
// The name stands in messages, as a file's path does.
func FromSlice(name string, sims []SIM, options Options) *Fleet {
	all := func(yield func(SIM, error) bool) {
		for _, sim := range sims {
			if !yield(sim, nil) {
				return
			}
		}
	}
	return newMemory(name, all, len(sims), options)
}

// FromSeq makes a Fleet of SIMs that come from elsewhere, such as a database. It differs from FromSlice in
// what it demands of sims:
//
//   - Each pass over the fleet ranges over sims anew, and must get the same SIMs in the same order. If it does
//     not, that pass ends with an *Error once it is through. A run makes several passes.
//   - If sims cannot be read to the end it must yield an error, which ends the pass with an *Error. Otherwise
//     the missing SIMs would count as having left the fleet.
func FromSeq(name string, sims iter.Seq2[SIM, error], options Options) *Fleet {
	return newMemory(name, sims, 0, options)
}

func (m *memory) labels() []string { return nil }

func newMemory(name string, sims iter.Seq2[SIM, error], about int, options Options) *Fleet {
	m := &memory{name: name, sims: sims, size: about, options: options, seed: maphash.MakeSeed()}
	return &Fleet{name: name, rows: m}
}

// errChanged says that a pass got other SIMs than the first one.
var errChanged = errors.New("has other SIMs than before: each pass must get the same ones in the same order")

// memory makes rows of SIMs that a program has.
type memory struct {
	name    string
	sims    iter.Seq2[SIM, error]
	size    int // 0: not known
	options Options
	seed    maphash.Seed
	sum     atomic.Uint64 // a checksum of the SIMs of the first whole pass; 0: none yet
}

func (m *memory) each(show func(*Row) bool) error {
	rows := newRowMaker(m.options, &layout{})
	var row Row
	var sum maphash.Hash
	sum.SetSeed(m.seed)
	for sim, err := range m.sims {
		row = Row{Line: row.Line + 1}
		if err != nil {
			return &Error{Name: m.name, Line: row.Line, Err: err}
		}
		for _, text := range [...]string{sim.ICCID, sim.WebhookURL} {
			sum.WriteString(text)
			sum.WriteByte(0)
		}
		rows.fill(&row, sim.ICCID, sim.WebhookURL)
		if !show(&row) {
			return nil
		}
	}
	if now := max(sum.Sum64(), 1); !m.sum.CompareAndSwap(0, now) && m.sum.Load() != now {
		return &Error{Name: m.name, Err: errChanged}
	}
	return nil
}

func (m *memory) hasWebhookURLs() bool { return true }
func (m *memory) about() int           { return m.size }
func (m *memory) close() error         { return nil }
