package fleet_test

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"simhook/batch/fleet"
)

func TestAFleetFromMemoryHasTheRowsOfAFileWithTheSameText(t *testing.T) {
	iccids := []string{
		documented, "8944478600004958824", "8944-4786 0000 4958 824", `="8944474600000109251"`, "8944474600000109251F",
		"8944474600000109254", "8.94447E+18", "8944474600000109251.0", "1944474600000109251", "894447", "n/a", "",
	}
	urls := []string{"", "https://example.com/own", " https://example.com/own ", "example.com", "https://user:hush@/"}
	rapid.Check(t, func(rt *rapid.T) {
		options := fleet.Options{
			AllowBadLuhn: rapid.Bool().Draw(rt, "allow bad Luhn"),
			WebhookURL:   rapid.SampledFrom([]string{"", "https://example.com/all", "ftp://example.com"}).Draw(rt, "default"),
		}
		sims := rapid.SliceOf(rapid.Custom(func(rt *rapid.T) fleet.SIM {
			return fleet.SIM{
				ICCID:      rapid.SampledFrom(iccids).Draw(rt, "iccid"),
				WebhookURL: rapid.SampledFrom(urls).Draw(rt, "url"),
			}
		})).Draw(rt, "sims")
		var text strings.Builder
		w := csv.NewWriter(&text)
		_ = w.Write([]string{"iccid", "webhook_url", "note"})
		for _, sim := range sims {
			_ = w.Write([]string{sim.ICCID, sim.WebhookURL, "so that no line is blank"})
		}
		w.Flush()
		want := rowsOf(t, openFleet(t, writeFleet(t, text.String()), options))
		got := rowsOf(t, fleet.FromSlice("memory", sims, options))
		for i := range got {
			got[i].Line++ // a file has a header
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Error(diff)
		}
	})
}

func TestAFleetFromMemoryIsCheckedAsAFileIs(t *testing.T) {
	f := fleet.FromSlice("the depot", []fleet.SIM{
		{ICCID: documented},
		{ICCID: "8944478600004958824", WebhookURL: "https://example.com/own"},
		{ICCID: "8944-474600000109251"},
		{ICCID: documented, WebhookURL: "https://example.com/other"},
		{},
	}, fleet.Options{WebhookURL: "https://example.com/all"})
	defer f.Close()
	if f.Name() != "the depot" || !f.HasWebhookURLs() {
		t.Errorf("its name is %q, HasWebhookURLs is %v", f.Name(), f.HasWebhookURLs())
	}
	got, err := fleet.Check(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != 5 || got.Valid != 2 || got.Duplicates.Count != 1 || got.Conflicts.Count != 1 || got.Invalid != 1 {
		t.Errorf("%+v", got)
	}
	if bad := got.Problems[0]; bad.Kind != fleet.KindEmpty || bad.Samples[0].Line != 5 {
		t.Errorf("the SIM without an ICCID: %+v", bad)
	}
}

func TestAFleetFromASequenceCanBeGoneOverAgain(t *testing.T) {
	passes := 0
	f := fleet.FromSeq("database", func(yield func(fleet.SIM, error) bool) {
		passes++
		_ = yield(fleet.SIM{ICCID: documented}, nil) && yield(fleet.SIM{ICCID: "8944478600004958824"}, nil)
	}, fleet.Options{})
	for row, err := range f.All() {
		if err != nil || row.Line != 1 {
			t.Errorf("%+v, %v", row, err)
		}
		break // a pass that is broken off says nothing of the others
	}
	for range 2 {
		if rows := rowsOf(t, f); len(rows) != 2 || rows[1].Line != 2 || rows[1].ICCID != "8944478600004958824" {
			t.Errorf("rows: %+v", rows)
		}
	}
	if passes != 3 {
		t.Errorf("the sequence was ranged over %d times, want 3", passes)
	}
}

func TestASequenceThatFailsEndsThePass(t *testing.T) {
	lost := errors.New("the connection is lost")
	f := fleet.FromSeq("database", func(yield func(fleet.SIM, error) bool) {
		_ = yield(fleet.SIM{ICCID: documented}, nil) && yield(fleet.SIM{}, lost)
	}, fleet.Options{})
	rows, err := readFleet(t, f)
	wantFleetError(t, err, "reading database: line 2: the connection is lost")
	if len(rows) != 1 || !errors.Is(err, lost) {
		t.Errorf("%d rows, want 1; the error is %v", len(rows), err)
	}
	_, err = fleet.Check(t.Context(), f)
	wantFleetError(t, err, "the connection is lost")
}

func TestASequenceThatGivesOtherSIMsTheSecondTimeIsAnError(t *testing.T) {
	one, two := fleet.SIM{ICCID: documented}, fleet.SIM{ICCID: "8944478600004958824"}
	for name, second := range map[string][]fleet.SIM{
		"none, as from a channel": {},
		"fewer":                   {one},
		"more":                    {one, two, two},
		"in another order":        {two, one},
		"with another URL":        {one, {ICCID: two.ICCID, WebhookURL: "https://example.com/"}},
	} {
		t.Run(name, func(t *testing.T) {
			sims := []fleet.SIM{one, two}
			f := fleet.FromSeq("database", func(yield func(fleet.SIM, error) bool) {
				for _, sim := range sims {
					if !yield(sim, nil) {
						return
					}
				}
				sims = second
			}, fleet.Options{})
			rowsOf(t, f)
			_, err := readFleet(t, f)
			wantFleetError(t, err, "reading database: has other SIMs than before", "in the same order")
		})
	}
}
