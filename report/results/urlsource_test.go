package results

import (
	"path/filepath"
	"testing"

	"simhook/report"
	"simhook/report/reporttest"
)

// Where a row has its webhook URL from is in the results, beside the fleet's own columns; results of older versions do not say it.
func TestResultsTellWhereAWebhookURLIsFrom(t *testing.T) {
	for name, c := range map[string]struct {
		labels []string
		want   [2]report.URLSource
	}{
		"asked for":                {[]string{report.URLSourceColumn}, [2]report.URLSource{report.URLOfOption, report.URLOfFleet}},
		"beside columns of people": {[]string{report.URLSourceColumn, "customer"}, [2]report.URLSource{report.URLOfOption, report.URLOfFleet}},
		"an older version":         {nil, [2]report.URLSource{}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "results.csv")
			first, second := reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)
			first.URLFrom, second.URLFrom = report.URLOfOption, report.URLOfFleet
			first.Labels = []report.Label{{Name: "customer", Value: "ACME"}}
			j, err := Open(path, Options{Action: first.Action, BaseURL: first.BaseURL, Types: []string{"SUBSCRIPTION_END", "USAGE_THRESHOLD"}, Labels: c.labels})
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			if err := j.Append([]report.Row{first, second}); err != nil {
				t.Fatal(err)
			}
			i := 0
			for row, err := range Newest(j.PartialPath()) {
				if err != nil {
					t.Fatal(err)
				}
				if row.URLFrom != c.want[i] || row.Label(report.URLSourceColumn) != "" || len(c.labels) == 2 && i == 0 && row.Label("customer") != "ACME" {
					t.Errorf("row %d: from %q, %+v", i, row.URLFrom, row.Labels)
				}
				i++
			}
			for _, label := range LabelsOf([]string{j.PartialPath()}) {
				if label == report.URLSourceColumn {
					t.Error("simhook's own column is taken for one of the fleet")
				}
			}
		})
	}
}
