package report_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"simhook/report"
	"simhook/report/reporttest"
)

func TestTallyCountsRowsAndOutcomes(t *testing.T) {
	var tally report.Tally
	if tally.Rows() != 0 || len(tally.Causes()) != 0 {
		t.Error("an empty tally counts something")
	}
	rows := []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3), reporttest.HalfRow(reporttest.SimC, 4), reporttest.BadRow("junk", 5, report.StatusInvalid), reporttest.BadRow(reporttest.SimA, 6, report.StatusDuplicate)}
	for i := range rows {
		tally.Add(&rows[i])
	}
	if tally.Rows() != len(rows) {
		t.Errorf("it counts %d rows", tally.Rows())
	}
	if diff := cmp.Diff(map[report.Status]int{report.StatusOK: 2, report.StatusFailed: 1, report.StatusInvalid: 1, report.StatusDuplicate: 1}, tally.Statuses); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[report.Outcome]int{report.Registered: 3}, tally.Outcomes.Of("SUBSCRIPTION_END")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[report.Outcome]int{report.Registered: 2, report.Failed: 1}, tally.Outcomes.Of("USAGE_THRESHOLD")); diff != "" {
		t.Error(diff)
	}
}

func TestFailuresAreGroupedByTheirCause(t *testing.T) {
	failed := func(line int, text string) report.Row {
		row := reporttest.HalfRow(reporttest.SimA, line)
		row.Error = text
		return row
	}
	refused := failed(9, "unknown SIM")
	refused.Status = report.StatusRefused
	tests := map[string]struct {
		rows []report.Row
		want []report.Cause
	}{
		"the same words are one cause, with the first row as sample": {
			[]report.Row{failed(3, "HTTP 503"), failed(4, "HTTP 503")},
			[]report.Cause{cause(report.StatusFailed, "HTTP 503", 2, reporttest.SimA, 3, "k3v9x2ab-"+reporttest.SimA+"-UT-1")},
		},
		"the largest comes first": {
			[]report.Row{failed(3, "timeout"), failed(4, "HTTP 503"), failed(5, "HTTP 503")},
			[]report.Cause{cause(report.StatusFailed, "HTTP 503", 2, reporttest.SimA, 4, "k3v9x2ab-"+reporttest.SimA+"-UT-1"), cause(report.StatusFailed, "timeout", 1, reporttest.SimA, 3, "k3v9x2ab-"+reporttest.SimA+"-UT-1")},
		},
		"what differs from SIM to SIM does not count": {
			[]report.Row{failed(3, "no SIM "+reporttest.SimA+" (trace 17)"), failed(4, "no SIM "+reporttest.SimB+" (trace 18)")},
			[]report.Cause{cause(report.StatusFailed, "no SIM …", 2, reporttest.SimA, 3, "k3v9x2ab-"+reporttest.SimA+"-UT-1")},
		},
		"a status of its own is a cause of its own": {
			[]report.Row{refused, failed(10, "unknown SIM")},
			[]report.Cause{cause(report.StatusRefused, "unknown SIM", 1, reporttest.SimA, 9, "k3v9x2ab-"+reporttest.SimA+"-UT-1"), cause(report.StatusFailed, "unknown SIM", 1, reporttest.SimA, 10, "k3v9x2ab-"+reporttest.SimA+"-UT-1")},
		},
		"bad rows have no correlation ID, good and duplicate ones no cause": {
			[]report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.BadRow(reporttest.SimA, 3, report.StatusDuplicate), reporttest.BadRow("junk", 4, report.StatusInvalid)},
			[]report.Cause{cause(report.StatusInvalid, "not usable", 1, "junk", 4, "")},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var tally report.Tally
			for i := range tt.rows {
				tally.Add(&tt.rows[i])
			}
			causes := tally.Causes()
			if diff := cmp.Diff(tt.want, causes, cmpopts.IgnoreFields(report.Cause{}, "Advice")); diff != "" {
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
func cause(status report.Status, text string, count int, iccid string, line int, id string) report.Cause {
	c := report.Cause{Status: status, Error: text, Count: count, ICCID: iccid, Line: line, CorrelationID: id}
	if id != "" {
		c.HTTPStatus = 503
	}
	return c
}

func TestTheNumberOfCausesIsBounded(t *testing.T) {
	var tally report.Tally
	for i := range 10_000 {
		row := reporttest.FailedRow(reporttest.SimA, i)
		row.Error = fmt.Sprintf("reason %d", i)
		tally.Add(&row)
	}
	causes, total := tally.Causes(), 0
	for _, cause := range causes {
		total += cause.Count
	}
	if len(causes) > 201 || total != 10_000 || causes[0].Error != "other reasons" {
		t.Errorf("%d causes for %d rows, the first %+v", len(causes), total, causes[0])
	}
}
