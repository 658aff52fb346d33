package batch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api/sandbox"
	"simhook/batch/fleet"
	"simhook/report"
)

func TestARunThatMakesNoSenseIsRefusedBeforeItOpensItsResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			spoil func(*Config)
			says  string
		}{
			"no client":                  {func(c *Config) { c.Client = nil }, "set Client"},
			"no fleet":                   {func(c *Config) { c.Fleet = nil }, "set Fleet"},
			"a fleet for restore":        {func(c *Config) { c.Action = Restore }, "set Steps"},
			"results to undo and others": {func(c *Config) { c.Steps = &Steps{} }, "no Steps"},
			"no action":                  {func(c *Config) { c.Action = "" }, "unknown action"},
			"negative workers":           {func(c *Config) { c.Workers = -1 }, "can be negative"},
			"too few retries":            {func(c *Config) { c.Retries = -2 }, "NoRetries"},
			"a negative time":            {func(c *Config) { c.RetryMaxTime = -time.Second }, "above 0"},
		} {
			g := newRig(t, sandbox.Options{}, 1)
			run, done := g.prepare(t.Context(), nil)
			cfg := run.cfg
			done()
			if err := os.Remove(g.results + ".partial"); err != nil {
				t.Fatal(err)
			}
			cfg.Fleet = mustOpenFleet(t, g.fleet)
			c.spoil(&cfg)
			if _, err := Prepare(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v, want something about %q", name, err, c.says)
			}
			if _, err := os.Stat(g.results + ".partial"); err == nil {
				t.Errorf("%s: results were begun", name)
			}
		}
	})
}

func mustOpenFleet(t *testing.T, path string) *fleet.Fleet {
	t.Helper()
	source, err := fleet.Open(t.Context(), path, nil, "", fleet.Options{WebhookURL: testWebhook})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.Close() }) // it was only read
	return source
}

// Everything but the client and the fleet has a default that works.
func TestARunOfZeroValuesRegistersBothTypesAndTellsEachResult(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 50)
		told := map[string]report.Row{}
		summary, err := g.run(func(c *Config) {
			*c = Config{Action: Register, OnResult: func(row report.Row) { told[row.ICCID] = row }}
		})
		if err != nil || summary.OK != 50 || g.sandbox.Registrations() != 100 {
			t.Errorf("%v, %+v, %d webhooks", err, summary, g.sandbox.Registrations())
		}
		if len(told) != 50 {
			t.Errorf("the results of %d SIMs were told, want 50", len(told))
		}
		for iccid, row := range told {
			if id := row.Call("USAGE_THRESHOLD").CorrelationID; len(strings.Split(id, "-")) != 4 || strings.HasPrefix(id, "-") {
				t.Errorf("%s has the correlation ID %q", iccid, id)
			}
		}
		left, err := filepath.Glob(os.TempDir() + "/simhook-*")
		if err != nil || len(left) > 0 {
			t.Errorf("results that are not kept left %q behind (%v)", left, err)
		}
	})
}

func TestARunIsDoneOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 10)
		run, done := g.prepare(t.Context(), nil)
		defer done()
		if err := run.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := run.Do(t.Context()); err == nil || !strings.Contains(err.Error(), "once") {
			t.Errorf("done again: %v", err)
		}
		if s := run.Summary(); s.Rows != 10 || s.OK != 10 || !s.Complete {
			t.Errorf("%+v", s)
		}
	})
}

func TestADryRunOfARegistrationMakesNoCallsAndLeavesNoFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 10)
		run, done := g.prepare(t.Context(), func(c *Config) { c.DryRun = true })
		defer done()
		if plan := run.Plan(); plan.New != 10 {
			t.Errorf("%+v", plan)
		}
		if err := run.Do(t.Context()); err == nil || !strings.Contains(err.Error(), "no calls") {
			t.Errorf("it was done: %v", err)
		}
		if n := g.sandbox.Registrations(); n != 0 {
			t.Errorf("%d webhooks", n)
		}
		if files, _ := filepath.Glob(g.results + "*"); len(files) > 0 {
			t.Errorf("it left %q", files)
		}
	})
}
