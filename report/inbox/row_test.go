package inbox

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"simhook/report/cell"
	"simhook/report/reporttest"
)

func TestAReceiptIsOneLine(t *testing.T) {
	balance := int64(1 << 30)
	r := receipt(123)
	r.ExpirationDate = time.Date(2024, 10, 14, 6, 5, 38, 0, time.FixedZone("", 2*60*60))
	r.CurrentBalance = &balance
	r.Other = `{"plan":"EU, 5 GB"}`
	want := `2026-03-01T22:00:00.123Z,N-123,USAGE_THRESHOLD,893000000002391231,ZHNhc2Rhc2Q=,80,2024-10-14T04:05:38.000Z,1073741824,"{""plan"":""EU, 5 GB""}"` + "\n"
	if got := string(appendRow(nil, &r)); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
	r = Row{ReceivedAt: r.ReceivedAt, ID: "=1+1", Type: "@X", ICCID: reporttest.SimE, SubscriptionID: "a\nb"}
	want = "2026-03-01T22:00:00.123Z,'=1+1,'@X,893000000002391231,a b,,,,\n"
	if got := string(appendRow(nil, &r)); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestWhateverIsReceivedIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		other, err := json.Marshal(map[string]string{rapid.String().Draw(t, "name"): rapid.String().Draw(t, "value")})
		if err != nil {
			t.Fatal(err)
		}
		r := Row{
			ReceivedAt: time.Unix(1e9, 0), ID: rapid.StringMatching(`[!-~ä€]{1,40}`).Draw(t, "id"),
			Type: rapid.String().Draw(t, "type"), ICCID: reporttest.SimE, SubscriptionID: rapid.String().Draw(t, "subscription"),
			Threshold: rapid.Int().Draw(t, "threshold"), CurrentBalance: rapid.Ptr(rapid.Int64(), true).Draw(t, "balance"),
			Other: string(other),
		}
		text, whole := strings.CutSuffix(string(appendRow(nil, &r)), "\n")
		var line line
		if !whole || !line.parse([]byte(text)) {
			t.Fatalf("%q is not read", text)
		}
		record, err := csv.NewReader(strings.NewReader(text)).Read()
		if err != nil || len(record) != columnCount {
			t.Fatalf("%q: %v", text, err)
		}
		var cells []string
		for _, text := range line.cells {
			if strings.ContainsFunc(string(text), cell.Unclean) || len(text) > 0 && strings.ContainsRune("=+-@", rune(text[0])) {
				t.Errorf("the cell %q", text)
			}
			cells = append(cells, string(text))
		}
		if diff := cmp.Diff(record, cells); diff != "" {
			t.Error(diff)
		}
		var before, after any
		if json.Unmarshal(other, &before) != nil || json.Unmarshal([]byte(cells[8]), &after) != nil || !cmp.Equal(before, after) {
			t.Errorf("%s became %s", other, cells[8])
		}
	})
}

func TestDifferentIDsStayDifferent(t *testing.T) {
	cells := map[string]string{}
	for _, id := range []string{"=1", "'=1", "''=1", "1", "'1", "''1", "-", "'-", "'", "''"} {
		cell := idCell(id)
		if other, taken := cells[cell]; taken {
			t.Errorf("%q and %q are both written %q", id, other, cell)
		}
		cells[cell] = id
	}
}
