package output

import (
	"fmt"
	"io"
	"strings"

	"simhook/report"
)

// ShownCauses is how many groups of failures are shown. The results file has all of them.
const ShownCauses = 10

// WritesOf is how many calls it takes to repair a plan's differences, where the API takes a new webhook for a replacement of the
// old one.
func WritesOf(plan report.Summary) int {
	writes := 0
	for _, outcomes := range []map[report.Outcome]int{plan.Outcomes.All(), plan.PrunedOutcomes} {
		writes += outcomes[report.WouldRegister] + outcomes[report.WouldReplace] + outcomes[report.WouldUnregister]
	}
	return writes
}

// Breakdown counts the rows by status.
func Breakdown(s report.Summary) string {
	var text strings.Builder
	text.WriteString(report.Thousands(s.OK) + " ok")
	if s.Earlier > 0 {
		text.WriteString(" (" + report.Thousands(s.Earlier) + " earlier)")
	}
	text.WriteString(", " + report.Thousands(s.Failed) + " failed, " + report.Thousands(s.Refused) + " refused")
	for _, other := range []struct {
		count int
		name  string
	}{{s.Invalid, "invalid"}, {s.Duplicate, "duplicate"}, {s.Remaining, "to do"}} {
		if other.count > 0 {
			text.WriteString(", " + report.Thousands(other.count) + " " + other.name)
		}
	}
	return text.String()
}

// PrintCauses writes two lines for each group of rows that failed for the same reason: one with a sample, one that says
// what to do.
func PrintCauses(out io.Writer, causes []report.Cause) {
	var text strings.Builder
	for i, c := range causes {
		if i == ShownCauses {
			more := Counted(len(causes)-ShownCauses, "reason")
			fmt.Fprintf(&text, "  and %s more; the results file has them\n", more)
			break
		}
		fmt.Fprintf(&text, "  %s %s: %s (%s)\n    %s\n",
			report.Thousands(c.Count), c.Status, c.Error, sample(c), c.Advice)
	}
	_, _ = io.WriteString(out, text.String()) // where this fails, the error cannot be printed either
}

// sample names one row of a group.
func sample(c report.Cause) string {
	text := fmt.Sprintf("line %d", c.Line)
	if c.ICCID != "" {
		text = c.ICCID + ", " + text
	}
	if c.CorrelationID != "" {
		text += ", correlation ID " + c.CorrelationID
	}
	return text
}

// Listed writes the number of each key.
func Listed[K ~string](numbers map[K]int, order ...K) string {
	parts := make([]string, len(order))
	for i, key := range order {
		parts[i] = report.Thousands(numbers[key]) + " " + string(key)
	}
	return strings.Join(parts, ", ")
}
