package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImportsPointOneWay keeps the direction of imports: cmd → batch → api, report.
func TestImportsPointOneWay(t *testing.T) {
	allowed := map[string]string{
		"simhook/api":         "",
		"simhook/api/sandbox": "simhook/api",
		"simhook/report":      "",
		"simhook/batch":       "simhook/api simhook/report",
		"simhook/cmd/simhook": "simhook/api simhook/api/sandbox simhook/batch simhook/report",
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "simhook/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(allowed) {
		t.Errorf("the module has the packages %q: say here what each may import", lines)
	}
	for _, line := range lines {
		path, imports, _ := strings.Cut(line, " ")
		may := strings.Fields(allowed[path])
		for _, imported := range strings.Fields(imports) {
			if !strings.HasPrefix(imported, "simhook/") {
				continue
			}
			found := false
			for _, m := range may {
				found = found || m == imported
			}
			if !found {
				t.Errorf("%s imports %s", path, imported)
			}
		}
	}
}
