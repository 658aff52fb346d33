package fleet_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"simhook/batch/fleet"
)

// documented is an ICCID of the API's documentation, with a valid check digit.
const documented = "8944474600000109251"

func TestNormaliseICCIDTakesDecorationsOff(t *testing.T) {
	tests := map[string]struct {
		cell    string
		iccid   string
		changes string
	}{
		"19 digits stay as they are":           {documented, documented, ""},
		"18 digits stay as they are":           {"893000000002391231", "893000000002391231", ""},
		"20 digits stay as they are":           {"89444746000001092512", "89444746000001092512", ""},
		"spaces around":                        {"  8944474600000109251\t", documented, "spaces"},
		"spaces between groups":                {"8944 4746 0000 0109 251", documented, "spaces"},
		"no-break spaces":                      {"8944\u00a04746\u202f00000109251", documented, "spaces"},
		"the no-break space of Windows-1252":   {"8944474600000109251\xa0", documented, "spaces"},
		"zero-width space and byte order mark": {"\ufeff8944474600000109251\u200b", documented, "spaces"},
		"hyphens":                              {"8944-4746-0000-0109-251", documented, "dashes"},
		"typographic dashes":                   {"8944–4746—00000109251", documented, "dashes"},
		"quotes that the CSV left":             {`"8944474600000109251"`, documented, "quotes"},
		"typographic quotes":                   {"“8944474600000109251”", documented, "quotes"},
		"a formula that keeps text text":       {`="8944474600000109251"`, documented, "quotes, formula"},
		"a formula without quotes":             {"=8944474600000109251", documented, "formula"},
		"a leading apostrophe":                 {"'8944474600000109251", documented, "apostrophe"},
		"apostrophes around":                   {"'8944474600000109251'", documented, "quotes, apostrophe"},
		"a filler nibble":                      {"8944474600000109251F", documented, "filler F"},
		"a filler nibble in lower case":        {"8944474600000109251f", documented, "filler F"},
		"two filler nibbles":                   {"893000000002391231FF", "893000000002391231", "filler F"},
		"everything at once":                   {` ="8944-4746 00000109251F" `, documented, "spaces, dashes, quotes, formula, filler F"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			iccid, changes, err := fleet.NormaliseICCID(tt.cell, false)
			if err != nil {
				t.Fatal(err)
			}
			if iccid != tt.iccid || changes.String() != tt.changes {
				t.Errorf("%q becomes %s with the changes %q; want %s with %q", tt.cell, iccid, changes, tt.iccid, tt.changes)
			}
		})
	}
}

func TestNormaliseICCIDSaysWhatIsWrong(t *testing.T) {
	tests := map[string]struct {
		cell string
		kind string
		says string
	}{
		"nothing":                     {"", fleet.KindEmpty, "the iccid column is empty"},
		"only spaces":                 {" \u00a0", fleet.KindEmpty, "empty"},
		"scientific notation":         {"8.94447E+18", fleet.KindScientific, "last digits are lost: export the column as text"},
		"scientific, decimal comma":   {"8,94447e18", fleet.KindScientific, "last digits are lost"},
		"scientific in a formula":     {`="8.94447E+18"`, fleet.KindScientific, "last digits are lost"},
		"scientific without decimals": {"894447E13", fleet.KindScientific, "last digits are lost"},
		"a number with decimals":      {"8944474600000109251.0", fleet.KindDecimal, "export the column as text"},
		"a letter O for a zero":       {"89444746OOOOO109251", fleet.KindNotDigits, "'O' is no digit"},
		"F in the middle":             {"8944F474600000109251", fleet.KindNotDigits, "'F' is no digit"},
		"F at the front":              {"F8944474600000109251", fleet.KindNotDigits, "'F' is no digit"},
		"words":                       {"n/a", fleet.KindNotDigits, "'n' is no digit"},
		"digits of another script":    {"٨٩444746000001092511", fleet.KindNotDigits, "of another script"},
		"an equals sign at the end":   {"8944474600000109251=", fleet.KindNotDigits, "'=' is no digit"},
		"17 digits":                   {"89444746000001092", fleet.KindTooShort, "17 digits, but an ICCID has 18 to 20"},
		"15 digits may be an IMSI":    {"234330000000001", fleet.KindTooShort, "IMSI"},
		"21 digits":                   {"894447460000010925112", fleet.KindTooLong, "21 digits"},
		"two ICCIDs in one cell":      {documented + " " + documented, fleet.KindTooLong, "one SIM on each line"},
		"another beginning":           {"1944474600000109251", fleet.KindNot89, "begins with 19"},
		"a mistyped digit": {"8944474600000109254", fleet.KindCheckDigit,
			"the check digit is wrong (4, should be 1): compare it with the card; --allow-bad-luhn accepts it if the card shows the same"},
		"zeros where digits have been": {"8944474600000100000", fleet.KindCheckDigit, "rounded"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			iccid, changes, err := fleet.NormaliseICCID(tt.cell, false)
			var bad *fleet.ICCIDError
			if !errors.As(err, &bad) {
				t.Fatalf("%q is accepted as %s", tt.cell, iccid)
			}
			if iccid != "" || changes != 0 {
				t.Errorf("an error comes with ICCID %q, changes %q", iccid, changes)
			}
			if bad.Kind != tt.kind || !strings.Contains(bad.Msg, tt.says) {
				t.Errorf("%q: %s: %s; want %s: …%s…", tt.cell, bad.Kind, bad.Msg, tt.kind, tt.says)
			}
		})
	}
}

func TestAllowBadLuhnAcceptsAWrongCheckDigitOnly(t *testing.T) {
	if iccid, _, err := fleet.NormaliseICCID("8944474600000109254", true); err != nil || iccid != "8944474600000109254" {
		t.Errorf("a wrong check digit gives %q, %v", iccid, err)
	}
	if _, _, err := fleet.NormaliseICCID("89444746", true); err == nil {
		t.Error("8 digits are accepted")
	}
}

func TestCheckDigitCatchesEveryMistypedDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		position := rapid.IntRange(2, len(documented)-1).Draw(t, "position")
		digit := rapid.ByteRange('0', '9').Draw(t, "digit")
		typed := []byte(documented)
		typed[position] = digit
		_, _, err := fleet.NormaliseICCID(string(typed), false)
		if (err == nil) != (string(typed) == documented) {
			t.Errorf("%s: %v", typed, err)
		}
	})
}

func TestNormaliseICCIDDoesNotAllocateForACleanCell(t *testing.T) {
	allocations := testing.AllocsPerRun(100, func() {
		if _, _, err := fleet.NormaliseICCID(documented, false); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Errorf("%.0f allocations", allocations)
	}
}

func FuzzNormaliseICCID(f *testing.F) {
	for _, cell := range []string{
		documented, `="8944474600000109251F"`, "'8944-4746 0000 0109 251", "8.94447E+18", "8944474600000109251.0", "\xa0",
	} {
		f.Add(cell, false)
	}
	f.Fuzz(func(t *testing.T, cell string, allowBadLuhn bool) {
		iccid, changes, err := fleet.NormaliseICCID(cell, allowBadLuhn)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("the error for %q has several lines", cell)
			}
			return
		}
		if len(iccid) < 18 || len(iccid) > 20 || strings.Trim(iccid, "0123456789") != "" || iccid[:2] != "89" {
			t.Errorf("%q becomes %q", cell, iccid)
		}
		if (iccid == cell) != (changes == 0) {
			t.Errorf("%q becomes %q with the changes %q", cell, iccid, changes)
		}
		again, changes, err := fleet.NormaliseICCID(iccid, allowBadLuhn)
		if again != iccid || changes != 0 || err != nil {
			t.Errorf("%q normalised again is %q, %q, %v", iccid, again, changes, err)
		}
	})
}

// standardSum is the Luhn sum modulo 10, as the standard describes it; -1: text has something else than digits.
func standardSum(text string) int {
	sum := 0
	for i := range len(text) { // from the right, every second one is doubled
		digit := int(text[len(text)-1-i]) - '0'
		if digit < 0 || digit > 9 {
			return -1
		}
		if i%2 == 1 {
			digit = digit*2/10 + digit*2%10
		}
		sum += digit
	}
	return sum % 10
}

func TestTheCheckDigitIsThatOfTheStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{0,40}`).Draw(t, "digits")
		if sum := standardSum(digits + string(fleet.CheckDigit(digits))); sum != 0 {
			t.Errorf("with the check digit of %q the sum is %d", digits, sum)
		}
	})
}

func TestOnlyDigitsWithARightCheckDigitAreAnICCIDAsTheyStand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := "89" + rapid.StringMatching(`[0-9]{13,17}`).Draw(t, "digits")
		text := []byte(digits + string(fleet.CheckDigit(digits)))
		if at := rapid.IntRange(-5, len(text)-1).Draw(t, "at"); at >= 0 {
			text[at] = rapid.Byte().Draw(t, "character")
		}
		iccid, changes, err := fleet.NormaliseICCID(string(text), false)
		want := len(text) >= 18 && string(text[:2]) == "89" && standardSum(string(text)) == 0
		if got := err == nil && changes == 0 && iccid == string(text); got != want {
			t.Errorf("%q: %q, %v, %v", text, iccid, changes, err)
		}
	})
}
