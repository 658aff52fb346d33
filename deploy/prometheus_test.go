package deploy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A Prometheus as Debian has it reads a run that is under way, and through a node exporter what ended runs have left. Its
// rules are those that users copy, with seconds in the place of minutes.
func TestPrometheusTellsOfARealRunAndOfARealTextfile(t *testing.T) {
	t.Parallel()
	prometheus, exporter := tool(t, "prometheus", "prometheus"), tool(t, "prometheus-node-exporter", "prometheus-node-exporter")
	textfiles := t.TempDir()
	leave := func(run shown) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(textfiles, "simhook.prom"), []byte(run.first), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	collector, sandbox := freeAddress(t), freeAddress(t)
	background(t, exporter, "--web.listen-address="+collector, "--collector.disable-defaults", "--collector.textfile",
		"--collector.textfile.directory="+textfiles)
	settings, stopSandbox := sandboxed(t, sandbox, "--fail", "ANY=503")
	run, _ := started(t, settings)
	firing := watched(t, prometheus, collector, run)

	tells := func(alert string) func() bool { return func() bool { return strings.Contains(firing(), alert) } }
	endsTelling := func(alert string) func() bool { return func() bool { return !strings.Contains(firing(), alert) } }
	eventually(t, "the outage is told", tells("SimhookAPIOutage"))
	leave(endedWith(t, 77, "--client-id"))
	eventually(t, "the refusal is told", tells("SimhookCredentialsRefused"))
	stopSandbox()
	sandboxed(t, sandbox) // the API is well again, and the run goes on
	eventually(t, "the outage is over", endsTelling("SimhookAPIOutage"))
	leave(endedWell(t))
	eventually(t, "all is well", func() bool { return firing() == "no alert" })
}

// watched starts a Prometheus that reads the targets, and returns the names of the alerts that fire.
func watched(t *testing.T, prometheus string, targets ...string) (firing func() string) {
	t.Helper()
	folder, address := t.TempDir(), freeAddress(t)
	rules, err := os.ReadFile("monitoring/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	rules = regexp.MustCompile(`for: \w+`).ReplaceAll(rules, []byte("for: 1s"))
	rules = regexp.MustCompile(`\[\w+\]`).ReplaceAll(rules, []byte("[4s]"))
	config := "global: {scrape_interval: 500ms, evaluation_interval: 500ms}\nrule_files: [alerts.yml]\nscrape_configs:\n"
	for i, target := range targets {
		config += fmt.Sprintf("  - {job_name: job%d, static_configs: [{targets: [%q]}]}\n", i, target)
	}
	for name, content := range map[string]string{"alerts.yml": string(rules), "prometheus.yml": config} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	background(t, prometheus, "--config.file="+filepath.Join(folder, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(folder, "data"),
		"--web.listen-address="+address)
	return func() string { return alertsAt(address) }
}

// alertsAt are the names of the alerts that fire, in order, or what Prometheus says in their place.
func alertsAt(address string) string {
	answer, err := http.Get("http://" + address + "/api/v1/query?query=" + url.QueryEscape(`group by (alertname) (ALERTS{alertstate="firing"})`))
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	var found struct {
		Status string
		Data   struct {
			Result []struct{ Metric struct{ Alertname string } }
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&found); err != nil || found.Status != "success" {
		return fmt.Sprintf("%s: %v", found.Status, err)
	}
	var names []string
	for _, result := range found.Data.Result {
		names = append(names, result.Metric.Alertname)
	}
	slices.Sort(names)
	return cmp.Or(strings.Join(names, " "), "no alert")
}

// background runs a program until the test ends.
func background(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}
