package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simhook/api/sandbox"
)

func TestFilesThatCannotBeWrittenEndARunBeforeItsFirstCall(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	for name, c := range map[string]struct {
		args func(fleet, results string) []string
		code int
	}{
		"a summary in no folder":      {func(_, _ string) []string { return []string{"--summary", filepath.Join(dir, "none", "s.json")} }, exitResults},
		"a summary that is a folder":  {func(_, _ string) []string { return []string{"--summary", dir} }, exitResults},
		"metrics in no folder":        {func(_, _ string) []string { return []string{"--metrics-file", filepath.Join(dir, "none", "m.prom")} }, exitResults},
		"a summary over the fleet":    {func(fleet, _ string) []string { return []string{"--summary", fleet} }, exitUsage},
		"metrics over the fleet":      {func(fleet, _ string) []string { return []string{"--metrics-file", fleet} }, exitUsage},
		"a summary over the results":  {func(_, results string) []string { return []string{"--summary", results} }, exitUsage},
		"a summary over rows to come": {func(_, results string) []string { return []string{"--summary", results + ".partial"} }, exitUsage},
		"a summary over the secret":   {func(_, _ string) []string { return []string{"--summary", secret} }, exitUsage},
		"a summary over it by a link": {func(_, _ string) []string { return []string{"--summary", link} }, exitUsage},
		"both in one file":            {func(_, _ string) []string { return []string{"--summary", dir + "/x", "--metrics-file", dir + "/x"} }, exitUsage},
	} {
		t.Run(name, func(t *testing.T) {
			api := serveGate(t, sandbox.Options{})
			_ = os.Remove(link)
			if err := os.Symlink(secret, link); err != nil {
				t.Fatal(err)
			}
			fleet := newFleet(t, 3)
			before := string(readFile(t, fleet))
			results := filepath.Join(t.TempDir(), "results.csv")
			env := api.environment()
			delete(env, "SIMHOOK_CLIENT_SECRET")
			p, stderr := newProgram(env, strings.NewReader(""), nil)
			args := append([]string{"register", fleet, "--results", results, "--client-secret-file", secret}, c.args(fleet, results)...)
			if code := p.run(t.Context(), args); code != c.code {
				t.Errorf("exit code %d, want %d\n%s", code, c.code, stderr)
			}
			if n := api.Registrations(); n != 0 || string(readFile(t, fleet)) != before {
				t.Errorf("%d webhooks were set; the fleet is %q", n, readFile(t, fleet))
			}
		})
	}
}
