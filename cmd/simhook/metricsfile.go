package main

import (
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"simhook/report"
)

// lastSuccess is the one metric that a run which did not succeed leaves as it was.
const lastSuccess = "simhook_last_success_timestamp_seconds"

// write adds how a run ended to its metrics, and replaces a file with all of them such that nobody reads half
// of it.
func (m *metrics) write(path string, s report.Summary) error {
	m.run.MustRegister(
		m.fixed("simhook_last_completion_timestamp_seconds", "When the last run ended, however it did.", seconds(s.FinishedAt)),
		m.fixed("simhook_last_duration_seconds", "How long the last run took.", s.Seconds),
		m.fixed("simhook_last_exit_code", "Exit code of the last run.", float64(s.ExitCode)),
	)
	success := seconds(s.FinishedAt)
	if s.ExitCode != exitOK {
		success = m.earlierSuccess(path)
	}
	if success > 0 {
		m.run.MustRegister(m.fixed(lastSuccess, "When a run last ended with exit code 0.", success))
	}
	return prometheus.WriteToTextfile(path, m.registry)
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// earlierSuccess is when a run with the same labels last succeeded, as the file that is about to be replaced
// has it; 0: nobody knows.
func (m *metrics) earlierSuccess(path string) float64 {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		return 0 // it is no file of ours, and is to be replaced
	}
	for _, metric := range families[lastSuccess].GetMetric() {
		same := len(metric.GetLabel()) == len(m.labels)
		for _, label := range metric.GetLabel() {
			same = same && m.labels[label.GetName()] == label.GetValue()
		}
		if same {
			return metric.GetGauge().GetValue()
		}
	}
	return 0
}
