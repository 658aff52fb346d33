package batch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"simhook/api/sandbox"
	"simhook/report"
)

// pruning is a reconciliation that may remove up to ten SIMs' webhooks.
func pruning(c *Config) {
	reconcile(c)
	c.Prune, c.MaxDelete = true, MaxSIMs{Number: 10}
}

// ownedFrom is the first SIM of a shard among those of test fleets, from a number on.
func ownedFrom(n int, shard report.Shard) int {
	for !shard.Owns(testICCID(n)) {
		n++
	}
	return n
}

// A line that cannot be used may stand for any SIM, whichever shard reports it.
func TestNoShardPrunesWhereTheFleetFileHasABadLine(t *testing.T) {
	first, second := report.Shard{Index: 0, Count: 2}, report.Shard{Index: 1, Count: 2}
	for name, c := range map[string]struct {
		left    report.Shard // of the SIM whose line is overwritten
		instead string
	}{
		"a SIM of shard 1 is mangled":                     {second, "8.94447E+18"},
		"a SIM of shard 0 is mangled":                     {first, "8.94447E+18"},
		"a SIM of shard 1 is overwritten with a SIM of 0": {second, testICCID(ownedFrom(0, first))},
		"a SIM of shard 0 is overwritten with a SIM of 1": {first, testICCID(ownedFrom(0, second))},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, 60)
				g.shards(2, pruning)
				var lines []string
				for n := range 60 {
					lines = append(lines, testICCID(n))
				}
				left := slices.Index(lines, testICCID(ownedFrom(0, c.left)))
				lines[left] = c.instead
				g.setFleetText("iccid\n" + strings.Join(lines, "\n") + "\n")
				if all := g.shards(2, pruning); all.Pruned != 0 || g.sandbox.Registrations() != 120 {
					t.Errorf("%d SIMs were pruned, %d webhooks are left of 120", all.Pruned, g.sandbox.Registrations())
				}
			})
		})
	}
}

// A row without a webhook URL is invalid, and stops pruning in all shards, too.
func TestNoShardPrunesWhereARowHasNoWebhookURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 60)
		g.urls = ""
		text := func(skip int) string {
			var b strings.Builder
			b.WriteString("iccid,webhook_url\n")
			for n := range 60 {
				if n != skip {
					fmt.Fprintf(&b, "%s,%s\n", testICCID(n), testWebhook)
				}
			}
			return b.String()
		}
		g.setFleetText(text(-1))
		g.shards(2, pruning)
		g.setFleetText(text(ownedFrom(0, report.Shard{Index: 1, Count: 2})) + testICCID(ownedFrom(60, report.Shard{Index: 0, Count: 2})) + ",\n")
		if all := g.shards(2, pruning); all.Pruned != 0 || g.sandbox.Registrations() != 120 {
			t.Errorf("%d SIMs were pruned, %d webhooks are left of 120", all.Pruned, g.sandbox.Registrations())
		}
	})
}
