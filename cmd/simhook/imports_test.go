package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImportsPointOneWay keeps the direction of imports: cmd → batch → api, report. The table is the map of the module:
// every package, and which others it may import.
func TestImportsPointOneWay(t *testing.T) {
	const internal = "cmd/simhook/internal/"
	allowed := map[string][]string{
		"api":               {},
		"api/sandbox":       {"api", "api/sandbox/quota"},
		"api/sandbox/quota": {"api"},

		"report/cell":       {},
		"report/file":       {"report/cell"},
		"report/simset":     {},
		"report":            {"report/cell"},
		"report/history":    {"report", "report/cell", "report/file", "report/simset"},
		"report/inbox":      {"report/cell", "report/file"},
		"report/page":       {"report"},
		"report/results":    {"report", "report/cell", "report/file", "report/simset"},
		"report/reporttest": {"report", "report/file"},

		"batch/fleet": {"api", "report", "report/cell", "report/results", "report/simset"},
		"batch/pace":  {"api"},
		"batch": {
			"api", "batch/fleet", "batch/pace",
			"report", "report/cell", "report/file", "report/history", "report/results", "report/simset",
		},
		"batch/account": {"api", "batch/fleet", "report/cell", "report/file"},

		internal + "clidoc":      {"api", internal + "help"},
		internal + "build":       {},
		internal + "environment": {internal + "suggest"},
		internal + "arguments":   {internal + "suggest"},
		internal + "options":     {"api"},

		internal + "suggest":  {},
		internal + "config":   {internal + "suggest"},
		internal + "help":     {internal + "exitcode"},
		internal + "exitcode": {},
		internal + "limits":   {},
		internal + "server":   {},
		internal + "access":   {"api", "api/sandbox", "report", internal + "server"},
		internal + "sources":  {"report", "report/file", "report/results"},
		internal + "lookup":   {"api", "batch", "batch/account", "report", "report/cell", internal + "output"},

		internal + "output":   {"api", "batch/fleet", "report"},
		internal + "deadline": {internal + "output"},
		internal + "progress": {"batch", "batch/pace", "report", internal + "output"},
		internal + "metrics":  {"api", "batch", "batch/pace", "report", "report/cell"},
		internal + "forward":  {"report/file", "report/inbox"},
		internal + "listen": {
			"api", "batch/fleet", "report", "report/file", "report/inbox", "report/simset",
			internal + "forward", internal + "metrics", internal + "output", internal + "server",
		},
		"cmd/simhook": {
			"api", "api/sandbox", "batch", "batch/account", "batch/fleet", "batch/pace",
			"report", "report/cell", "report/file", "report/history", "report/page", "report/results", "report/simset",
			internal + "access", internal + "arguments", internal + "build", internal + "clidoc", internal + "config", internal + "deadline", internal + "environment", internal + "exitcode", internal + "forward", internal + "help",
			internal + "limits", internal + "listen", internal + "lookup", internal + "metrics", internal + "options", internal + "output",
			internal + "progress", internal + "server", internal + "sources",
		},
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "simhook/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		path := strings.TrimPrefix(words[0], "simhook/")
		may, listed := allowed[path]
		if !listed {
			t.Errorf("%s is not in the table: say there what it may import", path)
		}
		seen[path] = true
		for _, word := range words[1:] {
			imported, ours := strings.CutPrefix(word, "simhook/")
			if ours && listed && !slices.Contains(may, imported) {
				t.Errorf("%s imports %s", path, imported)
			}
		}
	}
	for path := range allowed {
		if !seen[path] {
			t.Errorf("%s is in the table, and is no package of the module", path)
		}
	}
}
