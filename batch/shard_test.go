package batch

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"simhook/api/sandbox"
	"simhook/report"
)

func TestEachRowIsOneShardsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims, shards = 100, 3
		g := newRig(t, sandbox.Options{}, 0)
		var b strings.Builder
		b.WriteString("iccid\n8.94447E+18\n")
		for n := range sims {
			b.WriteString(testICCID(n) + "\n")
		}
		g.setFleetText(b.String())
		results, invalid := g.results, 0
		for index := range shards {
			shard, err := report.NewShard(index, shards)
			if err != nil {
				t.Fatal(err)
			}
			g.results = filepath.Join(filepath.Dir(results), "results."+shard.Label()+".csv")
			summary, err := g.run(func(c *Config) { c.Shard = shard; unlimited(c) })
			if err != nil || summary.OK < sims/(2*shards) || !summary.Complete {
				t.Errorf("%v: %v, %+v", shard, err, summary)
			}
			invalid += summary.Invalid
		}
		if calls := g.sandbox.Stats().Calls["POST"]; calls != 2*sims || g.sandbox.Registrations() != 2*sims {
			t.Errorf("%d calls for %d webhooks, of which there are %d", calls, 2*sims, g.sandbox.Registrations())
		}
		if invalid != 1 {
			t.Errorf("the one bad row is in the results of %d shards", invalid)
		}
	})
}
