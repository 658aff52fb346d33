package main

import (
	"testing"

	"simhook/report"
)

func TestDefaultResultsStandBesideTheFleet(t *testing.T) {
	for fleet, want := range map[string]string{
		"fleet.csv": "fleet.register.csv", "fleet.csv.gz": "fleet.register.csv", "a/b.c/fleet.csv": "a/b.c/fleet.register.csv",
		"fleet.berlin.csv": "fleet.berlin.register.csv",
		"fleet":            "fleet.file.register.csv", "a.b/fleet": "a.b/fleet.file.register.csv", "fleet.txt": "fleet.txt.register.csv",
		"fleet.CSV": "fleet.CSV.file.register.csv",
	} {
		if got := defaultResults(fleet, "register", report.Shard{}); got != want {
			t.Errorf("%s: %s, want %s", fleet, got, want)
		}
	}
}

// Two fleets that shared their results would take each other's SIMs for those that have left.
func TestEveryFleetFileHasResultsOfItsOwn(t *testing.T) {
	taken := map[string]string{}
	for _, fleet := range []string{
		"sims.csv", "sims", "sims.CSV", "sims.Csv", "sims.txt", "sims.txt.csv", "sims.gz", "sims.csv.GZ", "sims.CSV.gz", "sims.CSV.csv", "sims.txt.gz",
		"sims.csv.csv", "sims.csv.csv.csv", "sims.file", "sims.file.csv", "sims.file.csv.csv", "sims.file.file", "sims.csv.file", "sims.csv.file.csv",
		"sims.", ".csv", "sims..csv",
	} {
		name := defaultResults(fleet, "register", report.Shard{})
		if other, shared := taken[name]; shared {
			t.Errorf("%s and %s both have %s", fleet, other, name)
		}
		taken[name] = fleet
	}
	for _, fleet := range []string{"sims.csv", "sims.file.csv", "sims.csv.csv"} {
		if packed := defaultResults(fleet+".gz", "register", report.Shard{}); taken[packed] != fleet {
			t.Errorf("%s.gz has %s, and not the results of %s", fleet, packed, fleet)
		}
	}
}
