package results

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/reporttest"
)

// wantColumns are those that users' scripts rely upon.
var wantColumns = [...]string{
	"iccid", "line", "action", "status", "webhook_url",
	"subscription_end", "subscription_end_http_status", "subscription_end_error", "subscription_end_attempts",
	"subscription_end_correlation_id", "subscription_end_previous_url",
	"usage_threshold", "usage_threshold_http_status", "usage_threshold_error", "usage_threshold_attempts",
	"usage_threshold_correlation_id", "usage_threshold_previous_url",
	"error", "started_at", "finished_at", "base_url",
}

func TestColumnsStandInTheirOrder(t *testing.T) {
	if diff := cmp.Diff(wantColumns[:], Columns(standardTypes()...)); diff != "" {
		t.Error(diff)
	}
}

func TestEveryValueStandsInItsColumn(t *testing.T) {
	row := report.Row{
		ICCID: reporttest.SimA, Line: 2, Action: "register", Status: report.StatusFailed, WebhookURL: reporttest.URLA,
		Calls: []report.Call{{Type: "SUBSCRIPTION_END", Outcome: report.Replaced, HTTPStatus: 201, Error: "se", Attempts: 3, CorrelationID: "id-SE-3", PreviousURL: reporttest.URLB},
			{Type: "USAGE_THRESHOLD", Outcome: report.Failed, HTTPStatus: 503, Error: "ut, twice", Attempts: 6, CorrelationID: "id-UT-6", PreviousURL: "https://example.com/\"c\""}},
		Error:     "ut first",
		StartedAt: time.Date(2026, 3, 1, 23, 0, 0, 7e6, time.FixedZone("CET", 3600)), FinishedAt: time.Date(2026, 3, 1, 22, 0, 1, 0, time.UTC),
		BaseURL: reporttest.URLAPI,
	}
	const want = `8944474600000109251,2,register,failed,https://example.com/a,` +
		`replaced,201,se,3,id-SE-3,https://example.com/b,failed,503,"ut, twice",6,id-UT-6,"https://example.com/""c""",` +
		`ut first,2026-03-01T22:00:00.007Z,2026-03-01T22:00:01.000Z,https://services.truphone.com/connect-api` + "\n"
	if diff := cmp.Diff(want, lines(row)); diff != "" {
		t.Error(diff)
	}
	if got, want := lines(report.Row{}), ",0"+strings.Repeat(",", columnCount-2)+"\n"; got != want {
		t.Errorf("a row of nothing is %q, want %q", got, want)
	}
}

func TestRowsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 5).Draw(t, "rows")
		text := string(headerLine()) + lines(rows...)
		if got := strings.Count(text, "\n"); got != len(rows)+1 || strings.ContainsRune(text, '\r') {
			t.Fatalf("%d rows are %d lines: %q", len(rows), got, text)
		}
		i := 0
		for got, err := range Read(strings.NewReader(text)) {
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(shown(rows[i]), got); diff != "" {
				t.Error(diff)
			}
			i++
		}
		if i != len(rows) {
			t.Errorf("%d of %d rows are read", i, len(rows))
		}
	})
}

func TestLinesAreWhatEncodingCSVWouldWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := lines(rapid.SliceOfN(rapid.Custom(drawRow), 1, 3).Draw(t, "rows")...)
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := csv.NewWriter(&again).WriteAll(records); err != nil || again.String() != text {
			t.Errorf("encoding/csv writes %q where it says %q (%v)", again.String(), text, err)
		}
		for _, cell := range records[0] {
			if strings.ContainsRune("=+-@＝＋－＠", []rune(strings.TrimSpace(cell) + "x")[0]) {
				t.Errorf("the cell %q is a formula", cell)
			}
		}
	})
}

func TestAnEndlessPreviousURLIsLeftOutAndSaidSo(t *testing.T) {
	row := reporttest.OKRow(reporttest.SimA, 2)
	row.Call("SUBSCRIPTION_END").Outcome, row.Call("SUBSCRIPTION_END").PreviousURL = report.Replaced, "https://example.com/"+strings.Repeat("x", cell.URLLimit)
	row.Call("USAGE_THRESHOLD").Error = "of its own"
	for got, err := range Read(strings.NewReader(string(headerLine()) + lines(row))) {
		if err != nil {
			t.Fatal(err)
		}
		if got.Call("SUBSCRIPTION_END").PreviousURL != "" || got.Call("SUBSCRIPTION_END").Error != urlTooLong || got.Error != urlTooLong || got.Call("USAGE_THRESHOLD").Error != "of its own" {
			t.Errorf("%+v", got)
		}
	}
	row.Call("SUBSCRIPTION_END").Error, row.Error = "of that call", "of that call"
	for got, err := range Read(strings.NewReader(string(headerLine()) + lines(row))) {
		if err != nil || got.Call("SUBSCRIPTION_END").Error != "of that call; "+urlTooLong || got.Error != "of that call" {
			t.Errorf("%+v (%v)", got, err)
		}
	}
}

func TestEnormousMessagesMakeLinesThatAreReadAgain(t *testing.T) {
	for _, size := range []int{100 << 10, 1 << 20} {
		worst := strings.Repeat("\"", size)
		row := reporttest.FailedRow(reporttest.SimA, 2)
		row.Error, row.Call("SUBSCRIPTION_END").Error, row.Call("USAGE_THRESHOLD").Error = worst, worst, worst
		row.WebhookURL = strings.Repeat("\"", cell.URLLimit)
		row.Call("SUBSCRIPTION_END").PreviousURL, row.Call("USAGE_THRESHOLD").PreviousURL = strings.Repeat("\x00", cell.URLLimit), strings.Repeat("\"", cell.URLLimit)
		path := resultsIn(t)
		leave(t, path, row, reporttest.OKRow(reporttest.SimB, 3))
		j := mustOpen(t, path, bothTypes())
		if healed := j.Healed(); healed.Lines != 0 {
			t.Errorf("%d lines are taken for damaged", healed.Lines)
		}
		if _, state := j.Look(reporttest.SimB, reporttest.URLA); state != Done {
			t.Errorf("the row behind the enormous one is lost")
		}
		if got, _, err := j.Earlier(reporttest.SimA, reporttest.URLA); err != nil || len(got.Call("USAGE_THRESHOLD").PreviousURL) != cell.URLLimit || len(got.Error) != cell.TextLimit {
			t.Errorf("the row reads %.200v (%v)", got, err)
		}
	}
}

func TestReadSaysWhereItStops(t *testing.T) {
	header := string(headerLine())
	good := lines(reporttest.OKRow(reporttest.SimA, 2))
	tests := map[string]struct {
		text string
		rows int
		want string
	}{
		"an empty file":             {"", 0, "not a results file of simhook: the file is empty"},
		"another header":            {"iccid,webhook_url\n", 0, "not a results file of simhook: its first line is another header"},
		"a column less":             {strings.Replace(header, ",base_url", "", 1) + "x\n", 0, "not a results file of simhook: its first line is another header"},
		"a column more":             {"color," + header, 0, "not a results file of simhook: its first line is another header"},
		"a row that is too short":   {header + good + "8944,1\n", 1, "line 3: not a result row: wrong number of fields"},
		"a quote that is not ended": {header + good + good + "\"8944\n", 2, "line 4: not a result row: "},
		"a number that is none":     {header + good + "\n" + strings.Replace(good, ",200,", ",0xC8,", 1), 1, `line 4: the subscription_end_http_status is "0xC8": a spreadsheet has changed it`},
		"a line that is no number":  {header + strings.Replace(good, ",2,", ",2.5,", 1), 0, `line 2: the line is "2.5"`},
		"a time that is none":       {header + strings.Replace(good, "2026-03-01T22:00:02.123Z", "01.03.2026", 1), 0, `line 2: the started_at is "01.03.2026"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rows := 0
			var failure error
			for _, err := range Read(strings.NewReader(tt.text)) {
				if failure != nil {
					t.Fatal("it continues after an error")
				}
				if failure = err; err == nil {
					rows++
				}
			}
			if failure == nil || !strings.HasPrefix(failure.Error(), tt.want) || rows != tt.rows {
				t.Errorf("%d rows, then %v; want %d, then %s", rows, failure, tt.rows, tt.want)
			}
		})
	}
}

func TestReadPassesOnThatTheDiskFailed(t *testing.T) {
	broken := errors.New("input/output error")
	for _, err := range Read(io.MultiReader(bytes.NewReader(headerLine()), iotest.ErrReader(broken))) {
		if !errors.Is(err, broken) {
			t.Errorf("the error is %v", err)
		}
	}
}

func drawRow(t *rapid.T) report.Row {
	return report.Row{
		ICCID: reporttest.Hostile().Draw(t, "iccid"), Line: rapid.IntRange(0, 1e9).Draw(t, "line"), Action: "register",
		Status:     rapid.SampledFrom([]report.Status{report.StatusOK, report.StatusFailed, report.StatusRefused, report.StatusInvalid, report.StatusDuplicate}).Draw(t, "status"),
		WebhookURL: reporttest.Hostile().Draw(t, "url"),
		Calls:      []report.Call{drawCall(t, "SUBSCRIPTION_END"), drawCall(t, "USAGE_THRESHOLD")},
		Error:      reporttest.Hostile().Draw(t, "error"),
		StartedAt:  drawTime(t), FinishedAt: drawTime(t),
		BaseURL: reporttest.URLAPI,
	}
}

func drawCall(t *rapid.T, name string) report.Call {
	return report.Call{
		Type:       name,
		Outcome:    rapid.SampledFrom([]report.Outcome{"", report.Registered, report.Replaced, report.Failed, report.Refused}).Draw(t, "outcome"),
		HTTPStatus: rapid.IntRange(0, 599).Draw(t, "http status"), Error: reporttest.Hostile().Draw(t, "error"),
		Attempts: rapid.IntRange(0, 9).Draw(t, "attempts"), CorrelationID: reporttest.Hostile().Draw(t, "correlation ID"),
		PreviousURL: reporttest.Hostile().Draw(t, "previous URL"),
	}
}

func drawTime(t *rapid.T) time.Time {
	ms := rapid.Int64Range(0, 4e12).Draw(t, "time")
	if ms%7 == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// shown is a row as a reader of the results sees it.
func shown(row report.Row) report.Row {
	row.Calls = slices.Clone(row.Calls)
	for i := range row.Calls {
		call := &row.Calls[i]
		if len(call.PreviousURL) > cell.URLLimit {
			call.Error = strings.TrimPrefix(call.Error+"; "+urlTooLong, "; ")
			if row.Error == "" {
				row.Error = urlTooLong
			}
		}
		call.Error, call.CorrelationID, call.PreviousURL = cell.Text(call.Error), cell.Text(call.CorrelationID), cell.URL(call.PreviousURL)
	}
	row.ICCID, row.WebhookURL, row.Error = cell.Text(row.ICCID), cell.URL(row.WebhookURL), cell.Text(row.Error)
	return row
}
