package main

import (
	"strings"
	"testing"

	"simhook/report"
)

func TestASummaryFitsATerminationMessage(t *testing.T) {
	s := report.Summary{Rows: 1000, Refused: 1000}
	for range 50 {
		s.Causes = append(s.Causes, report.Cause{Error: strings.Repeat("x", 500)})
	}
	short := shortened(s)
	if n := len(encodeSummary(short)); n > 4096 || len(short.Causes) == 0 || short.Refused != 1000 {
		t.Errorf("%d bytes with %d causes", n, len(short.Causes))
	}
	if len(s.Causes) != 50 {
		t.Error("the summary itself was cut")
	}
}
