package report_test

import (
	"testing"

	"pgregory.net/rapid"

	"simhook/report"
	"simhook/report/reporttest"
)

func TestTheLargestOf64ShardsIsHardlyLargerThanTheMean(t *testing.T) {
	const sims, count = 200_000, 64
	var sizes [count]int
	for n := range sims {
		sizes[report.ShardHash(reporttest.NthICCID(n))%count]++
	}
	largest := 0
	for _, n := range sizes {
		largest = max(largest, n)
	}
	if mean := float64(sims) / count; float64(largest) > 1.1*mean {
		t.Errorf("the largest shard has %d SIMs, the mean is %.0f", largest, mean)
	}
}

// The SIMs of a shard must stay the same for ever: their results stand in its
// file. The hashes are those of sha256sum.
func TestASIMStaysInItsShard(t *testing.T) {
	for iccid, want := range map[string]uint64{
		"8944474600000109251": 0xcbbfb4a65b8cec76,
		"893000000002391231":  0xc9afdc223dfa8361,
	} {
		if got := report.ShardHash(iccid); got != want {
			t.Errorf("%s: %#x, want %#x", iccid, got, want)
		}
	}
}

func TestEverySIMBelongsToOneShard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 300).Draw(t, "count")
		iccid := reporttest.NthICCID(rapid.IntRange(0, 1e9-1).Draw(t, "n"))
		owners, bad := 0, 0
		for index := range count {
			shard, err := report.NewShard(index, count)
			if err != nil {
				t.Fatal(err)
			}
			if shard.Owns(iccid) {
				owners++
			}
			if shard.OwnsBadRows() {
				bad++
			}
		}
		if owners != 1 || bad != 1 {
			t.Fatalf("%d shards own %s, and %d the bad rows", owners, iccid, bad)
		}
	})
}

func TestShardsThatDoNotExistAreRefused(t *testing.T) {
	for _, c := range [][2]int{{-1, 4}, {4, 4}, {0, 0}, {1, -1}, {0, report.MaxShards + 1}} {
		if _, err := report.NewShard(c[0], c[1]); err == nil {
			t.Errorf("shard %d of %d was accepted", c[0], c[1])
		}
	}
}
