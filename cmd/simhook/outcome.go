package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"simhook/batch"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/file"
)

// deliver reports the outcome of a run to people and machines. It returns the error that the run ends with: err, or
// for a successful run the error that kept a report from being written.
func (b *bulk) deliver(ctx context.Context, s report.Summary, err error) error {
	s.ExitCode = exitCode(err)
	if err != nil {
		s.Reason = err.Error()
	}
	if s.Rows > 0 {
		b.printSummary(s)
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

// printSummary writes the last lines of a run: counts that add up to the rows read, the failures by cause, and where
// the results are.
func (b *bulk) printSummary(s report.Summary) {
	b.console.Say("%s: %s", output.Counted(s.Rows, "row"), output.Breakdown(s))
	b.printOutcomes(s)
	if s.Accepted > 0 {
		b.console.Say("accepted: %s of %s refused", report.Thousands(s.Accepted), output.Counted(s.Refused, "SIM"))
	}
	output.PrintCauses(b.console, s.Causes)
	b.printCost(s)
	switch {
	case b.looksOnly():
		b.console.Say("dry run: nothing was called, and nothing written")
	case s.Complete:
		b.console.Say("results: %s", s.Results)
	default:
		b.console.Say("results so far: %s", s.Results)
	}
	if s.Kept > 0 {
		b.console.Say("beside the fleet's they keep %s of SIMs that have left it, "+
			"since nothing else remembers their webhooks", output.Counted(s.Kept, "row"))
	}
}

// printCost says what the run has cost, and how much of the quota it used while that was announced.
func (b *bulk) printCost(s report.Summary) {
	took := time.Duration(s.Seconds * float64(time.Second))
	if s.Attempts == 0 || took <= 0 {
		return
	}
	share := ""
	if s.QuotaUsed > 0 {
		share = fmt.Sprintf(", %.1f %% of the quota", 100*s.QuotaUsed)
	}
	b.console.Say("took %s: %s, %s a minute%s; %s answered 429", output.Roughly(took), output.Counted(int(s.Attempts), "call"),
		report.Thousands(int(float64(s.Attempts)/took.Minutes()+0.5)), share, report.Thousands(int(s.Throttled)))
}

// printOutcomes says the outcomes of each notification type, where the action alone does not, and those of SIMs that
// have left the fleet.
func (b *bulk) printOutcomes(s report.Summary) {
	all := append(slices.Clone(s.Outcomes), report.TypeOutcomes{Type: "no longer in the fleet", Counts: s.PrunedOutcomes})
	for _, t := range all {
		if len(t.Counts) > 1 || len(t.Counts) > 0 && b.action != batch.Register && b.action != batch.Unregister {
			b.console.Say("  %s: %s", t.Type, output.Listed(t.Counts, slices.Sorted(maps.Keys(t.Counts))...))
		}
	}
	if writes := output.WritesOf(s); writes > 0 {
		b.console.Say("  repairing this takes %s, beside one look a SIM", output.Counted(writes, "call"))
	}
	if s.Verified > 0 {
		differences := output.Counted(len(s.Mismatches), "difference")
		b.console.Say("  read back: %s, %s", output.Counted(s.Verified, "SIM"), differences)
	}
	for i, m := range s.Mismatches {
		if i == output.ShownCauses {
			break
		}
		b.console.Say("  %s %s: %q is there, not %q", m.ICCID, m.Type, m.Found, m.Want)
	}
}
