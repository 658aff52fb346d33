package main

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/pace"
	"simhook/cmd/simhook/internal/metrics"
	"simhook/report"
)

const monitoring = "../../deploy/monitoring"

func TestRulesAndDashboardNameOnlyMetricsThatThereAre(t *testing.T) {
	there := allMetrics(t)
	for _, name := range []string{"alerts.yml", "alerts_test.yml", "dashboard.json"} {
		text := readFile(t, filepath.Join(monitoring, name))
		used := regexp.MustCompile(`simhook_[a-z_]+`).FindAllString(string(text), -1)
		if len(used) < 5 {
			t.Errorf("%s names only %d metrics: is it read right?", name, len(used))
		}
		for _, metric := range used {
			if !there[metric] && !there[strings.TrimSuffix(metric, "_bucket")] && metric != "simhook_last_" {
				t.Errorf("%s names %s, which there is not", name, metric)
			}
		}
	}
}

func TestTheDashboardIsJSON(t *testing.T) {
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(readFile(t, filepath.Join(monitoring, "dashboard.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		if panel.Title == "" || len(panel.Targets) == 0 {
			t.Errorf("a panel shows nothing: %+v", panel)
		}
	}
}

func TestPromtoolAcceptsTheRules(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: Debian's package prometheus has it")
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = monitoring
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// allMetrics are the names of all metrics that a run can have.
func allMetrics(t *testing.T) map[string]bool {
	t.Helper()
	m := metrics.New(metrics.Labels{Action: "register"}, "test")
	m.Follow(func() batch.Status {
		return batch.Status{Retries: map[string]int64{"timeout": 1}, Left: time.Minute, Writes: pace.Status{Quota: 1000}}
	})
	m.Observe(api.Attempt{Method: http.MethodPost, Status: http.StatusOK})
	file := filepath.Join(t.TempDir(), "x.prom")
	text, err := m.Text(file, report.Summary{FinishedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for name := range checked(t, text) {
		names[name] = true
	}
	return names
}
