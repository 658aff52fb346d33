package main

import (
	"strings"
	"syscall"
	"testing"

	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/file"
)

func TestASummaryFitsATerminationMessage(t *testing.T) {
	s := report.Summary{Rows: 1000, Refused: 1000}
	for range 50 {
		s.Causes = append(s.Causes, report.Cause{Error: strings.Repeat("x", 500)})
	}
	short := output.Shortened(s)
	if n := len(output.EncodeSummary(short)); n > 4096 || len(short.Causes) == 0 || short.Refused != 1000 {
		t.Errorf("%d bytes with %d causes", n, len(short.Causes))
	}
	if len(s.Causes) != 50 {
		t.Error("the summary itself was cut")
	}
}

func TestWhatCouldNotBeRecordedIsNamed(t *testing.T) {
	p, stderr := newProgram(nil, strings.NewReader(""), nil)
	var stdout strings.Builder
	p.stdout = &stdout
	b := &bulk{program: p, json: true}
	lost := &file.WriteError{Path: "r.csv.partial", Err: syscall.ENOSPC, Unrecorded: []string{"8944474600000109251", "893000000002391231"}}
	err := b.deliver(t.Context(), report.Summary{Run: "abc", Rows: 5, OK: 3, Remaining: 2}, lost)
	p.explain(err)
	if exitCode(err) != exitResults {
		t.Errorf("exit code %d, want %d", exitCode(err), exitResults)
	}
	for _, want := range []string{
		"5 rows: 3 ok, 0 failed, 0 refused, 2 to do",
		"called for, but perhaps not recorded: 8944474600000109251, 893000000002391231",
		"writing results to r.csv.partial: no space left on device",
		"make room, or name another file with --results",
	} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("it did not say %q but\n%s", want, stderr)
		}
	}
	if !strings.Contains(stdout.String(), `"exit_code":74,"reason":"writing results to r.csv.partial`) {
		t.Errorf("summary: %s", &stdout)
	}
}
