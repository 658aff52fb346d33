package reporttest

import (
	"fmt"
	"time"

	"simhook/report"
)

// SIMs and URLs of the rows.
const (
	SimA   = "8944474600000109251"
	SimB   = "8944478600004958824"
	URLA   = "https://example.com/a"
	URLB   = "https://example.com/b"
	SimC   = "8944477100000000086"
	SimD   = "8944472600000510740"
	SimE   = "893000000002391231"
	URLAPI = "https://services.truphone.com/connect-api"
)

// OKRow is a SIM whose both types were registered.
func OKRow(iccid string, line int) report.Row {
	started := time.Date(2026, 3, 1, 22, 0, line%60, 123e6, time.UTC)
	return report.Row{
		ICCID: iccid, Line: line, Action: "register", Status: report.StatusOK, WebhookURL: URLA,
		Calls: []report.Call{
			registered("SUBSCRIPTION_END", "k3v9x2ab-"+iccid+"-SE-1"), registered("USAGE_THRESHOLD", "k3v9x2ab-"+iccid+"-UT-1"),
		},
		StartedAt: started, FinishedAt: started.Add(time.Second), BaseURL: URLAPI,
	}
}

func registered(t, correlationID string) report.Call {
	return report.Call{Type: t, Outcome: report.Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: correlationID}
}

// HalfRow is a SIM of which one type was registered and the other failed.
func HalfRow(iccid string, line int) report.Row {
	row := OKRow(iccid, line)
	row.Status, row.Error = report.StatusFailed, `the API said "later, please"`
	half := row.Call("USAGE_THRESHOLD")
	half.Outcome, half.HTTPStatus, half.Error = report.Failed, 503, row.Error
	return row
}

// FailedRow is a SIM of which both types failed.
func FailedRow(iccid string, line int) report.Row {
	row := HalfRow(iccid, line)
	row.Calls[0] = row.Calls[1]
	row.Calls[0].Type = "SUBSCRIPTION_END"
	return row
}

// BadRow is a row of the fleet that names no SIM to call for.
func BadRow(cell string, line int, status report.Status) report.Row {
	row := OKRow(cell, line)
	row.Status, row.Error = status, "not usable"
	row.Calls = []report.Call{{Type: "SUBSCRIPTION_END"}, {Type: "USAGE_THRESHOLD"}}
	return row
}

// NthICCID is the n-th of consecutive ICCIDs, whose check digits are not right.
func NthICCID(n int) string { return fmt.Sprintf("8944474600%09d", n) }
