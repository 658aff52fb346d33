package batch

import (
	"strings"
	"testing"
	"testing/synctest"

	"simhook/api/sandbox"
	"simhook/report"
)

// shards runs a fleet with a number of shards, 1 for none, and adds up what they did.
func (g *rig) shards(count int, change func(*Config)) (all report.Summary) {
	g.t.Helper()
	stem := strings.TrimSuffix(g.results, ".csv")
	for index := range count {
		shard := report.Shard{Index: index, Count: count}
		summary, err := g.run(func(c *Config) {
			unlimited(c)
			c.Shard, c.History = shard, stem
			change(c)
			c.Results = stem + "." + string(c.Action)
			if !shard.Whole() {
				c.Results += "." + shard.Label()
			}
			c.Results += ".csv"
		})
		if err != nil || !summary.Complete {
			g.t.Errorf("%v: %v, %+v", shard, err, summary)
		}
		all.OK, all.Pruned, all.Attempts = all.OK+summary.OK, all.Pruned+summary.Pruned, all.Attempts+summary.Attempts
	}
	return all
}

func TestAnotherNumberOfShardsCallsForNothingThatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 60)
		register := func(c *Config) { c.Action = Register }
		g.shards(3, register)
		for _, count := range []int{5, 1, 4, 3} {
			if all := g.shards(count, register); all.Attempts != 0 || all.OK != 60 {
				t.Errorf("%d shards made %d calls: %+v", count, all.Attempts, all)
			}
		}
		// What another command has changed since is not done, whoever did it with however many shards.
		if all := g.shards(2, func(c *Config) { c.Action = Unregister }); all.OK != 60 || g.sandbox.Registrations() != 0 {
			t.Errorf("removed: %+v, %d webhooks left", all, g.sandbox.Registrations())
		}
		if all := g.shards(7, register); all.OK != 60 || g.sandbox.Registrations() != 120 {
			t.Errorf("registered again: %+v, %d webhooks", all, g.sandbox.Registrations())
		}
	})
}

// What left the fleet is known from results of another number of shards, and is pruned once.
func TestAnotherNumberOfShardsPrunesWhatLeftTheFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 60)
		prune := func(c *Config) {
			reconcile(c)
			c.Prune, c.MaxDelete = true, MaxSIMs{Number: 10}
		}
		g.shards(3, prune)
		g.setFleet(55)
		if all := g.shards(4, prune); all.Pruned != 5 || g.sandbox.Registrations() != 110 {
			t.Errorf("%+v, %d webhooks", all, g.sandbox.Registrations())
		}
		for _, count := range []int{4, 3, 1} {
			if all := g.shards(count, prune); all.Pruned != 0 || all.Attempts != 55 {
				t.Errorf("%d shards: %+v", count, all)
			}
		}
	})
}
