package fleet_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
		if err != nil && !bytes.HasPrefix(text, []byte("\x1f\x8b")) {
			t.Errorf("reading ends with %v", err)
		}
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
			if _, _, err := fleet.NormaliseICCID(row.ICCID, false); err != nil {
				t.Errorf("line %d is good with the ICCID %q: %v", line, row.ICCID, err)
			}
			if row.WebhookURL != "" && fleet.ValidateWebhookURL(row.WebhookURL) != nil {
				t.Errorf("line %d is good with the webhook URL %q", line, row.WebhookURL)
			}
		}
	})
}
