package report_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/reporttest"
)

func TestTheRetryFleetHoldsWhatFailedWithItsReasons(t *testing.T) {
	refused := reporttest.FailedRow(reporttest.SimB, 3)
	refused.Status, refused.Error, refused.WebhookURL = report.StatusRefused, "=cmd, or so", "https://example.com/a,b"
	refused.Calls[0].HTTPStatus = 400 // by the API, which must not give the row another URL in silence
	byOption := reporttest.FailedRow(reporttest.SimA, 4)
	byOption.URLFrom = report.URLOfOption
	left := reporttest.FailedRow(reporttest.SimA, 0)
	rows := []report.Row{reporttest.OKRow(reporttest.SimA, 2), refused, byOption, reporttest.BadRow("junk", 5, report.StatusInvalid), reporttest.BadRow(reporttest.SimA, 6, report.StatusDuplicate), left}
	var text bytes.Buffer
	fleet := report.NewRetryFleet(&text, nil)
	for i := range rows {
		fleet.Add(&rows[i])
	}
	if err := fleet.Flush(); err != nil {
		t.Fatal(err)
	}
	id := refused.Call("SUBSCRIPTION_END").CorrelationID
	want := "iccid,webhook_url,status,reason,correlation_id\n" +
		reporttest.SimB + `,"https://example.com/a,b",refused,"'=cmd, or so",` + id + "\n" +
		reporttest.SimA + `,,failed,"the API said ""later, please""",` + rows[2].Call("SUBSCRIPTION_END").CorrelationID + "\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
	if fleet.Rows() != 2 || fleet.Invalid() != 1 {
		t.Errorf("%d rows and %d invalid ones, want 2 and 1", fleet.Rows(), fleet.Invalid())
	}
}
