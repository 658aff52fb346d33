package metrics

import (
	"bytes"
	"os"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"simhook/report"
)

// lastSuccess is the one metric that a run without success leaves as it was.
const lastSuccess = "simhook_last_success_timestamp_seconds"

// end adds how the run ended, once.
func (m *Metrics) end(s report.Summary) {
	if m.ended {
		return
	}
	m.ended = true
	m.run.MustRegister(
		m.fixed("simhook_last_completion_timestamp_seconds", "When the last run ended, however it did.",
			seconds(s.FinishedAt)),
		m.fixed("simhook_last_duration_seconds", "How long the last run took.", s.Seconds),
		m.fixed("simhook_last_exit_code", "Exit code of the last run.", float64(s.ExitCode)),
	)
	if s.ExitCode == 0 {
		m.succeeded(seconds(s.FinishedAt))
	}
}

func (m *Metrics) succeeded(at float64) {
	m.run.MustRegister(m.fixed(lastSuccess, "When a run last ended with exit code 0.", at))
}

// Text adds how the run ended, and returns all metrics for the file at path. It is called once.
func (m *Metrics) Text(path string, s report.Summary) ([]byte, error) {
	m.end(s)
	if s.ExitCode != 0 {
		if at := m.earlierSuccess(path); at > 0 {
			m.succeeded(at)
		}
	}
	families, err := m.registry.Gather()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// earlierSuccess reads from the file that is about to be replaced when a run with the same labels last succeeded;
// 0: it does not say.
func (m *Metrics) earlierSuccess(path string) float64 {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		return 0 // not a file of metrics: it is replaced
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
