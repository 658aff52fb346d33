package cell_test

import (
	"strings"
	"testing"

	"simhook/report/cell"
)

// What simhook itself leaves where it is killed, or the power is cut, while it writes a header is no other form.
func TestAHeaderThatIsCutOffIsInNoOtherForm(t *testing.T) {
	const header = "iccid,line,label with ; and \t"
	for length := range len(header) + 1 {
		for _, end := range []string{"", "\x00", "\x00\x00\x00\x00", "\r", "\r\x00\x00"} {
			if err := cell.Resaved([]byte(header[:length]+end), "iccid", "line"); err != nil {
				t.Errorf("%q: %v", header[:length]+end, err)
			}
		}
	}
}

func TestAChangedCellIsShownOnOneLine(t *testing.T) {
	err := cell.Changed("iccid", "8944\u202e\n"+strings.Repeat("4", 500)+" ")
	if text := err.Error(); len(text) > 200 || !cell.IsClean(text) || !strings.Contains(text, "a spreadsheet has changed it") {
		t.Errorf("it says %q", text)
	}
}
