package listen

import (
	"context"
	"errors"
	"slices"
	"sync"

	"simhook/batch/fleet"
	"simhook/report/simset"
)

const (
	// maxUnknown is how many SIMs outside of the fleet are remembered by name.
	maxUnknown = 100_000
	// maxExamples is how many SIMs are named on the console. The file has all of them.
	maxExamples = 5
)

// Expectation knows the SIMs of a fleet, and which of them have sent a notification. It takes about 20 bytes a SIM. It
// may be used by several goroutines at once.
type Expectation struct {
	name string // of the fleet

	mu      sync.Mutex
	fleet   map[uint64]bool // by simset.Key: heard from
	heard   int
	unknown map[uint64]struct{}
	more    int // notifications from unknown SIMs, beyond those remembered
}

// Expect reads a fleet. It also returns how many of the rows cannot be used. Its error is a *fleet.Error if none can.
func Expect(ctx context.Context, source *fleet.Fleet) (e *Expectation, unusable int, err error) {
	e = &Expectation{name: source.Name(), fleet: map[uint64]bool{}, unknown: map[uint64]struct{}{}}
	for row, err := range source.All() {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return nil, 0, err
		}
		if key, ok := simset.Key(row.ICCID); ok && row.Problem == "" {
			e.fleet[key] = false
		} else {
			unusable++
		}
	}
	if len(e.fleet) == 0 {
		return nil, 0, &fleet.Error{Name: e.name, Err: errors.New("has no row that can be used")}
	}
	return e, unusable, nil
}

// Note takes down that a SIM was heard from, and reports whether it was the last of the fleet.
func (e *Expectation) Note(iccid string) (last bool) {
	key, ok := simset.Key(iccid)
	if !ok {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch heard, known := e.fleet[key]; {
	case known && !heard:
		e.fleet[key] = true
		e.heard++
		return e.heard == len(e.fleet)
	case !known && len(e.unknown) < maxUnknown:
		e.unknown[key] = struct{}{}
	case !known:
		e.more++
	}
	return false
}

// SIMs is how many SIMs the fleet has.
func (e *Expectation) SIMs() int { return len(e.fleet) }

// Heard is how many SIMs of the fleet have been heard from.
func (e *Expectation) Heard() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard
}

// Differences are, in order, the SIMs of the fleet not heard from and the SIMs heard from that are not in the fleet.
// Of the latter it names the first 100,000; more is the number of notifications from others.
func (e *Expectation) Differences() (silent, unknown []string, more int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, heard := range e.fleet {
		if !heard {
			silent = append(silent, simset.ICCID(key))
		}
	}
	for key := range e.unknown {
		unknown = append(unknown, simset.ICCID(key))
	}
	slices.Sort(silent)
	slices.Sort(unknown)
	return silent, unknown, e.more
}
