package reporttest

import (
	"fmt"
	"time"

	"simhook/report"
)

const (
	SimA = "8944474600000109251"
	SimB = "8944478600004958824"
	URLA = "https://example.com/a"
	URLB = "https://example.com/b"
)

const (
	SimC   = "8944477100000000086"
	SimD   = "8944472600000510740"
	SimE   = "893000000002391231"
	URLAPI = "https://services.truphone.com/connect-api"
)

// okRow is a SIM for which all was achieved.
func OkRow(iccid string, line int) report.Row {
	started := time.Date(2026, 3, 1, 22, 0, line%60, 123e6, time.UTC)
	return report.Row{
		ICCID: iccid, Line: line, Action: "register", Status: report.StatusOK, WebhookURL: URLA,
		SubscriptionEnd: report.Call{Outcome: report.Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: "k3v9x2ab-" + iccid + "-SE-1"},
		UsageThreshold:  report.Call{Outcome: report.Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: "k3v9x2ab-" + iccid + "-UT-1"},
		StartedAt:       started, FinishedAt: started.Add(time.Second), BaseURL: URLAPI,
	}
}

// halfRow is a SIM of which one type failed.
func HalfRow(iccid string, line int) report.Row {
	row := OkRow(iccid, line)
	row.Status, row.Error = report.StatusFailed, `the API said "later, please"`
	row.UsageThreshold.Outcome, row.UsageThreshold.HTTPStatus, row.UsageThreshold.Error = report.Failed, 503, row.Error
	return row
}

// failedRow is a SIM for which nothing was achieved.
func FailedRow(iccid string, line int) report.Row {
	row := HalfRow(iccid, line)
	row.SubscriptionEnd = row.UsageThreshold
	return row
}

// badRow is a row of the fleet that names no SIM to call.
func BadRow(cell string, line int, status report.Status) report.Row {
	row := OkRow(cell, line)
	row.Status, row.Error = status, "not usable"
	row.SubscriptionEnd, row.UsageThreshold = report.Call{}, report.Call{}
	return row
}

// nthICCID is the n-th of consecutive ICCIDs. Shards do not ask for check
// digits.
func NthICCID(n int) string { return fmt.Sprintf("8944474600%09d", n) }
