package listen_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/listen"
)

// The ICCIDs have lengths from 18 to 20 digits, and the least and the greatest that there can be.
const (
	shortest = "890000000000000000"
	usual    = "8944474600000109251"
	longest  = "89999999999999999999"
	stranger = "893000000002391231"
)

func TestAnExpectationKnowsWhoIsSilentAndWhoIsUnknown(t *testing.T) {
	e, unusable, err := expect(t, "iccid\n"+longest+"\n"+usual+"\n"+shortest+"\n12\n")
	if err != nil || unusable != 1 || e.SIMs() != 3 {
		t.Fatalf("%v; %d rows are unusable", err, unusable)
	}
	for _, iccid := range []string{usual, stranger, usual, stranger} {
		if e.Note(iccid) {
			t.Errorf("%s is said to be the last SIM", iccid)
		}
	}
	silent, unknown, more := e.Differences()
	if want := []string{shortest, longest}; !slices.Equal(silent, want) {
		t.Errorf("silent are %q, want %q", silent, want)
	}
	if want := []string{stranger}; !slices.Equal(unknown, want) || more != 0 {
		t.Errorf("unknown are %q and %d more, want %q", unknown, more, want)
	}
	if e.Note(shortest) || !e.Note(longest) || e.Heard() != 3 {
		t.Errorf("the last SIM is not recognised; heard from %d", e.Heard())
	}
	if e.Note(longest) {
		t.Error("a SIM heard from again is said to be the last")
	}
}

func TestAFleetWithoutAUsableRowCannotBeExpected(t *testing.T) {
	if _, _, err := expect(t, "iccid\n12\n"); !isFleetError(err) {
		t.Errorf("got %v, want a *fleet.Error", err)
	}
}

func isFleetError(err error) bool {
	_, ok := errors.AsType[*fleet.Error](err)
	return ok
}

func TestReadingAnExpectedFleetEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	source := open(t, "iccid\n"+usual+"\n")
	stopped := errors.New("stopped")
	cancel(stopped)
	if _, _, err := listen.Expect(ctx, source); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
}

func expect(t *testing.T, content string) (*listen.Expectation, int, error) {
	t.Helper()
	return listen.Expect(t.Context(), open(t, content))
}

func open(t *testing.T, content string) *fleet.Fleet {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fleet.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := fleet.Open(t.Context(), path, strings.NewReader(""), "", fleet.Options{AllowBadLuhn: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.Close() })
	return source
}
