package report

import (
	"fmt"
	"time"
)

const (
	simA = "8944474600000109251"
	simB = "8944478600004958824"
	urlA = "https://example.com/a"
	urlB = "https://example.com/b"
)

const (
	simC   = "8944477100000000086"
	simD   = "8944472600000510740"
	simE   = "893000000002391231"
	urlAPI = "https://services.truphone.com/connect-api"
)

// okRow is a SIM for which all was achieved.
func okRow(iccid string, line int) Row {
	started := time.Date(2026, 3, 1, 22, 0, line%60, 123e6, time.UTC)
	return Row{
		ICCID: iccid, Line: line, Action: "register", Status: StatusOK, WebhookURL: urlA,
		SubscriptionEnd: Call{Outcome: Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: "k3v9x2ab-" + iccid + "-SE-1"},
		UsageThreshold:  Call{Outcome: Registered, HTTPStatus: 200, Attempts: 1, CorrelationID: "k3v9x2ab-" + iccid + "-UT-1"},
		StartedAt:       started, FinishedAt: started.Add(time.Second), BaseURL: urlAPI,
	}
}

// halfRow is a SIM of which one type failed.
func halfRow(iccid string, line int) Row {
	row := okRow(iccid, line)
	row.Status, row.Error = StatusFailed, `the API said "later, please"`
	row.UsageThreshold.Outcome, row.UsageThreshold.HTTPStatus, row.UsageThreshold.Error = Failed, 503, row.Error
	return row
}

// failedRow is a SIM for which nothing was achieved.
func failedRow(iccid string, line int) Row {
	row := halfRow(iccid, line)
	row.SubscriptionEnd = row.UsageThreshold
	return row
}

// badRow is a row of the fleet that names no SIM to call.
func badRow(cell string, line int, status Status) Row {
	row := okRow(cell, line)
	row.Status, row.Error = status, "not usable"
	row.SubscriptionEnd, row.UsageThreshold = Call{}, Call{}
	return row
}

// nthICCID is the n-th of consecutive ICCIDs. Shards do not ask for check
// digits.
func nthICCID(n int) string { return fmt.Sprintf("8944474600%09d", n) }
