package progress

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"simhook/batch"
	"simhook/batch/pace"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
)

// Text tells in a few lines all that is known of how far a run is.
func Text(s batch.Status, now time.Time) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s of %s done: %s ok, %s failed, %s refused",
		report.Thousands(s.Done()), output.Counted(s.Total(), "SIM"), report.Thousands(s.OK),
		report.Thousands(s.Failed), report.Thousands(s.Refused))
	if s.Pruned+s.PrunedNot > 0 {
		fmt.Fprintf(&text, ", %s pruned, %s not pruned", report.Thousands(s.Pruned), report.Thousands(s.PrunedNot))
	}
	fmt.Fprintf(&text, "\n  %s, %.1f calls/s answered in the last 10 s, %s answered 429, %s\n  %s retries%s\n",
		output.Counted(int(s.Attempts), "attempt"), s.CallsPerSecond(), report.Thousands(int(s.Throttled)),
		output.Counted(s.Tokens, "access token"),
		report.Thousands(int(s.RetriesMade())), retryReasons(s))
	fmt.Fprintf(&text, "  %d of %d workers busy", s.Busy, s.Workers)
	switch limits := limitWords(s, now); {
	case paused(s), len(limits) > 0 && strings.Contains(limits[0], " "): // a sentence of its own
		text.WriteString(", " + limits[0])
	case len(limits) > 0:
		text.WriteString(", limited by the " + limits[0])
	}
	for _, kind := range []struct {
		name string
		pace pace.Status
	}{{"writes", s.Writes}, {"reads", s.Reads}} {
		if kind.pace.Model != "" {
			fmt.Fprintf(&text, "\n  %s are spread evenly, %s a minute, since %s",
				kind.name, report.Thousands(int(60*kind.pace.PerSecond+0.5)), kind.pace.Model)
		} else if kind.pace.Quota > 0 {
			fmt.Fprintf(&text, "\n  quota of %s: %s of %s left",
				kind.name, report.Thousands(kind.pace.Remaining), report.Thousands(kind.pace.Quota))
		}
		if kind.pace.Sharing != "" {
			fmt.Fprintf(&text, "\n  what remains shows that there is %s", kind.pace.Sharing)
		}
	}
	fmt.Fprintf(&text, "\n  running for %s", output.Roughly(s.Elapsed))
	if s.Left > 0 {
		fmt.Fprintf(&text, ", about %s left", output.Roughly(s.Left))
	}
	return text.String()
}

// retryReasons are the reasons for retries with their numbers, the most frequent first.
func retryReasons(s batch.Status) string {
	if len(s.Retries) == 0 {
		return ""
	}
	reasons := slices.Sorted(maps.Keys(s.Retries))
	slices.SortStableFunc(reasons, func(a, b string) int { return int(s.Retries[b] - s.Retries[a]) })
	for i, reason := range reasons {
		reasons[i] = report.Thousands(int(s.Retries[reason])) + " " + reason
	}
	return " (" + strings.Join(reasons, ", ") + ")"
}
