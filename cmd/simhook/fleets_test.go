package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simhook/api/sandbox"
)

// TestCheckAndARunReadEveryFleetAlike tries every file of testdata/fleets through check, register, unregister and reconcile
// --prune. What check says of a file, a run does; only SIMs that check counts as valid are called for.
func TestCheckAndARunReadEveryFleetAlike(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", "fleets", "*"))
	if err != nil || len(paths) < 25 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			api := serveGate(t, sandbox.Options{})
			env := api.environment()
			delete(env, "SIMHOOK_ALLOW_BAD_LUHN")
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fleet := filepath.Join(t.TempDir(), filepath.Base(path))
			if err := os.WriteFile(fleet, content, 0o600); err != nil {
				t.Fatal(err)
			}
			read := func(args ...string) (code int, found struct {
				Valid, Invalid, Duplicate, OK int
				Duplicates, Conflicts         struct{ Count int }
			}) {
				var stdout strings.Builder
				p, _ := newProgram(env, strings.NewReader(""), nil)
				p.stdout = &stdout
				code = p.run(t.Context(), append(args, "--json", fleet))
				if stdout.Len() > 0 {
					if err := json.Unmarshal([]byte(stdout.String()), &found); err != nil {
						t.Fatalf("%v: %v\n%s", args, err, stdout.String())
					}
				}
				return code, found
			}
			checkCode, checked := read("check")
			for _, args := range [][]string{
				{"register"}, {"reconcile", "--prune", "--yes"}, {"unregister", "--yes"},
			} {
				code, done := read(args...)
				if sims, only := refusedForURLs()[filepath.Base(path)]; only && args[0] == "unregister" { // which needs none
					if code != 0 || done.OK != sims {
						t.Errorf("%v: exit code %d, %+v", args, code, done)
					}
					continue
				}
				if code != checkCode {
					t.Errorf("%v: exit code %d, and check %d", args, code, checkCode)
				}
				invalid, duplicate := checked.Invalid+checked.Conflicts.Count, checked.Duplicates.Count
				if args[0] == "unregister" { // which URL a row has does not matter
					invalid, duplicate = checked.Invalid, duplicate+checked.Conflicts.Count
				}
				if done.OK != checked.Valid || done.Invalid != invalid || done.Duplicate != duplicate {
					t.Errorf("%v: %+v, and check %+v", args, done, checked)
				}
				if args[0] == "reconcile" {
					if sims := len(slices.Collect(maps.Keys(api.Webhooks()))); sims != checked.Valid {
						t.Errorf("%d SIMs have webhooks, and %d are valid", sims, checked.Valid)
					}
				}
			}
		})
	}
}

// refusedForURLs are the fleets of which something is refused only because a URL would be ignored, and how many SIMs they have.
func refusedForURLs() map[string]int {
	return map[string]int{"urls-ignored.csv": 1, "urls-in-other-cells.csv": 3}
}
