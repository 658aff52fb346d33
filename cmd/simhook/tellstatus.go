package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"simhook/batch"
	"simhook/batch/pace"
)

// tellStatus says how far a run is whenever a signal asks for it, until the function it returns is called.
func (b *bulk) tellStatus(run *batch.Run) (end func()) {
	ended := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		for {
			select {
			case <-b.asked:
				b.console.say("%s", statusText(run.Status(), time.Now()))
			case <-ended:
				return
			}
		}
	})
	return func() {
		close(ended)
		telling.Wait()
	}
}

// statusText is all that is known of how far a run is, in a few lines.
func statusText(s batch.Status, now time.Time) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s of %s done: %s ok, %s failed, %s refused\n",
		thousands(s.Done()), counted(s.Total(), "SIM"), thousands(s.OK+s.Pruned), thousands(s.Failed+s.PrunedNot), thousands(s.Refused))
	fmt.Fprintf(&text, "  %s, %.1f calls/s in the last minute, %s answered 429, %s\n  %s retries%s\n",
		counted(int(s.Attempts), "attempt"), s.CallsPerSecond, thousands(int(s.Throttled)), counted(s.Tokens, "access token"),
		thousands(int(s.RetriesMade())), retryReasons(s))
	fmt.Fprintf(&text, "  %d of %d workers busy", s.Busy, s.Workers)
	switch limits := limiting(s, now); {
	case paused(s):
		text.WriteString(", " + limits[0])
	case len(limits) > 0:
		text.WriteString(", limited by the " + limits[0])
	}
	for _, kind := range []struct {
		name string
		pace pace.Status
	}{{"writes", s.Writes}, {"reads", s.Reads}} {
		if kind.pace.Quota > 0 {
			fmt.Fprintf(&text, "\n  quota of %s: %s of %s left", kind.name, thousands(kind.pace.Remaining), thousands(kind.pace.Quota))
		}
	}
	fmt.Fprintf(&text, "\n  running for %s", roughly(s.Elapsed))
	if s.Left > 0 {
		fmt.Fprintf(&text, ", about %s left", roughly(s.Left))
	}
	return text.String()
}

// retryReasons are the reasons with their numbers, the most frequent first.
func retryReasons(s batch.Status) string {
	if len(s.Retries) == 0 {
		return ""
	}
	reasons := slices.Sorted(maps.Keys(s.Retries))
	slices.SortStableFunc(reasons, func(a, b string) int { return int(s.Retries[b] - s.Retries[a]) })
	for i, reason := range reasons {
		reasons[i] = thousands(int(s.Retries[reason])) + " " + reason
	}
	return " (" + strings.Join(reasons, ", ") + ")"
}
