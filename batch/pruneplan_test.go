package batch

import (
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"

	"simhook/report"
)

// planned is a dry run of pruning, whose plan stands beside the results of the real runs over the fleet north.
func (g *fleets) planned(sims int, change func(*Config)) (summary report.Summary, err error) {
	g.t.Helper()
	g.setSIMs(0, sims)
	return g.run(func(c *Config) {
		pruning(c)
		c.DryRun = true
		c.History = filepath.Join(g.folder, "north")
		c.Results, c.Past = c.History+".plan.csv", c.History+".reconcile.csv"
		change(c)
	})
}

// What a plan shows is what the real run then does.
func TestAPlanShowsWhatPruningWillRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFleets(t, "fleets")
		g.over("north", 0, 20, pruning)
		summary, err := g.planned(18, func(*Config) {})
		if err != nil || summary.PrunedOutcomes[report.WouldUnregister] != 4 || g.sandbox.Registrations() != 40 {
			t.Errorf("the plan: %v, %+v", err, summary)
		}
		var expected *UnexpectedDeletesError
		one := 1
		if _, err := g.planned(18, func(c *Config) { c.ExpectGone = &one }); !errors.As(err, &expected) || expected.Gone != 2 {
			t.Errorf("two of them, one expected: %v", err)
		}
		var many *TooManyDeletesError
		if _, err := g.planned(18, func(c *Config) { c.MaxDelete = MaxSIMs{} }); !errors.As(err, &many) || many.Gone != 2 || many.Of != 20 {
			t.Errorf("two of them, none allowed: %v", err)
		}
		if done := g.over("north", 0, 18, pruning); done.Pruned != 2 {
			t.Errorf("the real run: %+v", done)
		}
		// Once they are removed, no plan removes them, and none of an earlier plan's rows is left.
		summary, err = g.planned(18, func(*Config) {})
		if err != nil || summary.PrunedOutcomes[report.WouldUnregister] != 0 {
			t.Errorf("the next plan: %v, %+v", err, summary)
		}
		if rows := g.rows(filepath.Join(g.folder, "north.plan.csv")); len(rows) != 18 {
			t.Errorf("the next plan has %d rows", len(rows))
		}
	})
}

// A plan sees what a real run takes over from another number of shards, and what another fleet has.
func TestAPlanPrunesByAllThatTheRealRunGoesBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFleets(t, "fleets")
		g.results = filepath.Join(g.folder, "north.csv")
		g.setSIMs(0, 60)
		g.shards(3, pruning)
		summary, err := g.planned(55, func(*Config) {})
		if err != nil || summary.PrunedOutcomes[report.WouldUnregister] != 10 {
			t.Errorf("after three shards: %v, %+v", err, summary)
		}
		g.over("south", 57, 65, pruning)
		summary, err = g.planned(55, func(*Config) {})
		if err != nil || summary.PrunedOutcomes[report.WouldUnregister] != 4 {
			t.Errorf("after some have moved: %v, %+v", err, summary)
		}
		all := 0
		for index := range 2 {
			shard := report.Shard{Index: index, Count: 2}
			summary, err := g.planned(55, func(c *Config) {
				c.Shard = shard
				c.Results = c.History + ".plan." + shard.Label() + ".csv"
				c.Past = c.History + ".reconcile." + shard.Label() + ".csv"
			})
			if err != nil {
				t.Error(err)
			}
			all += summary.PrunedOutcomes[report.WouldUnregister]
		}
		if all != 4 {
			t.Errorf("two shards would remove %d webhooks", all)
		}
	})
}

// A dry run that has nothing to compare with, as before the first real run, prunes nothing.
func TestAPlanBeforeTheFirstRunPrunesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFleets(t, "fleets")
		for range 2 {
			if summary, err := g.planned(5, func(*Config) {}); err != nil || summary.PrunedOutcomes != nil || summary.OK != 5 {
				t.Errorf("%v, %+v", err, summary)
			}
		}
	})
}
