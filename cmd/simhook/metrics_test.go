package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
)

// figures are the numbers of a run, by the names that its summary has for them.
type figures struct {
	OK        int   `json:"ok"`
	Failed    int   `json:"failed"`
	Refused   int   `json:"refused"`
	Remaining int   `json:"remaining"`
	Attempts  int64 `json:"attempts"`
	Retries   int64 `json:"retries"`
	Throttled int64 `json:"throttled"`
}

func TestEveryNumberIsTheSameWhereverItIsRead(t *testing.T) {
	api := serveGate(t, sandbox.Options{
		Quota: 250, Window: time.Second, LatencyMin: time.Millisecond, LatencyMax: 20 * time.Millisecond, ErrorRate: .04,
		Unknown: func(iccid string) bool { return strings.HasSuffix(iccid, "7") },
	})
	p, stderr := newProgram(api.environment(), strings.NewReader(""), nil)
	fleet, dir := newFleet(t, 300), t.TempDir()
	file, summaryFile := filepath.Join(dir, "simhook.prom"), filepath.Join(dir, "summary.json")
	calling := api.after(200)
	exit := start(t, p, "register", fleet, "--metrics-listen", "127.0.0.1:0", "--metrics-file", file, "--summary", summaryFile,
		"--log-format", "json", "--progress", "log")
	<-calling
	address := regexp.MustCompile(`http://\S+/metrics`).FindString(stderr.String())
	scraped := scrape(t, address)
	if done, left := total(scraped, "simhook_sims_total"), total(scraped, "simhook_sims_remaining"); done+left != 300 || left == 0 {
		t.Errorf("while it runs, %v SIMs are done and %v to do, of 300", done, left)
	}
	if code := <-exit; code != exitRows {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}

	text, err := os.ReadFile(summaryFile)
	if err != nil {
		t.Fatal(err)
	}
	var want figures
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if want.Retries == 0 || want.Throttled == 0 || want.Refused != 30 {
		t.Fatalf("no fault fired: %+v", want)
	}
	families := checked(t, readFile(t, file))
	inMetrics := figures{
		int(total(families, "simhook_sims_total", "ok")), int(total(families, "simhook_sims_total", "failed")),
		int(total(families, "simhook_sims_total", "refused")), int(total(families, "simhook_sims_remaining")),
		int64(total(families, "simhook_attempts_total")), int64(total(families, "simhook_retries_total")), int64(total(families, "simhook_throttled_total")),
	}
	if diff := cmp.Diff(want, inMetrics); diff != "" {
		t.Errorf("the metrics differ from the summary: %s", diff)
	}
	if diff := cmp.Diff(want, lastProgress(t, stderr.String())); diff != "" {
		t.Errorf("the last line of progress differs from the summary: %s", diff)
	}
	if n := int64(total(families, "simhook_api_requests_total")); n != want.Attempts {
		t.Errorf("%d requests by code, and %d attempts", n, want.Attempts)
	}
	if n := int64(total(families, "simhook_api_requests_total", "429")); n != want.Throttled {
		t.Errorf("%d requests of 429, and %d throttled", n, want.Throttled)
	}
	calls := int64(0)
	for _, n := range api.Stats().Calls {
		calls += int64(n)
	}
	if calls != want.Attempts {
		t.Errorf("the API has had %d calls, and there were %d attempts", calls, want.Attempts)
	}
	reported := reportOf(t, strings.TrimSuffix(fleet, ".csv")+".register.csv")
	if diff := cmp.Diff(map[report.Status]int{"ok": want.OK, "refused": want.Refused}, reported.Statuses); diff != "" {
		t.Errorf("the report differs from the summary: %s", diff)
	}
}

// lastProgress is what the log tells last of how far the run is.
func lastProgress(t *testing.T, log string) (f figures) {
	t.Helper()
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"msg":"progress"`) {
			if err := json.Unmarshal([]byte(line), &f); err != nil {
				t.Fatal(err)
			}
		}
	}
	return f
}

func reportOf(t *testing.T, results string) (d output.Digest) {
	t.Helper()
	var out bytes.Buffer
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	p.stdout = &out
	if code := p.run(t.Context(), []string{"report", "--json", results}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func scrape(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err)
	}
	return checked(t, text)
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// checked parses metrics, which have to be as Prometheus's rules want them, and free of ICCIDs.
func checked(t *testing.T, text []byte) map[string]*dto.MetricFamily {
	t.Helper()
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	if iccid := regexp.MustCompile(`="[^"]*89[0-9]{16,}`).Find(text); iccid != nil {
		t.Errorf("a label has an ICCID: %s", iccid)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return families
}

// total is the sum of a metric's values; of those that have a label with this value, if one is given.
func total(families map[string]*dto.MetricFamily, name string, label ...string) float64 {
	sum := 0.0
	for _, m := range families[name].GetMetric() {
		wanted := len(label) == 0
		for _, l := range m.GetLabel() {
			wanted = wanted || l.GetValue() == label[0]
		}
		if wanted {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return sum
}

func TestRunsOnOneMachineHaveMetricsOfTheirOwn(t *testing.T) {
	seen := map[string]string{}
	for name, b := range map[string]*bulk{
		"a fleet":            {action: "register", source: "a.csv"},
		"another":            {action: "register", source: "b.csv"},
		"the same, reversed": {action: "unregister", source: "a.csv"},
		"a plan":             {action: "reconcile", source: "a.csv", dryRun: true},
		"a reconciliation":   {action: "reconcile", source: "a.csv"},
		"one shard":          {action: "register", source: "a.csv", shard: report.Shard{Index: 0, Count: 2}},
		"the other shard":    {action: "register", source: "a.csv", shard: report.Shard{Index: 1, Count: 2}},
	} {
		b.program, b.metricsFile = &program{version: "test"}, filepath.Join(t.TempDir(), "x.prom")
		text, err := b.newMetrics().Text(b.metricsFile, report.Summary{})
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			series, _, _ := strings.Cut(line, "} ")
			if before, known := seen[series]; known && !strings.HasPrefix(series, "#") {
				t.Errorf("%s and %s both have %s}", before, name, series)
			}
			seen[series] = name
		}
	}
}
