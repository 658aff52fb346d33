package report

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheFleetToTryAgain(t *testing.T) {
	refused := failedRow(simB, 3)
	refused.Status, refused.Error, refused.WebhookURL = StatusRefused, "=cmd, or so", "https://example.com/a,b"
	left := failedRow(simA, 0)
	rows := []Row{okRow(simA, 2), refused, failedRow(simA, 4), badRow("junk", 5, StatusInvalid), badRow(simA, 6, StatusDuplicate), left}
	var text bytes.Buffer
	fleet := NewRetryFleet(&text)
	for i := range rows {
		fleet.Add(&rows[i])
	}
	if err := fleet.Flush(); err != nil {
		t.Fatal(err)
	}
	id := refused.failedCall().CorrelationID
	want := "iccid,webhook_url,status,reason,correlation_id\n" +
		simB + `,"https://example.com/a,b",refused,"'=cmd, or so",` + id + "\n" +
		simA + "," + rows[2].WebhookURL + `,failed,"the API said ""later, please""",` + rows[2].failedCall().CorrelationID + "\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
	if fleet.Rows() != 2 || fleet.Invalid() != 1 {
		t.Errorf("%d rows and %d invalid ones, want 2 and 1", fleet.Rows(), fleet.Invalid())
	}
}
