package report

import (
	"strings"
	"testing"
)

func TestEveryCauseSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		row  Row
		want string
	}{
		"an invalid row is to be mended":                 {answered(StatusInvalid, 0, "too short"), "fleet file"},
		"a SIM of another account":                       {answered(StatusRefused, 403, ""), "another account"},
		"an unknown SIM":                                 {answered(StatusRefused, 404, ""), "wrong ICCID"},
		"a URL that the API does not take":               {answered(StatusRefused, 400, ""), "webhook URL"},
		"the wrong method":                               {answered(StatusRefused, 405, ""), "--register-method"},
		"a redirect":                                     {answered(StatusRefused, 302, ""), "--base-url"},
		"any other refusal is for the operator":          {answered(StatusRefused, 422, ""), "support"},
		"a gateway's refusal is not the SIM's":           {answered(StatusRefused, 404, "404 Not Found (not from the API: html)"), "proxy"},
		"an internal error is retried, then reported":    {answered(StatusFailed, 500, ""), "if it stays"},
		"an overloaded API":                              {answered(StatusFailed, 503, ""), "again later"},
		"no answer":                                      {answered(StatusFailed, 0, "timeout"), "network"},
		"a run that was stopped goes on":                 {answered(StatusFailed, 0, "stopped before it was done: run again"), "goes on"},
		"a gateway's passing failure is the API's":       {answered(StatusFailed, 503, "503 Service Unavailable (not from the API: html)"), "again later"},
		"a bug is to be reported, and not tried forever": {answered(StatusFailed, 0, "internal error"), "bug"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := advice(&c.row); !strings.Contains(got, c.want) {
				t.Errorf("it says %q, without %q", got, c.want)
			}
		})
	}
}

// answered is a row whose second type was answered so.
func answered(status Status, httpStatus int, text string) Row {
	row := okRow(simA, 2)
	row.Status, row.Error = status, text
	row.UsageThreshold = Call{Outcome: Outcome(status), HTTPStatus: httpStatus, CorrelationID: "k3v9x2ab-" + simA + "-UT-1"}
	return row
}
