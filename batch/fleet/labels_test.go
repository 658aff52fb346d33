package fleet_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/results"
)

// opened is a fleet file with this text.
func opened(t *testing.T, text string, options fleet.Options) *fleet.Fleet {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fleet.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := fleet.Open(t.Context(), path, nil, "", options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestOtherColumnsAreCarriedAlong(t *testing.T) {
	const sim, own = "8944474600000109251", "iccid,webhook_url,status,reason,correlation_id"
	for name, c := range map[string]struct {
		header, row string
		labels      []string
		cells       []string
	}{
		"beside the ICCID":               {"customer,iccid,site", "ACME," + sim + ",Hall 3", []string{"customer", "site"}, []string{"ACME", "Hall 3"}},
		"with a name of the results":     {"iccid,Status,error", sim + ",x,y", []string{"fleet_Status", "fleet_error"}, []string{"x", "y"}},
		"twice":                          {"iccid,name,name", sim + ",x,y", []string{"name", "name_2"}, []string{"x", "y"}},
		"a formula for a name":           {"iccid,=cmd", sim + ",x", []string{"'=cmd"}, []string{"x"}},
		"without a name":                 {"iccid,,site", sim + ",x,y", []string{"site"}, []string{"y"}},
		"of a file of --failed":          {own + ",customer", sim + ",,failed,timeout,id,ACME", []string{"customer"}, []string{"ACME"}},
		"a short row":                    {"iccid,a,b", sim + ",x", []string{"a", "b"}, []string{"x", ""}},
		"a password in a URL":            {"iccid,webhook_url,portal", sim + ",,see https://u:secret@example.com", []string{"portal"}, []string{"see https://u:***@example.com"}},
		"too long":                       {"iccid,a", sim + "," + strings.Repeat("x", 300), []string{"a"}, []string{strings.Repeat("x", 197) + "…"}},
		"a row without a valid ICCID":    {"iccid,a", "8944474600000109252,x", []string{"a"}, []string{"x"}},
		"a row of more cells: not known": {"iccid,a", sim + ",x,y", []string{"a"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := opened(t, c.header+"\n"+c.row+"\n", fleet.Options{Labels: true, WebhookURL: "https://example.com/h"})
			if diff := cmp.Diff(c.labels, f.Labels()); diff != "" {
				t.Error(diff)
			}
			for row, err := range f.All() {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.cells, row.Labels); diff != "" {
					t.Errorf("%s\n%s", row.Problem, diff)
				}
			}
			if f := opened(t, c.header+"\n"+c.row+"\n", fleet.Options{}); f.Labels() != nil {
				t.Error("carried along although that was not asked for")
			}
		})
	}
}

func TestWhatWasReadIsSaid(t *testing.T) {
	const sims = "8944474600000109251;ACME;\n8944474600000109269;ACME;https://example.com/own\n"
	for text, want := range map[string][]string{
		"Fleet\nof May\nSIM;customer;webhook_url\n" + sims + "SIM;customer;webhook_url\n": {
			`header on line 3, columns divided by ';', ICCIDs in "SIM", webhook URLs in "webhook_url"; carried along: "customer"`,
			"passed over: lines 1 to 2 above the header", "passed over: the header again on line 6",
			"--webhook-url for 1 of 2 rows: the others have a webhook URL of their own",
		},
		"8944474600000109251\n":        {"no header, ICCIDs in the first column"},
		"iccid\n8944474600000109251\n": {`header on line 1, ICCIDs in "iccid"`},
	} {
		f := opened(t, text, fleet.Options{Labels: true, WebhookURL: "https://example.com/h"})
		for _, err := range f.All() {
			if err != nil {
				t.Fatal(err)
			}
		}
		found := f.Found()
		found[0] = strings.TrimPrefix(found[0], "read fleet.csv: ")
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// A label that has the name of a column of simhook's own files gets a prefix, whichever column it is.
func TestAllColumnsOfSimhooksFilesAreReserved(t *testing.T) {
	for _, name := range append(results.Columns("SUBSCRIPTION_END", "DOWNLOAD_PROGRESS"), report.RetryColumns()...) {
		if name == "iccid" || name == "webhook_url" { // these are read
			continue
		}
		f := opened(t, "iccid,"+name+"\n8944474600000109251,x\n", fleet.Options{Labels: true, WebhookURL: "https://example.com/h"})
		if diff := cmp.Diff([]string{"fleet_" + name}, f.Labels()); diff != "" {
			t.Error(diff)
		}
	}
}
