package output_test

import (
	"log/slog"
	"strings"
	"testing"

	"simhook/cmd/simhook/internal/output"
)

func TestTheLogOnATerminalIsForPeople(t *testing.T) {
	var out strings.Builder
	log := output.NewLogger(&out, "", slog.LevelInfo, true)
	log.Debug("not shown")
	log.With("run", "abc").Warn("quota used up", "until", "12:00:00", "why", "two words")
	want := ` warn: quota used up  run=abc  until=12:00:00  why="two words"` + "\n"
	if got := out.String(); len(got) < 8 || got[8:] != want {
		t.Errorf("got %q, want a time and %q", got, want)
	}
}
