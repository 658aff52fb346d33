package results

import (
	"errors"
	"strings"
	"testing"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/reporttest"
)

// shardRows are the rows of the first SIMs that belong to a shard.
func shardRows(s report.Shard, rows int) (fleet []report.Row) {
	for n := 0; len(fleet) < rows; n++ {
		if iccid := reporttest.NthICCID(n); s.Owns(iccid) {
			fleet = append(fleet, reporttest.OKRow(iccid, n+2))
		}
	}
	return fleet
}

func TestResultsOfAnotherShardAreRefusedAndLeftAlone(t *testing.T) {
	whole := report.Shard{}
	for name, c := range map[string]struct {
		rows   []report.Row
		file   string
		shard  report.Shard
		reason string // empty: it is continued
	}{
		"the shard's own":                           {shardRows(shardOf(1, 4), 9), "x.csv", shardOf(1, 4), ""},
		"the whole fleet's, by the whole fleet":     {shardRows(whole, 9), "x.csv", whole, ""},
		"another shard's":                           {shardRows(shardOf(1, 4), 9), "x.csv", shardOf(2, 4), "results of another shard"},
		"another shard's with one SIM":              {shardRows(shardOf(1, 4), 1), "x.csv", shardOf(2, 4), "results of another shard"},
		"the whole fleet's, by a shard":             {shardRows(whole, 30), "x.csv", shardOf(0, 2), "results of another shard"},
		"of half as many shards":                    {shardRows(shardOf(1, 4), 30), "x.csv", shardOf(1, 8), "results of another shard"},
		"of twice as many shards":                   {shardRows(shardOf(1, 8), 60), "x.csv", shardOf(1, 4), "holds results of shard 1 of 8, not of shard 1 of 4"},
		"of twice as many shards, too few to tell":  {shardRows(shardOf(1, 8), 20), "x.csv", shardOf(1, 4), ""},
		"of another count, by its name":             {shardRows(shardOf(1, 8), 1), "x.1-of-8.csv", shardOf(1, 4), "is by its name for the results of shard 1 of 8, not of shard 1 of 4"},
		"a shard's by its name, by the whole fleet": {shardRows(shardOf(1, 8), 1), "x.1-of-8.csv", whole, "not of the whole fleet"},
		"a fleet made from a shard's results":       {shardRows(shardOf(1, 8), 60), "x.1-of-8.register.csv", whole, ""},
		"bad rows by shard 0":                       {[]report.Row{reporttest.BadRow("junk", 2, report.StatusInvalid)}, "x.csv", shardOf(0, 4), ""},
		"bad rows by another":                       {[]report.Row{reporttest.BadRow("junk", 2, report.StatusInvalid)}, "x.csv", shardOf(1, 4), "for shard 0 to report"},
		"no rows":                                   {nil, "x.csv", shardOf(1, 4), ""},
	} {
		for _, ending := range []string{"", ".partial"} {
			t.Run(name+ending, func(t *testing.T) {
				path := t.TempDir() + "/" + c.file
				reporttest.Write(t, path+ending, string(headerLine())+lines(c.rows...))
				before := reporttest.Content(t, path+ending)
				options := bothTypes()
				options.Shard = c.shard
				j, err := Open(path, options)
				if err == nil {
					_ = j.Close() // only the opening counts
				}
				mismatch, refused := errors.AsType[*file.MismatchError](err)
				switch {
				case refused != (c.reason != ""):
					t.Fatalf("opening it: %v", err)
				case refused && !strings.Contains(mismatch.Reason, c.reason):
					t.Errorf("%q does not say %q", mismatch.Reason, c.reason)
				}
				if after := reporttest.Content(t, path+ending); after != before {
					t.Errorf("it was changed to %q", after)
				}
			})
		}
	}
}

// A SIM that stands in an unfinished file many times is still one SIM.
func TestRepeatedRowsAreNoEvidenceOfAnotherSharding(t *testing.T) {
	shard := shardOf(1, 2)
	rows := shardRows(shardOf(1, 4), 2) // the second distance would show 4 shards
	path := resultsIn(t)
	reporttest.Write(t, partialPath(path), string(headerLine())+strings.Repeat(lines(rows...), 50))
	options := bothTypes()
	options.Shard = shard
	mustOpen(t, path, options)
}
