package results

import (
	"bytes"
	"slices"
	"strconv"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/simset"
)

// entry is what resuming and merging want to know of a row. Its cells are valid until the next line is read.
type entry struct {
	key    uint64 // see identity
	status report.Status

	iccid, line, action, webhookURL, baseURL []byte

	calls []typeEntry // of each type that the file has
}

// typeEntry is the same for one notification type.
type typeEntry struct {
	name        string
	good        bool // the type is as it was asked to be
	planned     bool // the outcome is a plan's
	changed     bool // a webhook was set or removed
	hasPrevious bool // the URL of an earlier webhook stands there

	correlationID []byte
}

// decode reports whether the line names its SIM, or for a bad row of the fleet the line where that stands.
func (e *entry) decode(l *line) bool {
	*e = entry{
		status: statusOf(l.cells[columnStatus]),
		iccid:  l.cells[columnICCID], line: l.cells[columnLine], action: l.cells[columnAction],
		webhookURL: l.cells[columnWebhookURL], baseURL: l.cells[len(l.layout.names)-1],
		calls: e.calls[:0],
	}
	for i, name := range l.layout.types {
		at := firstCallColumn + i*len(callColumns)
		e.calls = append(e.calls, decodeType(name, l.cells[at+callOutcome], l.cells[at+callPreviousURL], l.cells[at+callCorrelationID]))
	}
	number, err := strconv.Atoi(string(e.line))
	if err != nil {
		return false
	}
	var known bool
	e.key, known = identity(e.status, string(e.iccid), number)
	return known
}

// checkCorrelation refuses a row whose ICCID is not that of its calls.
func (e *entry) checkCorrelation() error {
	for i := range e.calls {
		if called := simOf(e.calls[i].correlationID); called != nil && !bytes.Equal(called, e.iccid) {
			if err := checkCorrelation(string(e.iccid), string(called)); err != nil {
				return err
			}
		}
	}
	return nil
}

// simOf is the ICCID in a correlation ID; nil: it has none.
func simOf(correlationID []byte) []byte {
	_, rest, _ := bytes.Cut(correlationID, []byte{'-'})
	iccid, rest, found := bytes.Cut(rest, []byte{'-'})
	if !found || bytes.Count(rest, []byte{'-'}) != 1 {
		return nil
	}
	return iccid
}

// statusOf returns "" for a status that results do not know. It allocates nothing.
func statusOf(cell []byte) report.Status {
	switch report.Status(cell) {
	case report.StatusOK:
		return report.StatusOK
	case report.StatusFailed:
		return report.StatusFailed
	case report.StatusRefused:
		return report.StatusRefused
	case report.StatusInvalid:
		return report.StatusInvalid
	case report.StatusDuplicate:
		return report.StatusDuplicate
	}
	return ""
}

func decodeType(name string, outcome, previousURL, correlationID []byte) typeEntry {
	o := report.Outcome(outcome)
	return typeEntry{name: name, good: o.Good(), planned: o.Planned(), changed: o.Changed(), hasPrevious: len(previousURL) > 0, correlationID: correlationID}
}

// identity is what a row is recognised by, whichever run wrote it: the SIM, or for a bad row of the fleet its
// line, what stands there, and what is wrong with it. iccid is the cell as the results show it.
func identity(status report.Status, iccid string, line int) (key uint64, ok bool) {
	switch status {
	case report.StatusInvalid, report.StatusDuplicate:
		return simset.BadRowKey(line, iccid, string(status)), true
	case report.StatusOK, report.StatusFailed, report.StatusRefused:
		return simset.Key(iccid)
	}
	return 0, false
}

// keyOf is the identity of a row that is not yet written. A SIM's ICCID is shown as it is.
func keyOf(row *report.Row) uint64 {
	iccid := row.ICCID
	if !namesSIM(row.Status) {
		iccid = cell.Text(iccid)
	}
	key, _ := identity(row.Status, iccid, row.Line)
	return key
}

// namesSIM reports whether rows with this status are the result of a SIM, and not of a bad row of the fleet.
func namesSIM(status report.Status) bool {
	return status == report.StatusOK || status == report.StatusFailed || status == report.StatusRefused
}

// done reports whether the row satisfies a run with these options: every type that the run wants is good, or
// for a plan good or planned.
func (e *entry) done(o Options) bool {
	if e.status != report.StatusOK {
		return false
	}
	iccid := string(e.iccid)
	for _, name := range o.Want {
		i := slices.IndexFunc(e.calls, func(t typeEntry) bool { return t.name == name })
		if i < 0 || !e.calls[i].done(o, iccid) {
			return false
		}
	}
	return true
}

// tellsOfOthers reports whether the row tells of a webhook of a type that a run with these options is not about.
func (e *entry) tellsOfOthers(o Options) bool {
	return e.any(func(t *typeEntry) bool { return (t.good || t.hasPrevious) && !slices.Contains(o.Want, t.name) })
}

// any reports whether something is so of one of the types.
func (e *entry) any(is func(*typeEntry) bool) bool {
	for i := range e.calls {
		if is(&e.calls[i]) {
			return true
		}
	}
	return false
}

// done reports whether the type is as the run wants it, and no other run has changed the SIM since.
func (t *typeEntry) done(o Options, iccid string) bool {
	switch {
	case t.good, o.Plan && t.planned:
	default:
		return false
	}
	if o.ChangedSince == nil {
		return true
	}
	run, _, _ := bytes.Cut(t.correlationID, []byte{'-'})
	return !o.ChangedSince(iccid, string(run))
}

// isPlan reports whether a plan wrote the row.
func (e *entry) isPlan() bool { return e.any(func(t *typeEntry) bool { return t.planned }) }

// tellsOfChange reports whether the row tells of a change that was made.
func (e *entry) tellsOfChange() bool { return e.any(func(t *typeEntry) bool { return t.changed }) }

// worthKeeping reports whether the row holds what no later answer of the API tells: what was achieved for a
// type, or the URL of a webhook that was there before and may be gone by now; or that a SIM has left the fleet, and still
// has its webhooks.
func (e *entry) worthKeeping() bool {
	return e.status != report.StatusOK && string(e.line) == "0" ||
		e.any(func(t *typeEntry) bool { return t.good || t.hasPrevious })
}
