package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/simset"
)

const (
	// maxUnknown is how many SIMs outside of the fleet are remembered by name.
	maxUnknown = 100_000
	// maxExamples is how many SIMs are named on the console; the file has all.
	maxExamples = 5
)

// expectation knows the SIMs of a fleet, and from which a notification has come. It takes about 20 bytes
// a SIM. Most methods of a nil one, for which nobody is expected, do nothing.
type expectation struct {
	name string // of the fleet

	mu      sync.Mutex
	fleet   map[uint64]bool // by report.Key: heard from
	heard   int
	unknown map[uint64]struct{}
	more    int // notifications from unknown SIMs, beyond those remembered
}

// openExpected reads the fleet. Its error is a *batch.FleetError if that has no valid row.
func (l *listener) openExpected(ctx context.Context) (*expectation, error) {
	if l.fleetPath == "" {
		return nil, nil
	}
	source, err := fleet.Open(ctx, l.fleetPath, l.stdin, "", l.fleetOptions)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	rows, err := source.Rows()
	if err != nil {
		return nil, err
	}
	e := &expectation{name: source.Name(), fleet: map[uint64]bool{}, unknown: map[uint64]struct{}{}}
	bad := 0
	var row fleet.Row
	for ctx.Err() == nil {
		err := rows.Read(&row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if key, ok := simset.Key(row.ICCID); ok && row.Problem == "" {
			e.fleet[key] = false
		} else {
			bad++
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(e.fleet) == 0 {
		return nil, &fleet.Error{Name: e.name, Err: errors.New("has no row that can be used")}
	}
	if bad > 0 {
		l.console.Say("%s of %s cannot be used: simhook check says why", output.Counted(bad, "row"), e.name)
	}
	return e, nil
}

// note hears from a SIM, and reports whether it was the last of the fleet.
func (e *expectation) note(iccid string) (last bool) {
	if e == nil {
		return false
	}
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

func (e *expectation) sims() int { return len(e.fleet) }

func (e *expectation) heardFrom() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard
}

// tellExpected says how many of the fleet were heard from, and writes down which were not.
func (l *listener) tellExpected(e *expectation) {
	if e == nil {
		return
	}
	path := strings.TrimSuffix(l.results, filepath.Ext(l.results)) + ".expect.csv"
	silent, unknown, more := e.differences()
	l.console.Say("heard from %s of %s of %s", report.Thousands(e.sims()-len(silent)), output.Counted(e.sims(), "SIM"), e.name)
	l.nameSome("not heard from", silent)
	l.nameSome("not in the fleet", unknown)
	if more > 0 {
		l.console.Say("  and %s of further SIMs that are not in the fleet", output.Counted(more, "notification"))
	}
	var text bytes.Buffer
	text.WriteString("iccid,state\n")
	for _, iccid := range silent {
		fmt.Fprintf(&text, "%s,silent\n", iccid)
	}
	for _, iccid := range unknown {
		fmt.Fprintf(&text, "%s,unknown\n", iccid)
	}
	if err := output.ReplaceFile(path, text.Bytes(), 0o600); err != nil {
		l.log.Error("the SIMs not heard from could not be written down", "error", err.Error())
		return
	}
	l.console.Say("  all of them: %s", path)
}

func (l *listener) nameSome(what string, iccids []string) {
	if len(iccids) > 0 {
		l.console.Say("  %s: %s, for instance %s", what, output.Counted(len(iccids), "SIM"), strings.Join(iccids[:min(len(iccids), maxExamples)], ", "))
	}
}

// differences are the SIMs not heard from, those heard from but not in the fleet, in order, and how many
// notifications of further ones there were.
func (e *expectation) differences() (silent, unknown []string, more int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, heard := range e.fleet {
		if !heard {
			silent = append(silent, iccidOf(key))
		}
	}
	for key := range e.unknown {
		unknown = append(unknown, iccidOf(key))
	}
	slices.Sort(silent)
	slices.Sort(unknown)
	return silent, unknown, e.more
}

// iccidOf undoes report.Key, which puts a 1 before the digits after the 89.
func iccidOf(key uint64) string { return "89" + strconv.FormatUint(key, 10)[1:] }
