package report

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestTallyCountsRowsAndOutcomes(t *testing.T) {
	var tally Tally
	if tally.Rows() != 0 || len(tally.Causes()) != 0 {
		t.Error("an empty tally counts something")
	}
	rows := []Row{okRow(simA, 2), okRow(simB, 3), halfRow(simC, 4), badRow("junk", 5, StatusInvalid), badRow(simA, 6, StatusDuplicate)}
	for i := range rows {
		tally.Add(&rows[i])
	}
	if tally.Rows() != len(rows) {
		t.Errorf("it counts %d rows", tally.Rows())
	}
	if diff := cmp.Diff(map[Status]int{StatusOK: 2, StatusFailed: 1, StatusInvalid: 1, StatusDuplicate: 1}, tally.Statuses); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[Outcome]int{Registered: 3}, tally.SubscriptionEnd); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[Outcome]int{Registered: 2, Failed: 1}, tally.UsageThreshold); diff != "" {
		t.Error(diff)
	}
}

func TestFailuresAreGroupedByTheirCause(t *testing.T) {
	failed := func(line int, text string) Row {
		row := halfRow(simA, line)
		row.Error = text
		return row
	}
	refused := failed(9, "unknown SIM")
	refused.Status = StatusRefused
	tests := map[string]struct {
		rows []Row
		want []Cause
	}{
		"the same words are one cause, with the first row as sample": {
			[]Row{failed(3, "HTTP 503"), failed(4, "HTTP 503")},
			[]Cause{cause(StatusFailed, "HTTP 503", 2, simA, 3, "k3v9x2ab-"+simA+"-UT-1")},
		},
		"the largest comes first": {
			[]Row{failed(3, "timeout"), failed(4, "HTTP 503"), failed(5, "HTTP 503")},
			[]Cause{cause(StatusFailed, "HTTP 503", 2, simA, 4, "k3v9x2ab-"+simA+"-UT-1"), cause(StatusFailed, "timeout", 1, simA, 3, "k3v9x2ab-"+simA+"-UT-1")},
		},
		"what differs from SIM to SIM does not count": {
			[]Row{failed(3, "no SIM "+simA+" (trace 17)"), failed(4, "no SIM "+simB+" (trace 18)")},
			[]Cause{cause(StatusFailed, "no SIM …", 2, simA, 3, "k3v9x2ab-"+simA+"-UT-1")},
		},
		"a status of its own is a cause of its own": {
			[]Row{refused, failed(10, "unknown SIM")},
			[]Cause{cause(StatusRefused, "unknown SIM", 1, simA, 9, "k3v9x2ab-"+simA+"-UT-1"), cause(StatusFailed, "unknown SIM", 1, simA, 10, "k3v9x2ab-"+simA+"-UT-1")},
		},
		"bad rows have no correlation ID, good and duplicate ones no cause": {
			[]Row{okRow(simA, 2), badRow(simA, 3, StatusDuplicate), badRow("junk", 4, StatusInvalid)},
			[]Cause{cause(StatusInvalid, "not usable", 1, "junk", 4, "")},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var tally Tally
			for i := range tt.rows {
				tally.Add(&tt.rows[i])
			}
			causes := tally.Causes()
			if diff := cmp.Diff(tt.want, causes, cmpopts.IgnoreFields(Cause{}, "Advice")); diff != "" {
				t.Error(diff)
			}
			for _, cause := range causes {
				if cause.Advice == "" {
					t.Errorf("no word on what to do about %q", cause.Error)
				}
			}
		})
	}
}

// cause is a group, with an answer of 503 as halfRow has it where there is a correlation ID.
func cause(status Status, text string, count int, iccid string, line int, id string) Cause {
	c := Cause{Status: status, Error: text, Count: count, ICCID: iccid, Line: line, CorrelationID: id}
	row := badRow(iccid, line, status)
	if id != "" {
		row = halfRow(iccid, line)
		row.Status, row.Error, c.HTTPStatus = status, text, 503
	}
	c.Advice = advice(&row)
	return c
}

func TestCausesWithoutNumberDoNotFillTheMemory(t *testing.T) {
	var tally Tally
	for i := range 10_000 {
		row := failedRow(simA, i)
		row.Error = fmt.Sprintf("reason %d", i)
		tally.Add(&row)
	}
	causes, total := tally.Causes(), 0
	for _, cause := range causes {
		total += cause.Count
	}
	if len(causes) > maxCauses+1 || total != 10_000 || causes[0].Error != "other reasons" {
		t.Errorf("%d causes for %d rows, the first %+v", len(causes), total, causes[0])
	}
}
