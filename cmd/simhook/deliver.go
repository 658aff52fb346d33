package main

import (
	"encoding/json"
	"strings"

	"simhook/api"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
)

// deliver tells the outcome of a run to people and machines. It returns the error that the run ends with:
// err, or what kept a successful run from being told.
func (b *bulk) deliver(s report.Summary, err error) error {
	s.ExitCode = exitCode(err)
	if err != nil {
		s.Reason = err.Error()
	}
	if s.Rows > 0 {
		b.printSummary(s)
	}
	if lost, ok := asWriteError(err); ok && len(lost.Unrecorded) > 0 {
		b.console.Say("called for, but perhaps not recorded: %s", strings.Join(lost.Unrecorded, ", "))
	}
	data := encodeSummary(s)
	var undelivered error
	if b.summary != "" {
		if failure := output.ReplaceFile(b.summary, encodeSummary(shortened(s)), 0o644); failure != nil {
			b.log.Warn("the summary cannot be written", "file", b.summary, "error", failure.Error())
			undelivered = &outputError{"the summary", failure}
		}
	}
	if b.metricsFile != "" && !b.looksOnly() {
		if failure := b.metrics.WriteFile(b.metricsFile, s); failure != nil {
			b.log.Warn("the metrics cannot be written", "file", b.metricsFile, "error", failure.Error())
			undelivered = &outputError{"the metrics", failure}
		}
	}
	if b.json {
		if _, failure := b.stdout.Write(data); failure != nil {
			undelivered = &outputError{"to standard output", failure}
		}
	}
	if err == nil {
		return undelivered
	}
	return err
}

// encodeSummary is the summary as one line of JSON without the userinfo of URLs, which an API may repeat
// in its messages.
func encodeSummary(s report.Summary) []byte {
	data, err := json.Marshal(s)
	if err != nil {
		panic("encoding a summary: " + err.Error()) // it consists of texts, numbers and times
	}
	return []byte(api.MaskURLs(string(data)) + "\n")
}
