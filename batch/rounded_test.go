package batch

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"simhook/api/sandbox"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/reporttest"
)

// asFloat is the ICCID as a program writes it that took it for a floating-point number.
func asFloat(t *testing.T, iccid string) string {
	f, err := strconv.ParseFloat(iccid, 64)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatFloat(f, 'f', 0, 64)
}

// withZeros is the ICCID as a spreadsheet writes it, which keeps 15 digits.
func withZeros(_ *testing.T, iccid string) string {
	return iccid[:15] + strings.Repeat("0", len(iccid)-15)
}

// One rounded ICCID in a fleet can be that of another SIM. Nothing is called then, on any night, until somebody has looked.
func TestARoundedICCIDUnregistersNoSIM(t *testing.T) {
	for name, round := range map[string]func(*testing.T, string) string{"to a whole float": asFloat, "to zeros": withZeros} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, 0)
				first := 0 // whose rounded ICCID has a right check digit
				for ; ; first++ {
					rounded := round(t, testICCID(first))
					if _, _, err := fleet.NormaliseICCID(rounded, false); err == nil && rounded != testICCID(first) {
						break
					}
				}
				write := func(one string) {
					text := "iccid\n"
					for n := range 100 {
						if n == 0 {
							text += one + "\n"
						} else {
							text += testICCID(first+20_000+n) + "\n"
						}
					}
					g.setFleetText(text)
				}
				write(testICCID(first))
				if _, err := g.run(pruning); err != nil {
					t.Fatal(err)
				}
				write(round(t, testICCID(first)))
				for night := range 2 {
					before := g.sandbox.Stats()
					_, err := g.run(pruning)
					var rounded *RoundedError
					if !errors.As(err, &rounded) {
						t.Fatalf("night %d: %v", night, err)
					}
					if rounded.Line != 2 || rounded.New != round(t, testICCID(first)) || rounded.Gone != testICCID(first) {
						t.Errorf("night %d: %+v", night, rounded)
					}
					if g.callsSince(before, "GET")+g.callsSince(before, "POST")+g.callsSince(before, "DELETE") != 0 {
						t.Errorf("night %d: calls were made", night)
					}
				}
				// An invalid row, because of which nothing is pruned tonight, does not let the SIM in.
				rounded := reporttest.Content(t, g.fleet)
				g.setFleetText(rounded + "nonsense\n")
				if _, err := g.run(pruning); !is[*RoundedError](err) {
					t.Errorf("beside an invalid row: %v", err)
				}
				g.setFleetText(rounded)
				// Where the SIM is meant, it is registered without pruning, and is not new from then on.
				if _, err := g.run(reconcile); err != nil {
					t.Fatal(err)
				}
				if summary, err := g.run(pruning); err != nil || summary.Pruned != 1 {
					t.Errorf("afterwards: %v, %+v", err, summary)
				}
			})
		})
	}
}

// The SIM that is rounded and the one that comes of it can be of two shards. Neither run goes on, whichever comes first.
func TestARoundedICCIDOfAnotherShardIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFleets(t, "fleets")
		left, came := report.Shard{Index: 0, Count: 2}, report.Shard{Index: 1, Count: 2}
		first := 0
		for ; ; first++ {
			rounded := asFloat(t, testICCID(first))
			if _, _, err := fleet.NormaliseICCID(rounded, false); err == nil && left.Owns(testICCID(first)) && came.Owns(rounded) {
				break
			}
		}
		g.results = filepath.Join(g.folder, "fleet.csv")
		g.setSIMs(first+20_000, first+20_059)
		others := reporttest.Content(t, g.fleet)
		g.setFleetText(others + testICCID(first) + "\n")
		g.shards(2, pruning)
		g.setFleetText(others + asFloat(t, testICCID(first)) + "\n")
		for range 2 {
			for _, shard := range []report.Shard{came, left} {
				_, err := g.run(func(c *Config) {
					pruning(c)
					c.Shard, c.History = shard, filepath.Join(g.folder, "fleet")
					c.Results = c.History + ".reconcile." + shard.Label() + ".csv"
				})
				if !is[*RoundedError](err) || g.sandbox.Registrations() != 120 {
					t.Errorf("%v: %v, %d webhooks", shard, err, g.sandbox.Registrations())
				}
			}
		}
	})
}

// A new SIM that only looks rounded, and SIMs that have left elsewhere, are nothing to stop for.
func TestASIMThatOnlyLooksRoundedStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 0)
		looks := 0 // a SIM whose ICCID is a whole float
		for asFloat(t, testICCID(looks)) != testICCID(looks) {
			looks++
		}
		others := "" // among which two such numbers are chance
		for n := range 20 {
			others += testICCID(200_000+n) + "\n"
		}
		g.setFleetText(fmt.Sprintf("iccid\n%s%s\n%s\n%s\n", others, testICCID(looks), testICCID(looks+1), testICCID(looks+50_000)))
		if _, err := g.run(pruning); err != nil {
			t.Fatal(err)
		}
		g.setFleetText(fmt.Sprintf("iccid\n%s%s\n%s\n", others, testICCID(looks), testICCID(looks+50_000)))
		if summary, err := g.run(pruning); err != nil || summary.Pruned != 1 {
			t.Errorf("it was there before: %v, %+v", err, summary)
		}
		other := looks + 100_000
		for asFloat(t, testICCID(other)) != testICCID(other) {
			other++
		}
		g.setFleetText(fmt.Sprintf("iccid\n%s%s\n%s\n", others, testICCID(looks), testICCID(other)))
		if summary, err := g.run(pruning); err != nil || summary.Pruned != 1 {
			t.Errorf("it is new, and far from the one that has left: %v, %+v", err, summary)
		}
	})
}
