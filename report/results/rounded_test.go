package results

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/reporttest"
)

// A results file that a spreadsheet has saved names other SIMs. The correlation IDs still tell which were called.
func TestResultsWhoseICCIDsWereRoundedAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fleet.register.csv")
	j := mustOpen(t, path, Options{Action: "register", BaseURL: reporttest.URLAPI, Types: standardTypes()})
	row := reporttest.OKRow(reporttest.SimA, 2)
	row.Call("SUBSCRIPTION_END").CorrelationID = "k3v9x2ab-" + reporttest.SimA + "-SE-1"
	if err := j.Append([]report.Row{row}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole := reporttest.Content(t, path+".partial")
	rounded := reporttest.SimA[:15] + "0000"
	reporttest.Write(t, path+".partial", strings.Replace(whole, "\n"+reporttest.SimA+",", "\n"+rounded+",", 1))
	for row, err := range Newest(path + ".partial") {
		if err == nil || !strings.Contains(err.Error(), "line 2: the ICCID "+rounded+" is not that of its correlation ID") {
			t.Errorf("%+v, %v", row, err)
		}
	}
	_, err := Open(path, Options{Action: "register", BaseURL: reporttest.URLAPI, Types: standardTypes()})
	if _, refused := errors.AsType[*file.MismatchError](err); !refused {
		t.Errorf("%v", err)
	}
	reporttest.Write(t, path+".partial", "\ufeff"+whole)
	for _, err := range Newest(path + ".partial") {
		if err == nil || !strings.Contains(err.Error(), "a spreadsheet has saved it in another form") {
			t.Errorf("%v", err)
		}
	}
}
