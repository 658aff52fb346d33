package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"simhook/api"
	"simhook/batch"
	"simhook/cmd/simhook/internal/arguments"
	"simhook/cmd/simhook/internal/options"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/file"
)

// deliver reports the outcome of a run to people and machines. It returns the error that the run ends with: err, or
// for a successful run the error that kept a report from being written.
func (b *bulk) deliver(ctx context.Context, s report.Summary, err error) error {
	s.ExitCode = exitCode(err)
	if b.access.Speed > 1 {
		s.Speed = b.access.Speed
	}
	if err != nil {
		s.Reason = err.Error()
	}
	if s.Rows > 0 {
		output.PrintEnding(b.console, s, output.Ending{LooksOnly: b.looksOnly(), Next: b.next(s, err)})
	}
	if lost, ok := errors.AsType[*file.WriteError](err); ok && len(lost.Unrecorded) > 0 {
		b.console.Error("called for, but perhaps not recorded: %s", strings.Join(lost.Unrecorded, ", "))
	}
	var undelivered error
	if b.summary != "" {
		if failure := b.writeFile(b.summary, output.EncodeSummary(output.Shortened(s)), 0o644); failure != nil {
			b.log.Warn("the summary cannot be written", "file", b.summary, "error", failure.Error())
			undelivered = &outputError{"the summary", failure}
		}
	}
	if b.metricsFile != "" && !b.looksOnly() {
		text, failure := b.metrics.Text(b.metricsFile, s)
		if failure == nil {
			failure = b.writeFile(b.metricsFile, text, 0o644)
		}
		if failure != nil {
			b.log.Warn("the metrics cannot be written", "file", b.metricsFile, "error", failure.Error())
			undelivered = &outputError{"the metrics", failure}
		}
	}
	if b.metricsPush != "" && !b.looksOnly() {
		if failure := b.metrics.Push(ctx, b.metricsPush, s); failure != nil { // what the run did counts, and is done
			b.log.Warn("the metrics are not pushed", "error", failure.Error())
		}
	}
	if b.json {
		if failure := b.printData(string(output.EncodeSummary(s))); failure != nil {
			undelivered = failure
		}
	}
	if err == nil {
		return undelivered
	}
	return err
}

// next is the command to type after the run, as it was given or with the names of its results; "": none helps, or it would
// hold a secret.
func (b *bulk) next(s report.Summary, err error) string {
	again, without := b.args, slices.DeleteFunc(slices.Clone(b.args), func(arg string) bool { return arg == "--dry-run" || arg == "-n" })
	rows, bad := errors.AsType[*rowsError](err)
	var words []string
	switch {
	case b.looksOnly() && err == nil && len(without) < len(again):
		words = without
	case b.source == stdinPath || b.looksOnly():
	case errors.Is(err, batch.ErrStopped), errors.Is(err, batch.ErrMaxDuration), is[*batch.GoneError](err), bad && rows.failed:
		words = again
	case bad && s.Refused > s.Accepted:
		words = []string{"report", "--failed", "again.csv", s.Results}
	case bad:
		words = []string{"check", b.source}
	case err == nil && b.planning() && output.WritesOf(s) > 0:
		words = append(sameAPI(b.args), s.Results)
	case err == nil && s.Complete:
		words = []string{"report", s.Results}
	}
	line := arguments.Line(words...)
	if len(words) == 0 || api.MaskURLs(line) != line {
		return ""
	}
	return line
}

// sameAPI begins the command that applies a plan, with the options that said which API the plan is about.
func sameAPI(args []string) []string {
	words := []string{"apply"}
	given, _, _ := arguments.Arrange(options.Reconcile(), args[1:]) // they were read without an error before
	for _, option := range given {
		if name, _, _ := strings.Cut(strings.TrimLeft(option, "-"), "="); options.ChoosesAPI(name) {
			words = append(words, strings.TrimSuffix(option, "=true"))
		}
	}
	return words
}
