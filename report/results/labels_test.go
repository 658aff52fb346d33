package results

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/reporttest"
)

// labelled is a row with labels, as pairs of name and value.
func labelled(row report.Row, pairs ...string) report.Row {
	for i := 0; i < len(pairs); i += 2 {
		row.Labels = append(row.Labels, report.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	return row
}

// run is one run over a fleet of these rows, which is complete if it ends.
func runWith(t *testing.T, path string, labels []string, ends bool, rows ...report.Row) {
	t.Helper()
	options := bothTypes()
	options.Labels, options.Sweep = labels, true
	j, err := Open(path, options)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	j.Begin()
	for i := range rows {
		j.Look(rows[i].ICCID, rows[i].WebhookURL)
	}
	if err := j.Append(rows); err != nil {
		t.Fatal(err)
	}
	if ends {
		if _, err := j.Complete(len(rows)); err != nil {
			t.Fatal(err)
		}
	}
}

// labelsIn are the labels of the rows in a file, by SIM.
func labelsIn(t *testing.T, path string) map[string][]report.Label {
	t.Helper()
	found := map[string][]report.Label{}
	for row, err := range Newest(path) {
		if err != nil {
			t.Fatal(err)
		}
		found[row.ICCID] = row.Labels
	}
	return found
}

func TestLabelsStandBehindTheFixedColumnsAndAreReadBack(t *testing.T) {
	path := resultsIn(t)
	runWith(t, path, []string{"customer", "a,b"}, true,
		labelled(reporttest.OKRow(reporttest.SimA, 2), "customer", `Smith, "J"`, "a,b", "=1+1"),
		labelled(reporttest.FailedRow(reporttest.SimB, 3), "customer", "", "other", "not carried"))
	first, _, _ := strings.Cut(reporttest.Content(t, path), "\n")
	if want := strings.Join(Columns(standardTypes()...), ",") + `,customer,"a,b"`; first != want {
		t.Errorf("the header is %s", first)
	}
	want := map[string][]report.Label{
		reporttest.SimA: {{Name: "customer", Value: `Smith, "J"`}, {Name: "a,b", Value: "'=1+1"}},
		reporttest.SimB: {{Name: "customer"}, {Name: "a,b"}},
	}
	if diff := cmp.Diff(want, labelsIn(t, path)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"customer", "a,b"}, LabelsOf([]string{path, path + ".gone"})); diff != "" {
		t.Error(diff)
	}
}

func TestALaterRunCarriesItsOwnLabelsAndKeepsOlderRows(t *testing.T) {
	a, b := reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3)
	c := labelled(reporttest.FailedRow(reporttest.SimC, 4), "site", "1") // worth keeping: its fleet row goes
	c.Call("SUBSCRIPTION_END").PreviousURL = reporttest.URLB
	for name, before := range map[string][]string{"no labels": nil, "other labels": {"site"}, "the same": {"customer"}} {
		path := resultsIn(t)
		runWith(t, path, before, true, a, b, c)
		runWith(t, path, []string{"customer"}, true, labelled(a, "customer", "ACME"), labelled(b, "customer", "BETA"))
		want := map[string][]report.Label{
			reporttest.SimA: {{Name: "customer", Value: "ACME"}}, reporttest.SimB: {{Name: "customer", Value: "BETA"}},
			reporttest.SimC: {{Name: "customer"}},
		}
		if diff := cmp.Diff(want, labelsIn(t, path)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestARunThatContinuesRowsCarriesTheirLabels(t *testing.T) {
	path := resultsIn(t)
	runWith(t, path, []string{"customer"}, false, labelled(reporttest.OKRow(reporttest.SimA, 2), "customer", "ACME"))
	runWith(t, path, []string{"site"}, false, labelled(reporttest.OKRow(reporttest.SimB, 3), "site", "1", "customer", "BETA"))
	want := map[string][]report.Label{
		reporttest.SimA: {{Name: "customer", Value: "ACME"}}, reporttest.SimB: {{Name: "customer", Value: "BETA"}},
	}
	if diff := cmp.Diff(want, labelsIn(t, partialPath(path))); diff != "" {
		t.Error(diff)
	}
}

func TestAHeaderWithLabelsThatIsCutOffIsBegunAnew(t *testing.T) {
	whole := headerWith("customer")
	for cut := range len(whole) {
		path := resultsIn(t)
		reporttest.Write(t, partialPath(path), string(whole[:cut]))
		runWith(t, path, []string{"site"}, true, labelled(reporttest.OKRow(reporttest.SimA, 2), "site", "1"))
		if got := labelsIn(t, path)[reporttest.SimA]; len(got) != 1 || got[0].Value != "1" {
			t.Fatalf("cut at %d: %v", cut, got)
		}
	}
}

func TestMergedShardsHaveTheLabelsOfAll(t *testing.T) {
	folder := t.TempDir()
	var paths []string
	for index, label := range []string{"customer", "site"} {
		rows := shardRows(shardOf(index, 2), 3)
		for i := range rows {
			rows[i] = labelled(rows[i], label, "x")
		}
		path := filepath.Join(folder, "fleet."+shardOf(index, 2).Label()+".csv")
		wide := newLayout(standardTypes(), []string{label})
		text := string(wide.header())
		for i := range rows {
			text += string(wide.append(nil, &rows[i]))
		}
		reporttest.Write(t, path, text)
		paths = append(paths, path)
	}
	merged := filepath.Join(folder, "all.csv")
	if _, err := Merge(merged, paths); err != nil {
		t.Fatal(err)
	}
	for iccid, labels := range labelsIn(t, merged) {
		if len(labels) != 2 || labels[0].Value+labels[1].Value != "x" {
			t.Errorf("%s: %v", iccid, labels)
		}
	}
}
