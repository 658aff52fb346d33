package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/batch/fleet"
)

func TestCheckCountsAndShowsWhatItFound(t *testing.T) {
	got, err := fleet.Check(t.Context(), openFleet(t, fleets+"messy.csv", fleet.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != 30 || got.Rows != got.Valid+got.Invalid+got.Duplicates.Count+got.Conflicts.Count {
		t.Errorf("%d rows are not %d valid, %d invalid, %d duplicates and %d conflicts",
			got.Rows, got.Valid, got.Invalid, got.Duplicates.Count, got.Conflicts.Count)
	}
	if got.Valid != 13 || got.Invalid != 15 {
		t.Errorf("%d valid, %d invalid", got.Valid, got.Invalid)
	}
	counts := func(groups []fleet.Group) map[string]int {
		m := map[string]int{}
		for _, g := range groups {
			m[g.Kind] = g.Count
		}
		return m
	}
	if diff := cmp.Diff(map[string]int{
		fleet.KindScientific: 2, fleet.KindTooShort: 2, fleet.KindEmpty: 2, fleet.KindWebhookURL: 2,
		fleet.KindDecimal: 1, fleet.KindNotDigits: 1, fleet.KindWidth: 1,
		fleet.KindTooLong: 1, fleet.KindNot89: 1, fleet.KindCheckDigit: 1, fleet.KindOpenQuote: 1,
	}, counts(got.Problems)); diff != "" {
		t.Error("problems", diff)
	}
	if diff := cmp.Diff(map[string]int{
		"spaces": 3, "dashes": 1, "quotes": 2, "formula": 2, "apostrophe": 1, "filler F": 1,
	}, counts(got.Normalised)); diff != "" {
		t.Error("normalised", diff)
	}
	for i := 1; i < len(got.Problems); i++ {
		if got.Problems[i].Count > got.Problems[i-1].Count {
			t.Errorf("%s stands before the more frequent %s", got.Problems[i-1].Kind, got.Problems[i].Kind)
		}
	}
	wantDuplicate := fleet.Group{Kind: "duplicate", Count: 1, Samples: []fleet.Sample{
		{13, documented, "an earlier line has this SIM with the same webhook_url"},
	}}
	if diff := cmp.Diff(wantDuplicate, got.Duplicates); diff != "" {
		t.Error(diff)
	}
	wantConflict := fleet.Group{Kind: "conflicting webhook_url", Count: 1, Samples: []fleet.Sample{
		{14, documented, "an earlier line has this SIM with another webhook_url: keep one of them"},
	}}
	if diff := cmp.Diff(wantConflict, got.Conflicts); diff != "" {
		t.Error(diff)
	}
	dashes := fleet.Sample{5, "8944-4726-0000-0510-740", "read as 8944472600000510740"}
	for _, g := range got.Normalised {
		if g.Kind == "dashes" && g.Samples[0] != dashes {
			t.Errorf("the sample of dashes is %+v", g.Samples[0])
		}
	}
}

func TestCheckKeepsTheFirstTenSamplesOfEachKind(t *testing.T) {
	var text strings.Builder
	text.WriteString("iccid\n")
	for i := range 25 {
		fmt.Fprintf(&text, "bad%d\n", i)
	}
	got, err := fleet.Check(t.Context(), openFleet(t, writeFleet(t, text.String()), fleet.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	bad := got.Problems[0]
	if bad.Count != 25 || len(bad.Samples) != 10 || bad.Samples[0].Line != 2 || bad.Samples[9].Cell != "bad9" {
		t.Errorf("%+v", bad)
	}
}

func TestCheckFindsTheSameWheneverItIsRepeated(t *testing.T) {
	f := openFleet(t, "../../testdata/fleet.csv", fleet.Options{})
	for range 2 {
		got, err := fleet.Check(t.Context(), f)
		if err != nil || got.Valid != 25 || got.Duplicates.Count != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	stopped := errors.New("stopped by a signal")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	f := openFleet(t, "../../testdata/fleet.csv", fleet.Options{})
	if got, err := fleet.Check(ctx, f); !errors.Is(err, stopped) || got.Rows != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
