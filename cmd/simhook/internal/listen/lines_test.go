package listen

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
)

func TestLinesArePrintedToTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		l := printLines(&out)
		for range 3 * maxWaitingLines {
			l.print(notification(), time.Time{})
		}
		if err := l.close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "\n"); n != 3*maxWaitingLines {
			t.Errorf("%d lines are printed, want %d", n, 3*maxWaitingLines)
		}
		if line, _, _ := strings.Cut(out.String(), "\n"); !strings.HasPrefix(line, `{"received_at":"0001-01-01T00:00:00.000Z","id":"N-1"`) {
			t.Errorf("a line is %s", line)
		}
	})
}

func TestAClosedOutputDoesNotHoldUpSenders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		gone := errors.New("gone")
		_ = reader.CloseWithError(gone)
		l := printLines(writer)
		for range 2 * maxWaitingLines {
			l.print(notification(), time.Time{})
		}
		if err := <-l.broken(); !errors.Is(err, gone) {
			t.Errorf("broken by %v", err)
		}
		if err := l.close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAStuckOutputDoesNotHoldUpTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe() // which is not read
		l := printLines(writer)
		l.print(notification(), time.Time{})
		ctx, cancel := context.WithTimeout(t.Context(), stopTimeout)
		defer cancel()
		if err := l.close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		_ = reader.Close()
	})
}

func notification() api.Notification {
	return api.Notification{ID: "N-1", Type: api.UsageThreshold, ICCID: "8944474600000109251"}
}
