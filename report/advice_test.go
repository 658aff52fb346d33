package report_test

import (
	"strings"
	"testing"

	"simhook/report"
	"simhook/report/reporttest"
)

func TestEveryCauseSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		row  report.Row
		want string
	}{
		"an invalid row is to be fixed":                  {answered(report.StatusInvalid, 0, "too short"), "fleet file"},
		"a SIM of another account":                       {answered(report.StatusRefused, 403, ""), "another account"},
		"an unknown SIM":                                 {answered(report.StatusRefused, 404, ""), "wrong ICCID"},
		"a URL that the API does not take":               {answered(report.StatusRefused, 400, ""), "webhook URL"},
		"the wrong method":                               {answered(report.StatusRefused, 405, ""), "--register-method"},
		"a redirect":                                     {answered(report.StatusRefused, 302, ""), "--base-url"},
		"any other refusal is for the operator":          {answered(report.StatusRefused, 422, ""), "support"},
		"a gateway's refusal is not the SIM's":           {answered(report.StatusRefused, 404, "404 Not Found (not from the API: html)"), "proxy"},
		"an internal error is retried, then reported":    {answered(report.StatusFailed, 500, ""), "if it stays"},
		"an overloaded API":                              {answered(report.StatusFailed, 503, ""), "again later"},
		"no answer":                                      {answered(report.StatusFailed, 0, "timeout"), "network"},
		"a run that was stopped continues":               {answered(report.StatusFailed, 0, "stopped before it was done: run again"), "continues"},
		"a gateway's passing failure is the API's":       {answered(report.StatusFailed, 503, "503 Service Unavailable (not from the API: html)"), "again later"},
		"a bug is to be reported, and not tried forever": {answered(report.StatusFailed, 0, "internal error"), "bug"},
	} {
		t.Run(name, func(t *testing.T) {
			var tally report.Tally
			tally.Add(&c.row)
			if got := tally.Causes()[0].Advice; !strings.Contains(got, c.want) {
				t.Errorf("it says %q, without %q", got, c.want)
			}
		})
	}
}

// answered is a row whose second type was answered so.
func answered(status report.Status, httpStatus int, text string) report.Row {
	row := reporttest.OKRow(reporttest.SimA, 2)
	row.Status, row.Error = status, text
	row.Calls[1] = report.Call{Type: "USAGE_THRESHOLD", Outcome: report.Outcome(status), HTTPStatus: httpStatus, CorrelationID: "k3v9x2ab-" + reporttest.SimA + "-UT-1"}
	return row
}
