package fleet_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"simhook/batch/fleet"
)

func FuzzOpen(seeds *testing.F) {
	paths, err := filepath.Glob(fleets + "*")
	if err != nil || len(paths) == 0 {
		seeds.Fatalf("no seeds in %s: %v", fleets, err)
	}
	for _, path := range append(paths, "../../testdata/fleet.csv") {
		text, err := os.ReadFile(path)
		if err != nil {
			seeds.Fatal(err)
		}
		seeds.Add(text)
	}
	seeds.Fuzz(func(t *testing.T, text []byte) {
		f, err := fleet.Open(t.Context(), "-", bytes.NewReader(text), t.TempDir(), fleet.Options{})
		if err != nil {
			return
		}
		defer f.Close()
		rows, err := readFleet(t, f)
		if err != nil && !bytes.HasPrefix(text, []byte("\x1f\x8b")) && !isRefusal(err) {
			t.Errorf("reading ends with %v", err)
		}
		isText := utf8.Valid(text) && bytes.IndexByte(text, 0) < 0
		plain := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(text))
		physical := strings.Split(plain, "\n")
		line := 0
		for _, row := range rows {
			if row.Line <= line {
				t.Errorf("line %d follows line %d", row.Line, line)
			}
			line = row.Line
			if strings.ContainsAny(row.Cell, "\r\n\x00\x1b") || len(row.Cell) > 80 {
				t.Errorf("line %d shows the cell %q", line, row.Cell)
			}
			if row.Problem != "" {
				continue
			}
			if isText && !standsAlone(row.ICCID, strings.Join(physical[row.Line-1:min(len(physical), row.Line+50)], "\n")) {
				t.Errorf("line %d is good with the ICCID %q, which does not stand there", line, row.ICCID)
			}
			if _, _, err := fleet.NormaliseICCID(row.ICCID, false); err != nil {
				t.Errorf("line %d is good with the ICCID %q: %v", line, row.ICCID, err)
			}
			if row.WebhookURL != "" && fleet.ValidateWebhookURL(row.WebhookURL) != nil {
				t.Errorf("line %d is good with the webhook URL %q", line, row.WebhookURL)
			}
		}
	})
}

// isRefusal reports whether an error says that the rows show the whole file to be of no use.
func isRefusal(err error) bool {
	return slices.ContainsFunc([]string{
		"Export the column of ICCIDs as text", "the header of another table", "holds URLs, and they would be ignored", "are both of webhooks",
		"a check digit was added", "the check digits of",
	}, func(says string) bool { return strings.Contains(err.Error(), says) })
}

// standsAlone reports whether the digits of an ICCID stand in a text one after the other, with only what the clean-up takes
// off between them, and no other digit beside them.
func standsAlone(iccid, text string) bool {
	kept := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		if r == ' ' || r == '-' || r == '"' || r == '\'' || r == '=' || r == 'F' || r == 'f' || unicode.In(r, unicode.Cf, unicode.Zs, unicode.Pd, unicode.Pi, unicode.Pf, unicode.Lm, unicode.Sk) || unicode.IsSpace(r) && r != '\n' {
			return -1
		}
		return '.'
	}, text)
	return slices.Contains(strings.FieldsFunc(kept, func(r rune) bool { return r == '.' }), iccid)
}
