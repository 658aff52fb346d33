package fleet_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/batch/fleet"
)

func TestMessyFleetIsReadRowByRow(t *testing.T) {
	type row struct {
		Line  int
		ICCID string
		Found string // changes or kind of problem
	}
	want := []row{
		{2, "8944474600000109251", ""},
		{3, "8944478600004958824", "spaces"},
		{4, "8944477100000000086", "spaces"},
		{5, "8944472600000510740", "dashes"},
		{6, "893000000002391231", "quotes, formula"},
		{8, "8944474600000109426", "apostrophe"},
		{9, "8944474600000109459", "filler F"},
		{10, "8944474600000109483", ""},
		{11, "8944474600000109517", "quotes, formula"},
		{12, "8944474600000109541", "spaces"},
		{13, "8944474600000109251", ""},
		{14, "8944474600000109251", ""},
		{15, "", fleet.KindScientific},
		{16, "", fleet.KindScientific},
		{17, "", fleet.KindDecimal},
		{18, "", fleet.KindNotDigits},
		{19, "", fleet.KindTooShort},
		{20, "", fleet.KindTooShort},
		{21, "", fleet.KindTooLong},
		{22, "", fleet.KindNot89},
		{23, "", fleet.KindCheckDigit},
		{24, "", fleet.KindEmpty},
		{26, "8944474600000109574", ""},
		{27, "", fleet.KindOpenQuote},
		{28, "8944474600000109632", ""},
		{29, "8944474600000109665", fleet.KindWebhookURL},
		{30, "8944474600000109699", fleet.KindWebhookURL},
		{31, "", fleet.KindEmpty},
		{32, "8944474600000109723", ""},
		{33, "8944474600000109756", ""},
	}
	var got []row
	for _, r := range rowsOf(t, openFleet(t, fleets+"messy.csv", fleet.Options{})) {
		if (r.Problem == "") != (r.Kind == "") {
			t.Errorf("line %d: problem %q of kind %q", r.Line, r.Problem, r.Kind)
		}
		got = append(got, row{r.Line, r.ICCID, r.Changes.String() + r.Kind})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRowsShowTheCellAsFoundWhereItMatters(t *testing.T) {
	long := strings.Repeat("x", 500)
	text := "iccid\n" + documented + "\n8944-474600000109251\n8.94447E+18\n\x1b[31m\n" + long + "\n"
	f := openFleet(t, writeFleet(t, text), fleet.Options{})
	rows := rowsOf(t, f)
	for i, want := range []string{"", "8944-474600000109251", "8.94447E+18", "[31m", long[:77] + "…"} {
		if got := rows[i].Cell; got != want || len(got) > 80 {
			t.Errorf("line %d shows the cell %q, want %q", rows[i].Line, got, want)
		}
	}
}

func TestStrayQuoteCostsOneRow(t *testing.T) {
	const sims, strayLine = 100_000, 500
	var text strings.Builder
	text.WriteString("iccid,label\n")
	for line := 2; line <= sims+1; line++ {
		label := "van"
		if line == strayLine {
			label = `"van`
		}
		fmt.Fprintf(&text, "%s,%s\n", documented, label)
	}
	rows := rowsOf(t, openFleet(t, writeFleet(t, text.String()), fleet.Options{}))
	if len(rows) != sims {
		t.Fatalf("%d rows, want %d", len(rows), sims)
	}
	for i, row := range rows {
		if row.Line != i+2 {
			t.Fatalf("row %d is on line %d", i, row.Line)
		}
		if (row.Problem != "") != (row.Line == strayLine) {
			t.Errorf("line %d: problem %q", row.Line, row.Problem)
		}
	}
	if stray := rows[strayLine-2]; stray.Kind != fleet.KindOpenQuote || !strings.Contains(stray.Problem, "close it") {
		t.Errorf("the stray quote is reported as %s: %s", stray.Kind, stray.Problem)
	}
}

func TestCellWithALineBreakCostsItsLines(t *testing.T) {
	text := "iccid,note\n" + documented + ",\"first\nsecond\"\n8944478600004958824,x\n"
	rows := rowsOf(t, openFleet(t, writeFleet(t, text), fleet.Options{}))
	if len(rows) != 3 || rows[0].Kind != fleet.KindOpenQuote || rows[1].Kind != fleet.KindNotDigits ||
		rows[2].ICCID != "8944478600004958824" {
		t.Errorf("rows: %+v", rows)
	}
}

func TestOverlongLineCostsOneRow(t *testing.T) {
	text := "iccid\n" + documented + "\n" + strings.Repeat("8", 20<<20) + "\r\n8944478600004958824"
	rows := rowsOf(t, openFleet(t, writeFleet(t, text), fleet.Options{}))
	for i := range rows {
		rows[i].Problem = "" // the kind is enough
	}
	want := []fleet.Row{
		{Line: 2, ICCID: documented}, {Line: 3, Kind: fleet.KindLongLine}, {Line: 4, ICCID: "8944478600004958824"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

func TestRowsTakeTheirOwnWebhookURLFirst(t *testing.T) {
	text := "iccid,webhook_url\n" +
		documented + ", https://example.com/own \n" +
		documented + ",\n" +
		documented + "\n" +
		documented + ",example.com\n"
	tests := map[string]struct {
		fallback string
		want     []string
	}{
		"with a default": {"https://example.com/all",
			[]string{"https://example.com/own", "https://example.com/all", "https://example.com/all", ""}},
		"without a default": {"", []string{"https://example.com/own", "", "", ""}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			rows := rowsOf(t, openFleet(t, writeFleet(t, text), fleet.Options{WebhookURL: tt.fallback}))
			for _, row := range rows {
				got = append(got, row.WebhookURL)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if bad := rows[3]; bad.Kind != fleet.KindWebhookURL || bad.ICCID != documented || bad.Cell != documented {
				t.Errorf("the row with a bad webhook_url is %+v", bad)
			}
		})
	}
}

func TestABadDefaultWebhookURLMakesRowsWithoutOneInvalid(t *testing.T) {
	text := "iccid,webhook_url\n" + documented + ",https://example.com/own\n" + documented + ",\n"
	rows := rowsOf(t, openFleet(t, writeFleet(t, text), fleet.Options{WebhookURL: "example.com"}))
	if rows[0].Problem != "" || rows[1].Kind != fleet.KindWebhookURL || rows[1].WebhookURL != "" {
		t.Errorf("rows: %+v", rows)
	}
}

func TestAllowBadLuhnHoldsForTheFile(t *testing.T) {
	path := writeFleet(t, "iccid\n8944474600000109254\n")
	for _, allow := range []bool{false, true} {
		rows := rowsOf(t, openFleet(t, path, fleet.Options{AllowBadLuhn: allow}))
		if len(rows) != 1 || (rows[0].Problem == "") != allow {
			t.Errorf("allowed %v: %+v", allow, rows)
		}
	}
}

func TestPassesAtTheSameTimeDoNotDisturbEachOther(t *testing.T) {
	f := openFleet(t, "../../testdata/fleet.csv", fleet.Options{})
	want := rowsOf(t, f)
	i := 0
	for row, err := range f.All() {
		if err != nil || row != want[i] {
			t.Errorf("row %d: %+v, %v", i, row, err)
		}
		if i++; i == 10 {
			rowsOf(t, f)
		}
	}
	if i != len(want) {
		t.Errorf("%d rows, want %d", i, len(want))
	}
}

func TestReadingTakesNoAllocationARow(t *testing.T) {
	const sims = 20_000
	text := "iccid,webhook_url\n" + strings.Repeat(documented+",https://example.com/own\n"+documented+",\n", sims/2)
	f := openFleet(t, writeFleet(t, text), fleet.Options{})
	rows := 0
	allocations := testing.AllocsPerRun(5, func() {
		rows = 0
		for _, err := range f.All() {
			if err != nil {
				t.Fatal(err)
			}
			rows++
		}
	})
	if rows != sims || allocations > sims/100 {
		t.Errorf("%.0f allocations for %d rows", allocations, rows)
	}
}
