package output

import (
	"fmt"
	"strings"

	"simhook/batch/fleet"
	"simhook/report"
)

// CheckText is what a check of a fleet found, for people.
func CheckText(r fleet.Report) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s valid, %s invalid, %s duplicate, %s with conflicting webhook URLs\n",
		Counted(r.Rows, "row"), report.Thousands(r.Valid), report.Thousands(r.Invalid),
		report.Thousands(r.Duplicates.Count), report.Thousands(r.Conflicts.Count))
	for _, group := range append(r.Problems, r.Conflicts) {
		printGroup(&text, group, "would be refused")
	}
	printGroup(&text, r.Duplicates, "would be called for once")
	for _, group := range r.Normalised {
		printGroup(&text, group, "read all the same")
	}
	return text.String()
}

// printGroup lists the first cases of one kind, and says what happens to all of them. An explanation that is the same as
// the one before is left out.
func printGroup(text *strings.Builder, g fleet.Group, fate string) {
	if g.Count == 0 {
		return
	}
	fmt.Fprintf(text, "\n%s %s: %s\n", report.Thousands(g.Count), g.Kind, fate)
	previous := ""
	for _, sample := range g.Samples {
		fmt.Fprintf(text, "  line %d: %q", sample.Line, sample.Cell)
		if sample.What != previous {
			text.WriteString(": " + sample.What)
			previous = sample.What
		}
		text.WriteByte('\n')
	}
	if more := g.Count - len(g.Samples); more > 0 {
		fmt.Fprintf(text, "  and %s more\n", report.Thousands(more))
	}
}
