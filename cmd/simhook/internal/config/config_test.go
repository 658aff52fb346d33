package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simhook/cmd/simhook/internal/config"
)

func known() map[string][]string {
	return map[string][]string{
		"register": {"webhook-url", "workers", "types", "results", "dry-run", "client-secret-file"},
		"sandbox":  {"fail", "quota"},
	}
}

// settings writes a file and reads it.
func settings(t *testing.T, name, content, profile string) (*config.File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Read(path, profile, known())
}

const inYAML = `
webhook-url: https://example.com/hook
workers: 16
dry-run: true
register: {results: a.csv}
sandbox: {fail: ["POST=503@1-3", "GET=500,done"]}
profiles:
  small: {workers: 2, types: [SUBSCRIPTION_END, USAGE_THRESHOLD]}
  own: {workers: 3, register: {workers: 4}}
  empty:
`

const inTOML = `
webhook-url = "https://example.com/hook"
workers = 16
dry-run = true
[register]
results = "a.csv"
[sandbox]
fail = ["POST=503@1-3", "GET=500,done"]
[profiles.small]
workers = 2
types = ["SUBSCRIPTION_END", "USAGE_THRESHOLD"]
[profiles.own]
workers = 3
register = { workers = 4 }
[profiles.empty]
`

func TestTheStrongestPlaceOfAnOptionCounts(t *testing.T) {
	for name, content := range map[string]string{"simhook.yaml": inYAML, "simhook.toml": inTOML} {
		for _, c := range []struct{ profile, command, option, want, place string }{
			{"", "register", "webhook-url", "https://example.com/hook", "webhook-url"},
			{"", "register", "workers", "16", "workers"},
			{"", "register", "dry-run", "true", "dry-run"},
			{"", "register", "results", "a.csv", "register: results"},
			{"", "unregister", "results", "", ""},
			{"", "sandbox", "fail", "POST=503@1-3;GET=500,done", "sandbox: fail"},
			{"small", "register", "workers", "2", "profiles: small: workers"},
			{"small", "register", "types", "SUBSCRIPTION_END,USAGE_THRESHOLD", "profiles: small: types"},
			{"small", "register", "webhook-url", "https://example.com/hook", "webhook-url"},
			{"own", "register", "workers", "4", "profiles: own: register: workers"},
			{"own", "unregister", "workers", "3", "profiles: own: workers"},
			{"empty", "register", "workers", "16", "workers"},
			{"", "register", "types", "", ""},
		} {
			file, err := settings(t, name, content, c.profile)
			if err != nil {
				t.Fatal(err)
			}
			given := config.Given{Env: func(string) (string, bool) { return "", false }, File: file, Command: c.command}
			got, from := given.Lookup(c.option)
			if got != c.want || (from == config.FromFile) != (c.want != "") {
				t.Errorf("%s, profile %q: %s of %s is %q from %d, want %q", name, c.profile, c.option, c.command, got, from, c.want)
			}
			if place := given.Place(c.option); c.place != "" && place != file.Path+": "+c.place {
				t.Errorf("it comes from %s, want %s", place, c.place)
			}
		}
	}
}

func TestTheEnvironmentBeatsTheFile(t *testing.T) {
	file, err := settings(t, "simhook.yaml", inYAML, "own")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"SIMHOOK_WORKERS": "8", "SIMHOOK_DRY_RUN": ""}
	given := config.Given{Env: func(name string) (string, bool) { value, ok := env[name]; return value, ok }, File: file, Command: "register"}
	if value, from := given.Lookup("workers"); value != "8" || from != config.Environment || given.Place("workers") != "SIMHOOK_WORKERS" {
		t.Error(value, from)
	}
	if value, from := given.Lookup("dry-run"); value != "true" || from != config.FromFile {
		t.Error("an empty variable counts:", value, from)
	}
}

func TestWhatIsNoSettingIsRefusedWithoutItsValue(t *testing.T) {
	for content, want := range map[string]string{
		"worker: 1":                                "worker: this is no option: did you mean workers?",
		"colour: s3cret":                           "colour: this is no option",
		"client-secret: s3cret":                    "client-secret: no secret stands in a settings file",
		"access-token: s3cret":                     "access-token: no secret stands in a settings file",
		"profiles: {p: {client-secret: s3cret}}":   "profiles: p: client-secret: no secret stands in a settings file",
		"profiles: {p: {register: {quota: 1}}}":    "profiles: p: register: quota: this is no option",
		"regster: {workers: 1}":                    `"regster" is no command`,
		"workers: {register: 1}":                   `"workers" is no command`,
		"register: {workers: {a: 1}}":              "register: workers: a: an option is no list of settings",
		"profile: other":                           `it has no profile "other"; it has: none`,
		"profile: other\nprofiles: {p: {}, q: {}}": `it has no profile "other"; it has: p, q`,
		"config: x":                                "config: this cannot be set here",
		"workers: 1\nworkers: 2":                   `"workers" already defined`,
		"workers: [":                               "settings file",
		"results: 2026-03-01":                      "this is no text, number, switch or list",
	} {
		_, err := settings(t, "simhook.yaml", content, "")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q gives %v, want %q", content, err, want)
		}
	}
	if _, err := config.Read(filepath.Join(t.TempDir(), "none.yaml"), "", known()); err == nil || !strings.HasSuffix(err.Error(), "none.yaml: no such file or directory") {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	touch := func(folder, name string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if path, err := config.Find(first, second); path != "" || err != nil {
		t.Error(path, err)
	}
	want := touch(second, "simhook.toml")
	if path, err := config.Find(first, second); path != want || err != nil {
		t.Error(path, err)
	}
	want = touch(first, "simhook.yaml")
	if path, err := config.Find(first, second); path != want || err != nil {
		t.Error(path, err)
	}
	touch(first, "simhook.toml")
	if _, err := config.Find(first, second); err == nil {
		t.Error("of two in one folder one was taken")
	}
}
