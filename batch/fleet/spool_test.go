package fleet_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"simhook/batch/fleet"
)

func TestStandardInputCanBeReadTwiceAndLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	f, err := fleet.Open(t.Context(), "-", strings.NewReader("iccid\n"+documented+"\n"), dir, fleet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Name() != "standard input" {
		t.Errorf("its name is %q", f.Name())
	}
	for range 2 {
		if rows := rowsOf(t, f); len(rows) != 1 || rows[0].ICCID != documented {
			t.Errorf("rows: %+v", rows)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("the copy has a name: %v", left)
	}
}

func TestWaitingForStandardInputEndsWithTheContext(t *testing.T) {
	defer goleak.VerifyNone(t)
	silent, writer := io.Pipe()
	stopped := errors.New("stopped by a signal")
	ctx, cancel := context.WithCancelCause(t.Context())
	begun := make(chan struct{})
	go func() { // the header arrives, and then nothing more
		_, _ = io.WriteString(writer, "iccid\n")
		close(begun)
		cancel(stopped)
	}()
	_, err := fleet.Open(ctx, "-", silent, t.TempDir(), fleet.Options{})
	<-begun
	var bad *fleet.Error
	if !errors.Is(err, stopped) || errors.As(err, &bad) {
		t.Errorf("the error is %v", err)
	}
	_ = writer.Close() // ends the read that was left behind
}

func TestStandardInputThatNeverEndsEndsWithTheContext(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	endless := &countingReader{after: 3, then: cancel}
	_, err := fleet.Open(ctx, "-", endless, t.TempDir(), fleet.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// countingReader never ends, and calls then at its read number after.
type countingReader struct {
	reads, after int
	then         func()
}

func (r *countingReader) Read(p []byte) (int, error) {
	if r.reads++; r.reads == r.after {
		r.then()
	}
	return copy(p, documented+"\n"), nil
}

func TestUnreadableStandardInputIsRefused(t *testing.T) {
	broken := errors.New("input/output error")
	silent, writer := io.Pipe()
	_ = writer.CloseWithError(broken)
	_, err := fleet.Open(t.Context(), "-", silent, t.TempDir(), fleet.Options{})
	wantFleetError(t, err, "reading standard input", "input/output error")
	missing := filepath.Join(t.TempDir(), "none")
	_, err = fleet.Open(t.Context(), "-", strings.NewReader("iccid\n"), missing, fleet.Options{})
	wantFleetError(t, err, "temporary copy")
}
