package api_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The tests that go over all types are built again, with one more entry in the table and nothing else.
func TestAFourthTypeIsOneEntryInTheTable(t *testing.T) {
	const file, last = "notificationtype.go", `{name: DownloadProgress, code: "DP"},`
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(source), last, last+"\n\t\t"+`{name: "PLAN_CHANGED", code: "PC"},`, 1)
	if more == string(source) {
		t.Fatalf("%s has no entry %s", file, last)
	}
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	changed, overlay := filepath.Join(folder, file), filepath.Join(folder, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{changed: []byte(more), overlay: replace} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "go", "test", "-v", "-count=1", "-overlay", overlay, "-run", "^TestEveryType",
		"simhook/api", "simhook/api/sandbox").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"PLAN_CHANGED has the code PC", "PLAN_CHANGED was registered by POST", "PLAN_CHANGED was registered by PUT"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
