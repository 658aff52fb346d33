package fleet

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		{15, "", KindScientific},
		{16, "", KindScientific},
		{17, "", KindDecimal},
		{18, "", KindNotDigits},
		{19, "", KindTooShort},
		{20, "", KindTooShort},
		{21, "", KindTooLong},
		{22, "", KindNot89},
		{23, "", KindCheckDigit},
		{24, "", KindEmpty},
		{26, "8944474600000109574", ""},
		{27, "", KindOpenQuote},
		{28, "8944474600000109632", ""},
		{29, "8944474600000109665", KindWebhookURL},
		{30, "8944474600000109699", KindWebhookURL},
		{31, "", KindEmpty},
		{32, "8944474600000109723", ""},
		{33, "8944474600000109756", ""},
	}
	var got []row
	for _, r := range rowsOf(t, openFleet(t, fleets+"messy.csv", Options{})) {
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
	f := openFleet(t, writeFleet(t, "iccid\n"+documented+"\n8944-474600000109251\n8.94447E+18\n\x1b[31m\n"+long+"\n"), Options{})
	rows := rowsOf(t, f)
	for i, want := range []string{"", "8944-474600000109251", "8.94447E+18", "[31m", long[:77] + "…"} {
		if got := rows[i].Cell; got != want || len(got) > maxCell {
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
	rows := rowsOf(t, openFleet(t, writeFleet(t, text.String()), Options{}))
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
	if stray := rows[strayLine-2]; stray.Kind != KindOpenQuote || !strings.Contains(stray.Problem, "close it") {
		t.Errorf("the stray quote is reported as %s: %s", stray.Kind, stray.Problem)
	}
}

func TestCellWithALineBreakCostsItsLines(t *testing.T) {
	text := "iccid,note\n" + documented + ",\"first\nsecond\"\n8944478600004958824,x\n"
	rows := rowsOf(t, openFleet(t, writeFleet(t, text), Options{}))
	if len(rows) != 3 || rows[0].Kind != KindOpenQuote || rows[1].Kind != KindNotDigits || rows[2].ICCID != "8944478600004958824" {
		t.Errorf("rows: %+v", rows)
	}
}

func TestOverlongLineCostsOneRowAndLittleMemory(t *testing.T) {
	text := "iccid\n" + documented + "\n" + strings.Repeat("8", 20*maxFleetLine) + "\r\n8944478600004958824"
	f := openFleet(t, writeFleet(t, text), Options{})
	r, err := f.Rows()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Row{{Line: 2, ICCID: documented}, {Line: 3, Kind: KindLongLine}, {Line: 4, ICCID: "8944478600004958824"}} {
		var row Row
		if err := r.Read(&row); err != nil {
			t.Fatal(err)
		}
		if row.Line != want.Line || row.ICCID != want.ICCID || row.Kind != want.Kind {
			t.Errorf("row %+v, want %+v", row, want)
		}
	}
	if err := r.Read(new(Row)); err != io.EOF {
		t.Errorf("after the last row: %v", err)
	}
	if limit := 4 * maxFleetLine; len(r.lines.buf) > limit {
		t.Errorf("the buffer has grown to %d bytes", len(r.lines.buf))
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
		"with a default":    {"https://example.com/all", []string{"https://example.com/own", "https://example.com/all", "https://example.com/all", ""}},
		"without a default": {"", []string{"https://example.com/own", "", "", ""}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			rows := rowsOf(t, openFleet(t, writeFleet(t, text), Options{WebhookURL: tt.fallback}))
			for _, row := range rows {
				got = append(got, row.WebhookURL)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if bad := rows[3]; bad.Kind != KindWebhookURL || bad.ICCID != documented || bad.Cell != documented {
				t.Errorf("the row with a bad webhook_url is %+v", bad)
			}
		})
	}
}

func TestAllowBadLuhnHoldsForTheFile(t *testing.T) {
	path := writeFleet(t, "iccid\n8944474600000109254\n")
	for _, allow := range []bool{false, true} {
		rows := rowsOf(t, openFleet(t, path, Options{AllowBadLuhn: allow}))
		if len(rows) != 1 || (rows[0].Problem == "") != allow {
			t.Errorf("allowed %v: %+v", allow, rows)
		}
	}
}

func TestReadersDoNotDisturbEachOther(t *testing.T) {
	f := openFleet(t, "../../testdata/fleet.csv", Options{})
	first, err := f.Rows()
	if err != nil {
		t.Fatal(err)
	}
	want := rowsOf(t, f)
	for i := range want {
		var row Row
		if err := first.Read(&row); err != nil || row != want[i] {
			t.Errorf("row %d: %+v, %v", i, row, err)
		}
		if i == 10 {
			rowsOf(t, f)
		}
	}
}

func TestReadingTakesNoAllocationARow(t *testing.T) {
	f := openFleet(t, writeFleet(t, "iccid,webhook_url\n"+strings.Repeat(documented+",https://example.com/own\n", 2000)), Options{})
	r, err := f.Rows()
	if err != nil {
		t.Fatal(err)
	}
	var row Row
	allocations := testing.AllocsPerRun(1000, func() {
		if err := r.Read(&row); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 0 {
		t.Errorf("%.1f allocations a row", allocations)
	}
}

func FuzzFleetReader(f *testing.F) {
	paths, err := filepath.Glob(fleets + "*")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds in %s: %v", fleets, err)
	}
	for _, path := range append(paths, "../../testdata/fleet.csv") {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		fleet, err := Open(t.Context(), "-", bytes.NewReader(text), t.TempDir(), Options{})
		if err != nil {
			return
		}
		defer fleet.Close()
		rows, err := readFleet(t, fleet)
		if err != nil && !bytes.HasPrefix(text, []byte("\x1f\x8b")) {
			t.Errorf("reading ends with %v", err)
		}
		line := 0
		for _, row := range rows {
			if row.Line <= line {
				t.Errorf("line %d follows line %d", row.Line, line)
			}
			line = row.Line
			if strings.ContainsAny(row.Cell, "\r\n\x00\x1b") || len(row.Cell) > maxCell {
				t.Errorf("line %d shows the cell %q", line, row.Cell)
			}
			if row.Problem != "" {
				continue
			}
			if _, _, err := NormaliseICCID(row.ICCID, false); err != nil {
				t.Errorf("line %d is good with the ICCID %q: %v", line, row.ICCID, err)
			}
			if row.WebhookURL != "" && ValidateWebhookURL(row.WebhookURL) != nil {
				t.Errorf("line %d is good with the webhook URL %q", line, row.WebhookURL)
			}
		}
	})
}

// bigFleet is the text of a fleet of n SIMs.
func bigFleet(n int) []byte {
	var text bytes.Buffer
	text.WriteString("iccid,label,webhook_url\n")
	for i := range n {
		payload := fmt.Sprintf("894447460%09d", i)
		check := (10 - luhn(payload+"0")) % 10
		fmt.Fprintf(&text, "%s%d,Tracker %d,https://example.com/hook\n", payload, check, i)
	}
	return text.Bytes()
}

func BenchmarkFleetReader(b *testing.B) {
	const sims = 1_000_000
	text := bigFleet(sims)
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	_, _ = zip.Write(text)
	_ = zip.Close()
	for name, file := range map[string][]byte{"plain": text, "gzip": zipped.Bytes()} {
		b.Run(name, func(b *testing.B) {
			f := openFleet(b, writeFleet(b, string(file)), Options{})
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := f.Rows()
				if err != nil {
					b.Fatal(err)
				}
				good := 0
				var row Row
				for {
					err := r.Read(&row)
					if err == io.EOF {
						break
					}
					if err != nil || row.Problem != "" {
						b.Fatal(row, err)
					}
					good++
				}
				if good != sims {
					b.Fatalf("%d rows", good)
				}
			}
			b.ReportMetric(float64(sims)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
	b.Run("encoding/csv", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(text))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(sims)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}
