package deploy

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"
)

// phase is what there is to scrape for some minutes: what a real run has shown, as lines of text. What has grown until a
// second look at it grows by that each minute.
type phase struct {
	metrics shown
	minutes int
}

type shown struct{ first, second string }

func still(metrics string) shown { return shown{metrics, metrics} }

// Each alert fires by the metrics of a real run, and no other one with it, and resolves when a later run is well.
func TestAlertsFireAndResolveByTheMetricsOfRealRuns(t *testing.T) {
	t.Parallel()
	promtool := tool(t, "promtool", "prometheus")
	const day = 24 * 60
	nights, hour := 5*time.Minute, time.Minute // between scrapes
	well, outage, stalled := endedWell(t), running(t, "--fail", "ANY=503"), running(t, "--quota", "1/h")
	for name, c := range map[string]struct {
		every  time.Duration
		phases []phase
		firing map[int]string // after so many minutes
	}{
		"nights that succeed": {nights, []phase{{well, day}, {well, day}, {well, day}}, map[int]string{60: "", day + 60: "", 3*day - 5: ""}},
		"a night is missing": {nights, []phase{{well, 2 * day}, {well, day}},
			map[int]string{35 * 60: "", 37 * 60: "SimhookNoSuccess", 2*day + 15: ""}},
		"it has never succeeded": {nights, []phase{{endedWith(t, 65, "--foreign"), 2 * day}, {well, day}},
			map[int]string{10: "", 60: "SimhookSIMsNotOK", day + 60: "SimhookNeverSucceeded SimhookSIMsNotOK", 2*day + 15: ""}},
		"credentials that are refused": {hour, []phase{{endedWith(t, 77, "--client-id"), 60}, {well, 60}},
			map[int]string{5: "SimhookCredentialsRefused", 65: ""}},
		"settings that are wrong": {hour, []phase{{endedWith(t, 78, "--max-failures"), 60}, {well, 60}},
			map[int]string{5: "SimhookNeedsSomebody", 65: ""}},
		"an API that is down for the retries of a run": {hour, []phase{{outage, 5}, {shown{}, 5}, {outage, 5}, {shown{}, 5}, {outage, 5}, {well, 60}},
			map[int]string{2: "", 12: "SimhookAPIOutage", 24: "SimhookAPIOutage", 60: ""}},
		"an API that is down for a moment": {hour, []phase{{outage, 1}, {well, 60}}, map[int]string{2: "", 10: "", 30: ""}},
		"a run that makes no call":         {hour, []phase{{stalled, 60}, {well, 60}}, map[int]string{10: "", 50: "SimhookStalled", 90: ""}},
	} {
		t.Run(name, func(t *testing.T) {
			promtoolTest(t, promtool, "alerts.yml", c.every, c.phases, c.firing)
		})
	}
}

func TestTheListenersAlertsFireAndResolveByItsOwnMetrics(t *testing.T) {
	t.Parallel()
	promtool := tool(t, "promtool", "prometheus")
	well, unwritable := listening(t, "", false), listening(t, "", true)
	for name, c := range map[string]struct {
		phases []phase
		firing map[int]string
	}{
		"all is well":     {[]phase{{well, 60}}, map[int]string{30: ""}},
		"it cannot write": {[]phase{{unwritable, 10}, {well, 60}}, map[int]string{5: "SimhookNotificationsUnwritable", 30: ""}},
		"a service that is down": {[]phase{{aged(listening(t, noService, false)), 60}, {listening(t, sink(t, http.StatusOK), false), 60}},
			map[int]string{2: "", 30: "SimhookForwardingBehind", 70: ""}},
		"a service that refuses": {[]phase{{listening(t, sink(t, http.StatusOK), false), 30}, {listening(t, sink(t, http.StatusBadRequest), false), 120}},
			map[int]string{20: "", 40: "SimhookDeadLetters", 120: ""}},
	} {
		t.Run(name, func(t *testing.T) {
			promtoolTest(t, promtool, "listen.yml", time.Minute, c.phases, c.firing)
		})
	}
}

// aged is a lag of seconds as an hour later.
func aged(run shown) shown {
	return still(regexp.MustCompile(`(?m)^(simhook_forward_lag_seconds\S*) \S+$`).ReplaceAllString(run.first, "$1 3600"))
}

func tool(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: Debian's package %s", name, pkg)
	}
	return path
}

// promtoolTest plays phases one after the other and looks which alerts are firing.
func promtoolTest(t *testing.T, promtool, rules string, every time.Duration, phases []phase, firing map[int]string) {
	t.Helper()
	type sample struct {
		Labels string  `json:"labels"`
		Value  float64 `json:"value"`
	}
	type expression struct {
		Expr    string   `json:"expr"`
		At      string   `json:"eval_time"`
		Samples []sample `json:"exp_samples"`
	}
	type input struct {
		Series string `json:"series"`
		Values string `json:"values"`
	}
	var checks []expression
	for minute, alerts := range firing {
		var samples []sample
		for alert := range strings.FieldsSeq(alerts) {
			samples = append(samples, sample{fmt.Sprintf("{alertname=%q}", alert), 1})
		}
		checks = append(checks, expression{`group by (alertname) (ALERTS{alertstate="firing"})`, fmt.Sprintf("%dm", minute), samples})
	}
	var inputs []input
	path, err := filepath.Abs("monitoring/" + rules)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for series, values := range played(t, string(content), int(every/time.Minute), phases) {
		inputs = append(inputs, input{series, values})
	}
	test, err := yaml.Marshal(map[string]any{
		"rule_files": []string{path}, "evaluation_interval": every.String(),
		"tests": []any{map[string]any{"interval": every.String(), "input_series": inputs, "promql_expr_test": checks}},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "test.yml")
	if err := os.WriteFile(file, test, 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.CommandContext(t.Context(), promtool, "test", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// played are the values of each series that the rules use, one for every so many minutes. Times are those of the run, counted from the
// beginning of its phase: promtool's clock begins at 0.
func played(t *testing.T, rules string, every int, phases []phase) map[string]string {
	t.Helper()
	values, scrapes := map[string]string{}, 0
	for _, phase := range phases {
		first, second := samples(t, phase.metrics.first), samples(t, phase.metrics.second)
		ended := 0.0
		for series, value := range first {
			if strings.HasPrefix(series, "simhook_last_completion_timestamp_seconds{") {
				ended = value
			}
		}
		for series, value := range first {
			name, _, _ := strings.Cut(series, "{")
			if !strings.Contains(rules, name) {
				continue
			}
			growth := second[series] - value
			if strings.HasSuffix(name, "_timestamp_seconds") {
				value += float64(60*every*scrapes) - ended
			}
			line := values[series]
			if missed := scrapes - strings.Count(line, " "); missed > 0 { // the first of them tells Prometheus that it is gone
				line += "stale " + strings.Repeat("_ ", missed-1)
			}
			for n := range phase.minutes / every {
				line += strconv.FormatFloat(value+growth*float64(n*every), 'f', -1, 64) + " "
			}
			values[series] = line
		}
		scrapes += phase.minutes / every
	}
	for series, line := range values {
		values[series] = line + strings.Repeat("stale ", min(1, scrapes-strings.Count(line, " ")))
	}
	return values
}

// samples are the lines of metrics.
func samples(t *testing.T, metrics string) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	for line := range strings.Lines(metrics) {
		line = strings.TrimSpace(line)
		end := strings.LastIndex(line, " ")
		if line == "" || line[0] == '#' || strings.Contains(line, "_bucket") {
			continue
		}
		value, err := strconv.ParseFloat(line[end+1:], 64)
		if err != nil {
			t.Fatal(err)
		}
		values[line[:end]] = value
	}
	return values
}

// sandboxed starts a sandbox, and returns the settings that make a run use it.
func sandboxed(t *testing.T, addr string, args ...string) (settings []string, stop func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), buildProgram(t), append([]string{"sandbox", "--addr", addr}, args...)...)
	output, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	settings = []string{"SIMHOOK_WEBHOOK_URL=https://example.com/notifications"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	text := make([]byte, 4096)
	for n := 0; strings.Count(string(text[:n]), "export ") < 4 || text[n-1] != '\n'; {
		more, err := output.Read(text[n:])
		if err != nil {
			t.Fatalf("the sandbox said %q: %v", text[:n], err)
		}
		n += more
	}
	for line := range strings.Lines(string(bytes.TrimRight(text, "\x00"))) {
		if setting, found := strings.CutPrefix(strings.TrimSpace(line), "export "); found {
			settings = append(settings, setting)
		}
	}
	return settings, stop
}

// endedWell is what a run that succeeds writes for the textfile collector.
func endedWell(t *testing.T) shown {
	t.Helper()
	settings, _ := sandboxed(t, "127.0.0.1:0")
	return still(ended(t, fleetIn(t), 0, settings))
}

// endedWith is what a run writes that something at the sandbox makes end with an exit code.
func endedWith(t *testing.T, code int, how string) shown {
	t.Helper()
	folder := fleetIn(t)
	sims := filepath.Join(folder, "sims.txt")
	if err := os.WriteFile(sims, []byte("8944474600000109251\n8944478600004958824\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var args, options []string
	switch how {
	case "--client-id":
		args = []string{"--client-id", "another"}
	case "--foreign":
		args = []string{"--foreign", sims}
	case "--max-failures":
		args, options = []string{"--foreign", sims}, []string{"--max-failures", "1"}
	}
	settings, _ := sandboxed(t, "127.0.0.1:0", args...)
	if how == "--client-id" {
		settings = append(settings, "SIMHOOK_CLIENT_ID=sandbox")
	}
	return still(ended(t, folder, code, settings, options...))
}

// ended reconciles a fleet, and returns what is there for the textfile collector then.
func ended(t *testing.T, folder string, code int, settings []string, options ...string) string {
	t.Helper()
	file := filepath.Join(folder, "simhook.prom")
	args := append([]string{"reconcile", filepath.Join(folder, "fleet.csv"), "--metrics-file", file}, options...)
	cmd := exec.CommandContext(t.Context(), buildProgram(t), args...)
	cmd.Env = settings
	output, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("%q ended with %d, want %d\n%s", args, got, code, output)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// running is what Prometheus reads from a run that is held up by its sandbox.
func running(t *testing.T, sandbox ...string) (run shown) {
	t.Helper()
	settings, _ := sandboxed(t, "127.0.0.1:0", sandbox...)
	address, stop := started(t, settings)
	defer stop()
	eventually(t, "the run is held up", func() bool {
		run.first = scraped(address)
		return heldUp.MatchString(run.first)
	})
	time.Sleep(2 * time.Second) // in which an outage is probed
	run.second = scraped(address)
	return run
}

var heldUp = regexp.MustCompile(`(?m)^simhook_(api_outage|gate_closed)\{action="reconcile",fleet="fleet.csv"(,kind="read")?\} 1$`)

// started begins a run, and returns where its metrics are.
func started(t *testing.T, settings []string) (address string, stop func()) {
	t.Helper()
	address = freeAddress(t)
	cmd := exec.CommandContext(t.Context(), buildProgram(t), "reconcile", filepath.Join(fleetIn(t), "fleet.csv"), "--metrics-listen", address)
	cmd.Env = settings
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	return address, stop
}

// listening is what Prometheus reads from a listener that has got a notification, which it forwards or cannot write.
func listening(t *testing.T, forward string, unwritable bool) shown {
	t.Helper()
	folder, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	args := []string{"listen", "--addr", address, "--results", filepath.Join(folder, "notifications.csv")}
	if forward != "" {
		args = append(args, "--forward", forward)
	}
	cmd := exec.CommandContext(t.Context(), buildProgram(t), args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	eventually(t, "it listens", func() bool { return scraped(address) != "" })
	if unwritable {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
	}
	notify(t, address, "1")
	var text string
	eventually(t, "it shows what has happened", func() bool {
		text = scraped(address)
		return strings.Contains(text, "\nsimhook_notifications_unwritable 1\n") == unwritable &&
			(forward == "" || handedOn.MatchString(text) || forward == noService && behind.MatchString(text))
	})
	return still(text)
}

// notify sends a listener a notification about the SIM 8944474600000109251.
func notify(t *testing.T, address, id string) {
	t.Helper()
	notification := `{"id":"` + id + `","type":"USAGE_THRESHOLD","iccid":"8944474600000109251","subscription_id":"x","threshold":80}`
	answer, err := http.Post("http://"+address+"/notifications", "application/json", strings.NewReader(notification))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close() // it was not read
}

// noService is a service that is down.
const noService = "http://127.0.0.1:1/"

var (
	handedOn = regexp.MustCompile(`(?m)^simhook_forward_(forwarded|dead)_total\S* 1$`)
	behind   = regexp.MustCompile(`(?m)^simhook_forward_lag_seconds\S* (0\.0*)?[1-9]`)
)

// sink answers whatever is posted to it.
func sink(t *testing.T, status int) (url string) {
	t.Helper()
	return "http://" + serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
}

func scraped(address string) string {
	answer, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return string(text)
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come to this: %s", what)
		}
	}
}

// The rules for Kubernetes' operator are the same as the others.
func TestTheOperatorsRulesAreThoseOfMonitoring(t *testing.T) {
	want := map[string]monitoringv1.RuleGroup{}
	for _, group := range groups(t) {
		want[group.Name] = group
	}
	delete(want, "simhook-ended") // there is no textfile collector in a cluster
	object, err := decode(manifests(t)["kubernetes/monitoring/rules.yaml"])
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range object.(*monitoringv1.PrometheusRule).Spec.Groups {
		if fmt.Sprintf("%+v", asYAML(t, got)) != asYAML(t, want[got.Name]) {
			t.Errorf("%s differs:\n%s\nwant\n%s", got.Name, asYAML(t, got), asYAML(t, want[got.Name]))
		}
		delete(want, got.Name)
	}
	for name := range want {
		t.Errorf("there is no %s", name)
	}
}

func asYAML(t *testing.T, value any) string {
	t.Helper()
	text, err := yaml.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// groups are those of the files for Prometheus.
func groups(t *testing.T) (all []monitoringv1.RuleGroup) {
	t.Helper()
	for _, name := range []string{"alerts.yml", "listen.yml", "kubernetes.yml"} {
		content, err := os.ReadFile("monitoring/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var spec monitoringv1.PrometheusRuleSpec
		if err := yaml.UnmarshalStrict(content, &spec); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, spec.Groups...)
	}
	return all
}

func TestEveryAlertSaysWhatToDo(t *testing.T) {
	readme, err := os.ReadFile("monitoring/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, group := range groups(t) {
		for _, rule := range group.Rules {
			known = append(known, rule.Alert)
			if want := "deploy/monitoring/README.md#" + strings.ToLower(rule.Alert); rule.Annotations["runbook"] != want {
				t.Errorf("%s: its runbook is %q, want %q", rule.Alert, rule.Annotations["runbook"], want)
			}
			if !strings.Contains(string(readme), "\n### "+rule.Alert+"\n") {
				t.Errorf("the README has no section %s", rule.Alert)
			}
		}
	}
	for _, heading := range regexp.MustCompile(`(?m)^### (Simhook\w+)$`).FindAllStringSubmatch(string(readme), -1) {
		if !slices.Contains(known, heading[1]) {
			t.Errorf("the README tells of %s, which is no alert", heading[1])
		}
	}
}

func TestPromtoolAcceptsTheRulesForAKubernetesCluster(t *testing.T) {
	promtool := tool(t, "promtool", "prometheus")
	cmd := exec.CommandContext(t.Context(), promtool, "test", "rules", "kubernetes_test.yml")
	cmd.Dir = "monitoring"
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
