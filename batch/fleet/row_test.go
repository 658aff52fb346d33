package fleet_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
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
		{32, "8944474600000109723", fleet.KindWidth},
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

// A quoted cell may go over several lines. Where its text may be a row as well, none of the lines is one.
func TestACellOfSeveralLinesIsOneCell(t *testing.T) {
	const a, b, c = documented, "8944478600004958824", "8944477100000000086"
	for name, tt := range map[string]struct {
		text string
		want []string // ICCIDs of good rows
		bad  int
	}{
		"of text":                          {"iccid,note\n" + a + ",\"first\nsecond\"\n" + b + ",x\n", []string{a, b}, 0},
		"with another SIM":                 {"iccid,note\n" + a + ",\"replaces\n" + b + "\"\n" + c + ",x\n", []string{a, c}, 0},
		"with doubled quotes":              {"iccid,note\n" + a + ",\"a \"\"b\"\"\n, c\"\n" + b + ",x\n", []string{a, b}, 0},
		"in the first column":              {"note,iccid\n\"of\r\ntwo\"," + a + "\n", []string{a}, 0},
		"that may be a row":                {"iccid,note\n" + a + ",\"stray\n" + b + ",5\"\n" + c + ",x\n", []string{c}, 2},
		"that is never closed":             {"iccid,note\n" + a + ",\"stray\n" + b + ",x\n" + c + ",x\n", []string{b, c}, 1},
		"whose quotes are not doubled":     {"iccid,note\n" + a + ",\"stray\n" + b + ",\"fine\"\n" + c + ",x\n", []string{b, c}, 1},
		"of two ICCIDs in one column":      {"iccid\n\"" + a + "\n" + b + "\"\n" + c + "\n", []string{c}, 1},
		"at the end of the file":           {"iccid,note\n" + a + ",x\n" + b + ",\"stray", []string{a}, 1},
		"two of them, one after the other": {"iccid,note\n" + a + ",\"x\ny\"\n" + b + ",\"x\ny\"\n", []string{a, b}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			good, bad := goodAndBad(rowsOf(t, openFleet(t, writeFleet(t, tt.text), fleet.Options{})))
			if diff := cmp.Diff(tt.want, good); diff != "" || len(bad) != tt.bad {
				t.Errorf("%s; bad: %+v", diff, bad)
			}
		})
	}
}

// goodAndBad are the ICCIDs of the good rows, and the bad rows.
func goodAndBad(rows []fleet.Row) (good []string, bad []fleet.Row) {
	for _, row := range rows {
		if row.Problem == "" {
			good = append(good, row.ICCID)
		} else {
			bad = append(bad, row)
		}
	}
	return good, bad
}

func TestALineThatDoesNotFitTheHeaderIsNoRow(t *testing.T) {
	const a, b = documented, "8944478600004958824"
	for name, tt := range map[string]struct {
		text, says string
		options    fleet.Options
	}{
		"several SIMs on a line":            {"iccid\n" + a + "," + b + "\n", "put one SIM on each line", fleet.Options{}},
		"without a header":                  {a + "\n" + a + "," + b + "\n", "put one SIM on each line", fleet.Options{}},
		"two SIMs in known columns":         {"iccid,old\n" + a + "," + b + "\n", "another cell of the line holds an ICCID", fleet.Options{}},
		"a URL with a comma":                {"iccid,webhook_url\n" + a + ",https://example.com/a,b\n", "the line has 3 cells", fleet.Options{}},
		"a URL with a semicolon":            {"iccid;webhook_url\n" + a + ";https://example.com/a;b\n", "in quotes", fleet.Options{}},
		"a line without its URL":            {"iccid,webhook_url\n" + a + "\n", "its webhook_url is missing", fleet.Options{WebhookURL: "https://example.com/all"}},
		"two fields in one cell":            {"iccid\n8944474600000001011-9\n", "two fields", fleet.Options{AllowBadLuhn: true}},
		"nibbles as the SIM stores them":    {"iccid\n984474640000109052F1\n", "swapped in pairs", fleet.Options{}},
		"an EID":                            {"iccid\n89044045930000000000001234567890\n", "EID", fleet.Options{}},
		"digits of another script":          {"iccid\n٨٩٤٤٤٧٤٦٠٠٠٠٠١٠٩٢٥١\n", "another script", fleet.Options{}},
		"thousands":                         {"iccid\n\"8,944,474,600,000,109,251\"\n", "thousands", fleet.Options{}},
		"an invisible character in the URL": {"iccid,webhook_url\n" + a + ",https://exam\u200bple.com/\n", "invisible", fleet.Options{}},
		"a soft hyphen":                     {"iccid,webhook_url\n" + a + ",https://exam\u00adple.com/\n", "invisible", fleet.Options{}},
		"a placeholder":                     {"iccid,webhook_url\n" + a + ",https://<your-host>/hook\n", "placeholder", fleet.Options{}},
		"a scheme twice":                    {"iccid,webhook_url\n" + a + ",https://https://example.com\n", "twice", fleet.Options{}},
		"two URLs":                          {"iccid,webhook_url\n" + a + ",https://example.com/;https://example.org/\n", "two URLs", fleet.Options{}},
		"a trailing quote":                  {"iccid,webhook_url\n" + a + ",https://example.com/hook'\n", "ends in", fleet.Options{}},
		"a masked password":                 {"iccid,webhook_url\n" + a + ",https://me:***@example.com/\n", "***", fleet.Options{}},
		"a bad host":                        {"iccid,webhook_url\n" + a + ",https://exa_mple..com/\n", "host", fleet.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			good, bad := goodAndBad(rowsOf(t, openFleet(t, writeFleet(t, tt.text), tt.options)))
			if slices.Contains(good, b) || len(bad) != 1 || !strings.Contains(bad[0].Problem, tt.says) {
				t.Errorf("good: %q, bad: %+v, want %q", good, bad, tt.says)
			}
		})
	}
}

func TestASIMOfALengthThatNoOtherHasIsNoRow(t *testing.T) {
	var text strings.Builder
	text.WriteString("iccid\n")
	for n := range 30 {
		payload := fmt.Sprintf("89444746%010d", n)
		fmt.Fprintf(&text, "%s%c\n", payload, fleet.CheckDigit(payload))
	}
	short := "89444746000000018"
	short += string(fleet.CheckDigit(short))
	other := "89930000000239123"
	other += string(fleet.CheckDigit(other))
	fmt.Fprintf(&text, "%s\n%s\n", short, other)
	good, bad := goodAndBad(rowsOf(t, openFleet(t, writeFleet(t, text.String()), fleet.Options{})))
	if len(good) != 31 || !slices.Contains(good, other) || len(bad) != 1 || bad[0].Kind != fleet.KindLength {
		t.Errorf("%d good, bad: %+v", len(good), bad)
	}
}

func TestAFileWithRoundedNumbersIsRefused(t *testing.T) {
	numbers := func(n int, change func(uint64) string) string {
		var text strings.Builder
		text.WriteString("iccid\n")
		for i := range n {
			payload := fmt.Sprintf("89444746%010d", 7*i+1234567)
			number, err := strconv.ParseUint(payload+string(fleet.CheckDigit(payload)), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			text.WriteString(change(number) + "\n")
		}
		return text.String()
	}
	for name, tt := range map[string]struct {
		text    string
		refused bool
	}{
		"whole":                              {numbers(1200, func(n uint64) string { return strconv.FormatUint(n, 10) }), false},
		"a few":                              {numbers(3, func(n uint64) string { return strconv.FormatUint(n, 10) }), false},
		"to 15 digits":                       {numbers(40, func(n uint64) string { return strconv.FormatUint(n/10000*10000, 10) }), true},
		"all to one number that is an ICCID": {"iccid\n" + strings.Repeat("8944474600000110000\n", 40), true},
		"through a float64":                  {numbers(1200, func(n uint64) string { return strconv.FormatUint(uint64(float64(n)), 10) }), true},
		"through JavaScript": {numbers(1200, func(n uint64) string {
			return strconv.FormatFloat(float64(n), 'f', 0, 64)
		}), true},
		"with the fewest digits": {numbers(1200, func(n uint64) string {
			short := strings.Replace(strconv.FormatFloat(float64(n), 'e', -1, 64), "e+18", "", 1)
			digits := strings.Replace(short, ".", "", 1)
			return digits + strings.Repeat("0", 19-len(digits))
		}), true},
		"a tenth of them": {numbers(200, func(n uint64) string {
			if n%10 == 3 {
				n = n / 10000 * 10000
			}
			return strconv.FormatUint(n, 10)
		}), true},
	} {
		for _, allow := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", name, allow), func(t *testing.T) {
				f := openFleet(t, writeFleet(t, tt.text), fleet.Options{AllowBadLuhn: allow})
				var err error
				for _, one := range f.All() {
					err = one
				}
				if (err != nil) != tt.refused || err != nil && !strings.Contains(err.Error(), "as text") {
					t.Errorf("%v", err)
				}
			})
		}
	}
}

func TestAColumnOfURLsIsNotIgnored(t *testing.T) {
	_, err := readFleet(t, openFleet(t, writeFleet(t, "iccid,target\n"+documented+",https://example.com/own\n"), fleet.Options{}))
	if err == nil || !strings.Contains(err.Error(), `column 2 ("target") holds URLs`) {
		t.Errorf("%v", err)
	}
	rows := rowsOf(t, openFleet(t, writeFleet(t, "iccid,target,webhook_url\n"+documented+",https://example.com/own,\n"), fleet.Options{WebhookURL: "https://example.com/all"}))
	if len(rows) != 1 || rows[0].WebhookURL != "https://example.com/all" {
		t.Errorf("%+v", rows)
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
			[]string{"https://example.com/own", "https://example.com/all", "", ""}},
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
		if err != nil || !reflect.DeepEqual(row, want[i]) {
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
