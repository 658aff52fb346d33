package output

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"simhook/report"
)

// Ending is what the last lines of a run tell beside its summary.
type Ending struct {
	LooksOnly bool   // nothing was called, and nothing written
	Next      string // command; "": none
}

// PrintEnding writes the last lines of a run: counts that add up to the rows read, the failures by cause, what it took, where
// the results are, and what to type next.
func PrintEnding(console *Console, s report.Summary, e Ending) {
	console.Say("%s: %s", Counted(s.Rows, "row"), Breakdown(s))
	printOutcomes(console, s)
	if s.Accepted > 0 {
		console.Say("accepted: %s of %s refused", report.Thousands(s.Accepted), Counted(s.Refused, "SIM"))
	}
	PrintCauses(console, s.Causes)
	printCost(console, s)
	switch {
	case e.LooksOnly:
		console.Say("dry run: nothing was called, and nothing written")
	case s.Complete:
		console.Say("results: %s", s.Results)
	case s.Remaining < s.Rows:
		console.Say("results so far: %s", s.Results)
	}
	if s.Kept > 0 {
		console.Say("beside the fleet's they keep %s of SIMs that have left it, "+
			"since nothing else remembers their webhooks", Counted(s.Kept, "row"))
	}
	if e.Next != "" {
		console.Say("next: %s", e.Next)
	}
}

// printCost says what the run has cost, and how much of the quota it used while that was announced. Where time was sped up, a
// rate would be one that no real run has.
func printCost(console *Console, s report.Summary) {
	took := time.Duration(s.Seconds * float64(time.Second))
	if s.Attempts == 0 || took <= 0 {
		return
	}
	calls := Counted(int(s.Attempts), "call")
	refused := report.Thousands(int(s.Throttled)) + " answered 429"
	if s.Speed > 0 {
		console.Say("run %s took %s, with the sandbox's time running %s times as fast: %s; %s",
			s.Run, Roughly(took), report.Thousands(s.Speed), calls, refused)
		return
	}
	if took >= time.Second {
		calls += fmt.Sprintf(", %s a minute", report.Thousands(int(float64(s.Attempts)/took.Minutes()+0.5)))
	}
	if s.QuotaUsed > 0 {
		calls += fmt.Sprintf(", %.1f %% of the quota", 100*s.QuotaUsed)
	}
	console.Say("run %s took %s: %s; %s", s.Run, Roughly(took), calls, refused)
}

// printOutcomes says the outcomes of each notification type, where the action alone does not, and those of SIMs that
// have left the fleet.
func printOutcomes(console *Console, s report.Summary) {
	obvious := s.Action == "register" || s.Action == "unregister"
	all := append(slices.Clone(s.Outcomes), report.TypeOutcomes{Type: "no longer in the fleet", Counts: s.PrunedOutcomes})
	for _, t := range all {
		if len(t.Counts) > 1 || len(t.Counts) > 0 && !obvious {
			console.Say("  %s: %s", t.Type, Listed(t.Counts, slices.Sorted(maps.Keys(t.Counts))...))
		}
	}
	if writes := WritesOf(s); writes > 0 {
		console.Say("  repairing this takes %s, beside one look a SIM", Counted(writes, "call"))
	}
	if s.Verified > 0 {
		differences := Counted(len(s.Mismatches), "difference")
		console.Say("  read back: %s, %s", Counted(s.Verified, "SIM"), differences)
	}
	for i, m := range s.Mismatches {
		if i == ShownCauses {
			break
		}
		console.Say("  %s %s: %q is there, not %q", m.ICCID, m.Type, m.Found, m.Want)
	}
}
