package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// nthICCID is the n-th of consecutive ICCIDs. Shards do not ask for check
// digits.
func nthICCID(n int) string { return fmt.Sprintf("8944474600%09d", n) }

// shardRows are the rows of the first SIMs that belong to a shard.
func shardRows(s Shard, rows int) (fleet []Row) {
	for n := 0; len(fleet) < rows; n++ {
		if iccid := nthICCID(n); s.Owns(iccid) {
			fleet = append(fleet, okRow(iccid, n+2))
		}
	}
	return fleet
}

func TestTheLargestOf64ShardsIsHardlyLargerThanTheMean(t *testing.T) {
	const sims, count = 200_000, 64
	var sizes [count]int
	for n := range sims {
		sizes[shardHash(nthICCID(n))%count]++
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
		if got := shardHash(iccid); got != want {
			t.Errorf("%s: %#x, want %#x", iccid, got, want)
		}
	}
}

func TestEverySIMBelongsToOneShard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 300).Draw(t, "count")
		iccid := nthICCID(rapid.IntRange(0, 1e9-1).Draw(t, "n"))
		owners, bad := 0, 0
		for index := range count {
			shard, err := NewShard(index, count)
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
	for _, c := range [][2]int{{-1, 4}, {4, 4}, {0, 0}, {1, -1}, {0, MaxShards + 1}} {
		if _, err := NewShard(c[0], c[1]); err == nil {
			t.Errorf("shard %d of %d was accepted", c[0], c[1])
		}
	}
}

func TestResultsOfAnotherShardAreRefusedAndLeftAlone(t *testing.T) {
	whole := Shard{}
	for name, c := range map[string]struct {
		rows   []Row
		file   string
		shard  Shard
		reason string // empty: gone on with
	}{
		"the shard's own":                           {shardRows(Shard{1, 4}, 9), "x.csv", Shard{1, 4}, ""},
		"the whole fleet's, by the whole fleet":     {shardRows(whole, 9), "x.csv", whole, ""},
		"another shard's":                           {shardRows(Shard{1, 4}, 9), "x.csv", Shard{2, 4}, "results of another shard"},
		"another shard's with one SIM":              {shardRows(Shard{1, 4}, 1), "x.csv", Shard{2, 4}, "results of another shard"},
		"the whole fleet's, by a shard":             {shardRows(whole, 30), "x.csv", Shard{0, 2}, "results of another shard"},
		"of half as many shards":                    {shardRows(Shard{1, 4}, 30), "x.csv", Shard{1, 8}, "results of another shard"},
		"of twice as many shards":                   {shardRows(Shard{1, 8}, 60), "x.csv", Shard{1, 4}, "holds results of shard 1 of 8, not of shard 1 of 4"},
		"of twice as many shards, too few to tell":  {shardRows(Shard{1, 8}, 20), "x.csv", Shard{1, 4}, ""},
		"of another count, by its name":             {shardRows(Shard{1, 8}, 1), "x.1-of-8.csv", Shard{1, 4}, "is by its name for the results of shard 1 of 8, not of shard 1 of 4"},
		"a shard's by its name, by the whole fleet": {shardRows(Shard{1, 8}, 1), "x.1-of-8.csv", whole, "not of the whole fleet"},
		"a fleet made from a shard's results":       {shardRows(Shard{1, 8}, 60), "x.1-of-8.register.csv", whole, ""},
		"bad rows by shard 0":                       {[]Row{badRow("junk", 2, StatusInvalid)}, "x.csv", Shard{0, 4}, ""},
		"bad rows by another":                       {[]Row{badRow("junk", 2, StatusInvalid)}, "x.csv", Shard{1, 4}, "for shard 0 to report"},
		"no rows":                                   {nil, "x.csv", Shard{1, 4}, ""},
	} {
		for _, ending := range []string{"", ".partial"} {
			t.Run(name+ending, func(t *testing.T) {
				path := t.TempDir() + "/" + c.file
				write(t, path+ending, string(headerLine())+lines(c.rows...))
				before := content(t, path+ending)
				options := bothTypes()
				options.Shard = c.shard
				j, err := Open(path, options)
				if err == nil {
					_ = j.Close() // only the opening counts
				}
				mismatch, refused := errors.AsType[*MismatchError](err)
				switch {
				case refused != (c.reason != ""):
					t.Fatalf("opening it: %v", err)
				case refused && !strings.Contains(mismatch.Reason, c.reason):
					t.Errorf("%q does not say %q", mismatch.Reason, c.reason)
				}
				if after := content(t, path+ending); after != before {
					t.Errorf("it was changed to %q", after)
				}
			})
		}
	}
}

// A SIM that stands in an unfinished file many times is still one SIM.
func TestRepeatedRowsAreNoEvidenceOfAnotherSharding(t *testing.T) {
	shard := Shard{1, 2}
	rows := shardRows(Shard{1, 4}, 2) // the second distance would show 4 shards
	path := resultsIn(t)
	write(t, partialPath(path), string(headerLine())+strings.Repeat(lines(rows...), 50))
	options := bothTypes()
	options.Shard = shard
	mustOpen(t, path, options)
}
