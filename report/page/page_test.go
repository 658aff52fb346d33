package page

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simhook/report"
	"simhook/report/reporttest"
)

// rendered is the page of these rows.
func rendered(t testing.TB, rows ...report.Row) string {
	t.Helper()
	page := New([]string{"fleet.register.csv"}, func(text string) string { return strings.ReplaceAll(text, "secret", "***") })
	for i := range rows {
		page.Add(&rows[i])
	}
	var text bytes.Buffer
	if err := page.Render(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// largeFleet is what a run over many SIMs leaves, of which every so many failed: an hour and a half, with a
// pause of ten minutes.
func largeFleet(sims, failures int) []report.Row {
	rows := make([]report.Row, sims)
	random := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2024, 5, 1, 22, 0, 0, 0, time.UTC)
	causes := []struct {
		status report.Status
		http   int
		text   string
	}{
		{report.StatusRefused, 404, "404 NOT_FOUND: no such SIM"}, {report.StatusRefused, 403, "403 ACCESS_DENIED: SIM of another account"},
		{report.StatusFailed, 503, "503 Service Unavailable (not from the API: html)"}, {report.StatusFailed, 0, "timeout"},
		{report.StatusInvalid, 0, "the check digit is wrong (4, should be 1): a digit is mistyped; --allow-bad-luhn accepts it"},
	}
	for i := range rows {
		at = at.Add(time.Duration(random.IntN(120)) * time.Millisecond)
		if i == sims/2 {
			at = at.Add(10 * time.Minute)
		}
		row := reporttest.OKRow(fmt.Sprintf("894447%013d", i), i+2)
		row.FinishedAt = at
		row.StartedAt = at.Add(-time.Duration(80+random.ExpFloat64()*150) * time.Millisecond)
		if failures > 0 && i%(sims/failures) == 7 && i/(sims/failures) < failures {
			cause := causes[random.IntN(len(causes))]
			row.Status, row.Error = cause.status, cause.text
			call := report.Call{Outcome: report.Outcome(cause.status), HTTPStatus: cause.http, Error: cause.text, Attempts: 6, CorrelationID: "k3v9x2ab-" + row.ICCID + "-SE-6"}
			if cause.status == report.StatusInvalid {
				call = report.Call{}
			}
			row.Calls = []report.Call{call, call}
			row.Calls[0].Type, row.Calls[1].Type = "SUBSCRIPTION_END", "USAGE_THRESHOLD"
		}
		rows[i] = row
	}
	return rows
}

func TestThePageOfALargeFleet(t *testing.T) {
	page := rendered(t, largeFleet(100_000, 300)...)
	if len(page) >= 2<<20 {
		t.Errorf("it takes %d bytes, 2 MB are allowed", len(page))
	}
	if n := strings.Count(page, `data-label="ICCID"`); n != 300 {
		t.Errorf("it lists %d rows, want the 300 that are not ok", n)
	}
	for _, want := range []string{">100,000 rows<", "<strong>99,700</strong> <span>ok</span>", "8944470000000000007", "the account has no such SIM"} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if outside := regexp.MustCompile(`(?i)(src|href)\s*=\s*"[^#"]|@import|url\(|fetch\(`).FindString(page); outside != "" {
		t.Errorf("it refers to something outside: %q", outside)
	}
	if !strings.Contains(page, "default-src 'none'") {
		t.Error("it does not forbid the browser all requests")
	}
}

func TestThePageTellsNoSecretAndRunsNoText(t *testing.T) {
	row := reporttest.FailedRow(reporttest.SimA, 2)
	row.Error = `</script><script>alert(1)</script> https://me:secret@host "quoted"`
	row.BaseURL = "https://me:secret@example.com"
	page := rendered(t, row)
	if strings.Contains(page, "secret") {
		t.Error("it tells the secret of a URL")
	}
	if strings.Contains(page, "alert(1)</script>") {
		t.Error("a text of the API's is code in it")
	}
	if !strings.Contains(page, "alert(1)&lt;/script&gt;") {
		t.Error("the text is not in it at all")
	}
}

func TestThePageShowsWhatIsNotOK(t *testing.T) {
	duplicates := make([]report.Row, 500)
	for i := range duplicates {
		duplicates[i] = reporttest.BadRow(reporttest.SimA, i+2, report.StatusDuplicate)
	}
	many := make([]report.Row, maxListed+5)
	for i := range many {
		many[i] = reporttest.FailedRow(reporttest.SimA, i+2)
	}
	for name, c := range map[string]struct {
		rows         []report.Row
		want, absent string
	}{
		"no row at all":                           {nil, "0 rows", "<polyline"},
		"one SIM that is ok":                      {[]report.Row{reporttest.OKRow(reporttest.SimA, 2)}, "Nothing: all rows are ok.", `id="q"`},
		"rows that name no SIM":                   {[]report.Row{reporttest.BadRow("junk", 2, report.StatusInvalid)}, "not usable", "<polyline"},
		"more failures than it lists":             {many, "5 more rows are not listed here", ""},
		"more duplicates than it lists":           {duplicates, "300 more rows are not listed here", ""},
		"a failure after hundreds of duplicates":  {append(duplicates, reporttest.FailedRow(reporttest.SimB, 900)), "<code>" + reporttest.SimB + "</code>", ""},
		"an unfinished run":                       {[]report.Row{reporttest.HalfRow(reporttest.SimA, 2)}, "UT-1", ""},
		"a SIM with a correlation ID to be found": {[]report.Row{reporttest.FailedRow(reporttest.SimA, 2)}, `data-copy="k3v9x2ab-` + reporttest.SimA + `-UT-1"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			page := rendered(t, c.rows...)
			if !strings.Contains(page, c.want) {
				t.Errorf("it does not say %q", c.want)
			}
			if c.absent != "" && strings.Contains(page, c.absent) {
				t.Errorf("it holds %q", c.absent)
			}
		})
	}
}

func TestThePageBeginsWithAVerdict(t *testing.T) {
	many := func(status report.Status, count int) (rows []report.Row) {
		for i := range count {
			row := reporttest.OKRow(fmt.Sprintf("894447%013d", i), i+2)
			row.Status = status
			rows = append(rows, row)
		}
		return rows
	}
	as := func(action string, rows []report.Row) []report.Row {
		for i := range rows {
			rows[i].Action = action
		}
		return rows
	}
	for want, rows := range map[string][]report.Row{
		"No SIM has a result.":                    nil,
		"1,200 of 1,200 SIMs are registered.":     many(report.StatusOK, 1200),
		"1 of 1 SIM is without webhooks.":         as("unregister", many(report.StatusOK, 1)),
		"3 of 3 SIMs are as the fleet file says.": as("reconcile", many(report.StatusOK, 3)),
		"3 of 5 SIMs are registered; 2 need you.": append(many(report.StatusOK, 3), many(report.StatusRefused, 2)...),
		"0 of 1 SIM is registered; 1 needs you.":  many(report.StatusInvalid, 1),
		"1 of 4 SIMs are registered; 1 needs you; 2 failed for the time being: run the same command again.": slices.Concat(
			many(report.StatusOK, 1), many(report.StatusInvalid, 1), many(report.StatusFailed, 2), many(report.StatusDuplicate, 7)),
		"2 of 2 SIMs are ok.": append(many(report.StatusOK, 1), as("restore", many(report.StatusOK, 1))...),
	} {
		if page := rendered(t, rows...); !strings.Contains(page, `">`+want+"</p>") {
			t.Errorf("it says %q, want %q", regexp.MustCompile(`class="verdict[^<]*`).FindString(page), want)
		}
	}
}

func TestThePageNamesRunsAPIAndItsWords(t *testing.T) {
	row := reporttest.FailedRow(reporttest.SimA, 2)
	row.Labels = []report.Label{{Name: "customer", Value: "Acme"}}
	page := rendered(t, row, reporttest.OKRow(reporttest.SimB, 3))
	for _, want := range []string{
		"Run <code>k3v9x2ab</code>", " at " + reporttest.URLAPI, `<th scope="col">customer</th>`, `<td data-label="customer">Acme</td>`,
		"<dt>failed</dt>", "<dt>SUBSCRIPTION_END</dt>", "<dt>correlation ID</dt>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if strings.Contains(page, "<dt>duplicate</dt>") {
		t.Error("it explains a word that is not on it")
	}
}

func TestCallsThatOnlyLookAreNotCountedAsWrites(t *testing.T) {
	wrote, looked := reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)
	for i := range looked.Calls {
		looked.Calls[i].CorrelationID = "k3v9x2ab-" + reporttest.SimB + "-P-1"
	}
	if page := rendered(t, wrote, looked); !strings.Contains(page, ", 2 calls that set or removed webhooks") {
		t.Errorf("it says %q", regexp.MustCompile(`[^>]* calls that set`).FindString(page))
	}
}

func TestTheCourseLosesNothingWhateverItsLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := time.Date(2024, 5, 1, 23, 59, 58, 0, time.UTC)
		longest := rapid.Int64Range(0, 400*24*60*60).Draw(t, "longest")
		c, want := course{}, done{}
		for range rapid.IntRange(1, 50).Draw(t, "rows") {
			row := reporttest.OKRow(reporttest.SimA, 2)
			if rapid.Bool().Draw(t, "bad") {
				row = reporttest.FailedRow(reporttest.SimA, 2)
				want.bad++
			}
			row.FinishedAt = base.Add(time.Duration(rapid.Int64Range(0, longest).Draw(t, "at")) * time.Second)
			c.add(&row, 3)
			want.sims++
			want.calls += 3
		}
		from, width, bins := c.binned()
		var got done
		for _, b := range bins {
			got.sims, got.bad, got.calls = got.sims+b.sims, got.bad+b.bad, got.calls+b.calls
		}
		if got != want {
			t.Errorf("%+v in %d bins, want %+v", got, len(bins), want)
		}
		first, last := c.bounds()
		if from.Unix()%int64(width/time.Second) != 0 {
			t.Errorf("steps of %v begin at %v", width, from)
		}
		if len(bins) > maxBins || from.Unix() > first || from.Add(time.Duration(len(bins))*width).Unix() <= last {
			t.Errorf("%d bins of %v from %v for %d to %d", len(bins), width, from, first, last)
		}
	})
}

func TestPercentilesAreThoseOfTheSortedTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.IntRange(0, 999), 1, 200).Draw(t, "times")
		s := spans{}
		for _, ms := range times {
			s.add(time.Duration(ms) * time.Millisecond)
		}
		slices.Sort(times)
		for i, share := range []int{50, 90, 95, 99, 100} {
			rank := (share*len(times) + 99) / 100
			if want, got := fmt.Sprintf("%d ms", times[rank-1]), s.percentiles()[i].Time; got != want {
				t.Errorf("%d %%: %s, want %s, of %v", share, got, want, times)
			}
		}
		counted := 0
		for _, bar := range s.histogram() {
			counted += bar.sims
		}
		if counted != len(times) {
			t.Errorf("the histogram has %d of %d", counted, len(times))
		}
	})
}

func TestPercentagesNeverRoundSomeAway(t *testing.T) {
	for _, c := range []struct {
		count, of int
		want      string
	}{{0, 10, "0.0 %"}, {10, 10, "100.0 %"}, {1, 100_000, "< 0.1 %"}, {99_999, 100_000, "> 99.9 %"}, {1, 3, "33.3 %"}} {
		if got := percent(c.count, c.of); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.count, c.of, got, c.want)
		}
	}
}
