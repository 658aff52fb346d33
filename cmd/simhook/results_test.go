package main

import (
	"testing"

	"simhook/report"
)

func TestDefaultResultsStandBesideTheFleet(t *testing.T) {
	for fleet, want := range map[string]string{
		"fleet.csv": "fleet.register.csv", "fleet.csv.gz": "fleet.register.csv", "a/b.c/fleet.CSV.GZ": "a/b.c/fleet.register.csv",
		"fleet": "fleet.register.csv", "a.b/fleet": "a.b/fleet.register.csv", "fleet.txt": "fleet.txt.register.csv",
	} {
		if got := defaultResults(fleet, "register", report.Shard{}); got != want {
			t.Errorf("%s: %s, want %s", fleet, got, want)
		}
	}
}
