package metrics_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"simhook/cmd/simhook/internal/metrics"
	"simhook/report"
)

func TestTheLastSuccessIsThatOfARunThatSucceeded(t *testing.T) {
	ended := time.Date(2024, 5, 2, 3, 0, 0, 0, time.UTC)
	now := float64(ended.Unix())
	const kind = "# TYPE simhook_last_success_timestamp_seconds gauge\n"
	other := `simhook_last_success_timestamp_seconds{action="register",fleet="other.csv"} 5000` + "\n"
	ours := `simhook_last_success_timestamp_seconds{action="register",fleet="fleet.csv"} 1000` + "\n"
	shard := `simhook_last_success_timestamp_seconds{action="register",fleet="fleet.csv",shard="1-of-2"} 2000` + "\n"
	for name, c := range map[string]struct {
		before string // "": no file
		exit   int
		want   float64 // 0: there is none
		shard  report.Shard
	}{
		"success is noted":                              {"", 0, now, report.Shard{}},
		"a later success replaces an earlier one":       {kind + ours, 0, now, report.Shard{}},
		"failure keeps the earlier success":             {kind + ours, 69, 1000, report.Shard{}},
		"without an earlier success there is none":      {"", 65, 0, report.Shard{}},
		"another fleet's success is none":               {kind + other, 69, 0, report.Shard{}},
		"our own is found beside another fleet's":       {kind + other + ours, 69, 1000, report.Shard{}},
		"a shard's success is not the whole fleet's":    {kind + shard, 69, 0, report.Shard{}},
		"the whole fleet's success is not a shard's":    {kind + ours, 69, 0, report.Shard{Index: 1, Count: 2}},
		"a shard keeps its own":                         {kind + shard, 69, 2000, report.Shard{Index: 1, Count: 2}},
		"a file that is none of metrics holds no truth": {"hello, world\n", 69, 0, report.Shard{}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "simhook.prom")
			if c.before != "" {
				if err := os.WriteFile(path, []byte(c.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			m := metrics.New(metrics.Labels{Action: "register", Fleet: "fleet.csv", Shard: c.shard}, "test")
			text, err := m.Text(path, report.Summary{FinishedAt: ended, Seconds: 12, ExitCode: c.exit})
			if err == nil {
				err = os.WriteFile(path, text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			values := gauges(t, path)
			if got := values["simhook_last_success_timestamp_seconds"]; got != c.want {
				t.Errorf("last success at %v, want %v", got, c.want)
			}
			if got := values["simhook_last_exit_code"]; got != float64(c.exit) {
				t.Errorf("exit code %v, want %d", got, c.exit)
			}
			if got := values["simhook_last_completion_timestamp_seconds"]; got != now {
				t.Errorf("completed at %v, want %v", got, now)
			}
		})
	}
}

// gauges are the values of the gauges in a file of metrics.
func gauges(t *testing.T, path string) map[string]float64 {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			values[name] += metric.GetGauge().GetValue()
		}
	}
	return values
}
