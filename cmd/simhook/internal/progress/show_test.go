package progress_test

import (
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/batch"
	"simhook/batch/pace"
	"simhook/cmd/simhook/internal/output"
	"simhook/cmd/simhook/internal/progress"
)

func TestTheLogHasALineEvery30SecondsAndOneForTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		var answers int64
		done := progress.Log(slog.New(slog.NewTextHandler(&out, nil)), func() batch.Status {
			s := halfway()
			answers++
			s.Answered = answers
			return s
		})
		<-time.After(95 * time.Second)
		synctest.Wait()
		if lines := strings.Count(out.String(), "msg=progress"); lines != 3 {
			t.Errorf("%d lines in 95 s, want 3", lines)
		}
		done()
		<-time.After(time.Hour)
		if lines := strings.Count(out.String(), "msg=progress"); lines != 4 {
			t.Errorf("%d lines after the end, want 4", lines)
		}
	})
}

func TestALineOfProgressTellsAll(t *testing.T) {
	var out strings.Builder
	status := batch.Status{
		Plan: batch.Plan{Rows: 107, New: 100, Done: 7}, OK: 27, Failed: 3, Refused: 2, Remaining: 75,
		Attempts: 60, Retries: map[string]int64{"timeout": 4, "http_503": 2}, Throttled: 1, WritesPerSecond: 16.2512, ReadsPerSecond: 8,
		Reads: pace.Status{PerSecond: 16.7}, Writes: pace.Status{PerSecond: 16.7}, Limit: batch.LimitQuota, Elapsed: 5 * time.Minute, Left: 3 * time.Minute,
	}
	progress.Log(slog.New(slog.NewTextHandler(&out, nil)), func() batch.Status { return status })()
	want := `msg=progress done=32 total=107 percent=29 ok=27 failed=3 refused=2 remaining=75 attempts=60 retries=6 throttled=1 calls_per_second=24.3 writes_per_second=16.3 allowed_per_second=16.7 limit=quota elapsed="5 min" eta="3 min"`
	if !strings.Contains(out.String(), want) {
		t.Errorf("got  %swant %s", out.String(), want)
	}
}

func TestALogHasAShortLineEveryMinuteWhileNothingIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		done := progress.Log(slog.New(slog.NewTextHandler(&out, nil)), func() batch.Status {
			s := halfway()
			s.Answered, s.Limit, s.Since = 24_700, batch.LimitOutage, time.Now().Add(-time.Minute)
			return s
		})
		<-time.After(5*time.Minute + time.Second)
		synctest.Wait()
		const short = `msg=waiting done=12345 total=40000 limit="paused: the API has been failing for 1m0s"`
		if n := strings.Count(out.String(), short); n != 4 {
			t.Errorf("%d short lines in 5 min, want 4 after the first whole one\n%s", n, out.String())
		}
		if n := strings.Count(out.String(), "msg=progress"); n != 1 {
			t.Errorf("%d whole lines, want that of the last calls\n%s", n, out.String())
		}
		if strings.Contains(out.String(), "calls_per_second") || strings.Contains(out.String(), "eta=") {
			t.Errorf("a rate or an end is claimed in a pause:\n%s", out.String())
		}
		done()
	})
}

func TestTheBarIsRedrawnFiveTimesASecondAndItsLastFrameStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		done := progress.Bar(output.NewConsole(&out), halfway, false)
		<-time.After(time.Second + time.Millisecond)
		done()
		frame := "\r\x1b[K" + progress.Line(halfway(), time.Now(), 79, false)
		if want := strings.Repeat(frame, 7) + "\n"; out.String() != want {
			t.Errorf("the terminal is sent\n%q, want\n%q", out.String(), want)
		}
	})
}

func TestEachSignalIsAnsweredWithTheStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		asked := make(chan os.Signal)
		done := progress.Answer(output.NewConsole(&out), asked, halfway)
		asked <- os.Interrupt
		asked <- os.Interrupt
		done()
		if n := strings.Count(out.String(), "12,345 of 40,000 SIMs done"); n != 2 {
			t.Errorf("it answers two signals with\n%s", out.String())
		}
	})
}
