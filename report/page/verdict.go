package page

import (
	"slices"
	"strings"

	"simhook/report"
)

// verdict is what a reader wants to know first, in one sentence. Its numbers are those of the summary: all SIMs are those that are
// ok, those that need somebody, and those that the same command tries again.
func (p *Page) verdict() (text string, good bool) {
	s := p.tally.Statuses
	need := s[report.StatusRefused] + s[report.StatusInvalid]
	all := s[report.StatusOK] + s[report.StatusFailed] + need
	if all == 0 {
		return "No SIM has a result.", false
	}
	parts := []string{report.Thousands(s[report.StatusOK]) + " of " + report.Thousands(all) + " " + sims(all) + " " + p.done(all)}
	if need > 0 {
		verb := " need you"
		if need == 1 {
			verb = " needs you"
		}
		parts = append(parts, report.Thousands(need)+verb)
	}
	if failed := s[report.StatusFailed]; failed > 0 {
		parts = append(parts, report.Thousands(failed)+" failed for the time being: run the same command again")
	}
	return strings.Join(parts, "; ") + ".", len(parts) == 1
}

func sims(n int) string {
	if n == 1 {
		return "SIM"
	}
	return "SIMs"
}

// done says what it means that SIMs are ok, after what was done with them.
func (p *Page) done(count int) string {
	verb := "are "
	if count == 1 {
		verb = "is "
	}
	actions := map[string]bool{}
	for kind := range p.kinds {
		actions[kind.Action] = true
	}
	switch {
	case len(actions) != 1:
	case actions["register"]:
		return verb + "registered"
	case actions["unregister"]:
		return verb + "without webhooks"
	case actions["reconcile"]:
		return verb + "as the fleet file says"
	case actions["plan"]:
		return verb + "looked at"
	}
	return verb + "ok"
}

// term is a word of the page, and what it means.
type term struct{ Word, Meaning string }

// glossary explains the words that are on this page.
func glossary(v *pageView) []term {
	words := map[string]bool{}
	for _, s := range v.Statuses {
		words[s.Name] = s.Count > 0
	}
	for _, t := range v.Types {
		words[t.Name] = true
		for _, o := range t.Outcomes {
			words[o.Name] = words[o.Name] || o.Count > 0
		}
	}
	words["correlation ID"], words["run"] = len(v.Causes) > 0, len(v.Runs) > 0
	var found []term
	for _, t := range []term{
		{"ok", "every notification type is as it was asked for"},
		{"failed", "a fault that passes lasted longer than the retries; the same command again tries again"},
		{"refused", "the API refuses, and will again until the cause is fixed"},
		{"invalid", "the row of the fleet file cannot be used"},
		{"duplicate", "an earlier line of the fleet file names the same SIM"},
		{string(report.Registered), "the webhook was set"},
		{string(report.Unchanged), "the webhook was there already"},
		{string(report.Replaced), "another webhook was there before"},
		{string(report.Unregistered), "the webhook was removed"},
		{string(report.Absent), "there was no webhook to remove"},
		{string(report.Foreign), "the webhook of another URL was left as it is"},
		{"would_register", "a run would set the webhook"},
		{"would_replace", "a run would replace another webhook"},
		{"would_unregister", "a run would remove the webhook"},
		{"SUBSCRIPTION_END", "notification that a SIM's subscription ends"},
		{"USAGE_THRESHOLD", "notification that a SIM has used a part of its data"},
		{"DOWNLOAD_PROGRESS", "notification of how far the download of an eSIM is"},
		{"correlation ID", "name of one call, which the operator's support asks for"},
		{"run", "what one start of simhook did; every correlation ID begins with its name"},
	} {
		if words[t.Word] {
			found = append(found, t)
		}
	}
	return found
}

// writes is how many calls set or removed webhooks. Calls that only looked, whose correlation IDs say so, are not counted.
func writes(row *report.Row) int {
	count := 0
	for i := range row.Calls {
		parts := strings.Split(row.Calls[i].CorrelationID, "-")
		if len(parts) == 4 && !slices.Contains([]string{"P", "V", "S", "B", "L", "C"}, parts[2]) {
			count += row.Calls[i].Attempts
		}
	}
	return count
}

// maxRuns is how many runs the page names.
const maxRuns = 10

// noteRuns remembers which runs the row's calls were made by.
func (p *Page) noteRuns(row *report.Row) {
	for i := range row.Calls {
		if run := row.Calls[i].Run(); run != "" && !slices.Contains(p.runs, run) && len(p.runs) <= maxRuns {
			p.runs = append(p.runs, run)
		}
	}
}
