package main

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/batch"
)

func TestEveryCallsAtAnIntervalUntilItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		stop := every(30*time.Second, func() { calls++ })
		<-time.After(95 * time.Second)
		stop()
		<-time.After(time.Hour)
		if calls != 3 {
			t.Errorf("%d calls in 95 s and after the end, want 3", calls)
		}
	})
}

func TestALineOfProgressTellsAll(t *testing.T) {
	var out strings.Builder
	b := &bulk{log: slog.New(slog.NewTextHandler(&out, nil))}
	b.logProgress(batch.Status{
		Plan: batch.Plan{Rows: 107, New: 100, Done: 7}, OK: 27, Failed: 3, Refused: 2, Remaining: 75,
		Attempts: 60, Retries: map[string]int64{"timeout": 4, "http_503": 2}, Throttled: 1, CallsPerSecond: 16.6512,
		Limit: batch.LimitUsedUp, Until: time.Date(2024, 5, 1, 12, 0, 0, 0, time.Local), Left: 3 * time.Minute,
	})
	want := `msg=progress done=32 total=107 ok=27 failed=3 refused=2 remaining=75 attempts=60 retries=6 throttled=1 calls_per_second=16.7 limit="paused until 12:00:00: quota used up" eta="3 min"`
	if !strings.Contains(out.String(), want) {
		t.Errorf("got  %swant %s", out.String(), want)
	}
}

func TestWhatIsSaidBesideABarErasesWhatAKeyHasLeft(t *testing.T) {
	var bar strings.Builder
	k := &console{out: io.Discard}
	k.divert(&bar)
	k.say("stopping at https://me:secret@host")
	if want := "\r\x1b[Kstopping at https://me:***@host\n"; bar.String() != want {
		t.Errorf("the bar is given %q, want %q", bar.String(), want)
	}
}

// closedBar is a bar that has come to its end.
type closedBar struct{}

func (closedBar) Write([]byte) (int, error) { return 0, errors.New("done") }

func TestWhatIsSaidBesideABar(t *testing.T) {
	for name, c := range map[string]struct {
		bar  io.Writer
		want string // on the console itself
	}{
		"goes straight to the console without one": {nil, "hello\n"},
		"goes through the bar":                     {io.Discard, ""},
		"is not lost with a bar that has ended":    {closedBar{}, "hello\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			k := &console{out: &out}
			k.divert(c.bar)
			k.say("hello")
			if out.String() != c.want {
				t.Errorf("the console has %q, want %q", out.String(), c.want)
			}
		})
	}
}
