package fleet_test

import (
	"bytes"
	"strings"
	"testing"

	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/reporttest"
	"simhook/report/results"
)

// Results, and the file of --failed, are fleets too. A spreadsheet that has rounded an ICCID in them has left the correlation ID.
func TestAnICCIDThatWasChangedInOwnFilesIsInvalid(t *testing.T) {
	rows := []report.Row{reporttest.FailedRow(reporttest.SimA, 2), reporttest.FailedRow(reporttest.SimB, 3)}
	var failed bytes.Buffer
	retry := report.NewRetryFleet(&failed, nil)
	for i := range rows {
		retry.Add(&rows[i])
	}
	if err := retry.Flush(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"--failed": failed.String(), "results": resultsText(t, rows)} {
		t.Run(name, func(t *testing.T) {
			for _, row := range rowsOf(t, openFleet(t, writeFleet(t, text), fleet.Options{})) {
				if row.Problem != "" {
					t.Errorf("whole: line %d: %s", row.Line, row.Problem)
				}
			}
			const rounded = "8944474600000050000" // a right check digit, by chance
			changed := strings.Replace(text, "\n"+reporttest.SimA, "\n"+rounded, 1)
			got := rowsOf(t, openFleet(t, writeFleet(t, changed), fleet.Options{}))
			if got[0].Kind != fleet.KindCalled || !strings.Contains(got[0].Problem, reporttest.SimA) || got[1].Problem != "" {
				t.Errorf("changed: %+v", got)
			}
			corrected := strings.NewReplacer("\n"+reporttest.SimA, "\n"+reporttest.SimC, "k3v9x2ab-"+reporttest.SimA+"-SE-1", "", "k3v9x2ab-"+reporttest.SimA+"-UT-1", "").Replace(text)
			if got := rowsOf(t, openFleet(t, writeFleet(t, corrected), fleet.Options{})); got[0].ICCID != reporttest.SimC || got[0].Problem != "" {
				t.Errorf("corrected: %+v", got[0])
			}
		})
	}
}

// resultsText is a results file with these rows.
func resultsText(t *testing.T, rows []report.Row) string {
	t.Helper()
	path := t.TempDir() + "/fleet.register.csv"
	types := []string{"SUBSCRIPTION_END", "USAGE_THRESHOLD"}
	journal, err := results.Open(path, results.Options{Action: "register", BaseURL: reporttest.URLAPI, Want: types, Types: types})
	if err == nil {
		err = journal.Append(rows)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	return reporttest.Content(t, path+".partial")
}
