package forward_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"simhook/cmd/simhook/internal/forward"
	"simhook/report/inbox"
	"simhook/report/reporttest"
)

// receive stores so many notifications of two SIMs, the first of them for each.
func receive(t *testing.T, path string, from, to int) {
	t.Helper()
	b, err := inbox.Open(path, inbox.Options{Disk: reporttest.NeverSynced{}})
	if err != nil {
		t.Fatal(err)
	}
	for n := from; n < to; n++ {
		sim := []string{reporttest.SimA, reporttest.SimB}[n%2]
		row := inbox.Row{ReceivedAt: time.Now(), ID: fmt.Sprintf("n%03d", n), Type: "USAGE_THRESHOLD", ICCID: sim, Other: `{"note":"x"}`}
		if _, err := b.Add(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

// taken is what a target took, by SIM.
type taken struct {
	mu  sync.Mutex
	ids map[string][]string
}

func (k *taken) take(body []byte) {
	var n struct{ ID, ICCID, Note string }
	if json.Unmarshal(body, &n) != nil || n.Note != "x" {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ids == nil {
		k.ids = map[string][]string{}
	}
	k.ids[n.ICCID] = append(k.ids[n.ICCID], n.ID)
}

// forwardFor runs a forwarder for a time of the test's clock.
func forwardFor(t *testing.T, path string, lasts time.Duration, target forward.Target) *forward.Forwarder {
	t.Helper()
	f, err := forward.Open(path, "forward", target, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	f.Run(ctx)
	return f
}

func idOf(t *testing.T, body []byte) string {
	t.Helper()
	var n struct{ ID string }
	if err := json.Unmarshal(body, &n); err != nil {
		t.Error(err)
	}
	return n.ID
}

func TestEachSIMsNotificationsComeInOrderAndNoneTwiceAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "notifications.csv")
		receive(t, path, 0, 40)
		var got taken
		target := func(_ context.Context, body []byte) error { got.take(body); return nil }
		if f := forwardFor(t, path, time.Minute, target); f.Forwarded() != 40 || f.Lag() != 0 {
			t.Errorf("%d forwarded, %s behind", f.Forwarded(), f.Lag())
		}
		receive(t, path, 40, 60)
		if f := forwardFor(t, path, time.Minute, target); f.Forwarded() != 20 {
			t.Errorf("%d forwarded after the restart", f.Forwarded())
		}
		for sim, ids := range got.ids {
			if len(ids) != 30 || !slices.IsSorted(ids) {
				t.Errorf("%s: %v", sim, ids)
			}
		}
	})
}

// A notification that the target never takes holds the others of its SIM up until it is a dead letter, and no other SIM's.
func TestWhatATargetNeverTakesBecomesADeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "notifications.csv")
		receive(t, path, 0, 10)
		var got taken
		attempts := 0
		f := forwardFor(t, path, time.Hour, func(_ context.Context, body []byte) error {
			if idOf(t, body) == "n004" {
				attempts++
				return &forward.Error{Err: errors.New("answered 500")}
			}
			got.take(body)
			return nil
		})
		if f.Dead() != 1 || f.Forwarded() != 9 || attempts != 20 {
			t.Errorf("%d dead, %d forwarded, %d attempts", f.Dead(), f.Forwarded(), attempts)
		}
		letter, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".forward.dead.jsonl")
		if err != nil || !strings.Contains(string(letter), `"id":"n004"`) || !strings.Contains(string(letter), `"attempts":20`) {
			t.Errorf("%v: %s", err, letter)
		}
	})
}

// While the target as a whole is away nothing is given up, however long that lasts.
func TestAnOutageOfTheTargetMakesNoDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "notifications.csv")
		receive(t, path, 0, 10)
		back := time.Now().Add(9 * time.Hour)
		var refused atomic.Int64
		f := forwardFor(t, path, 10*time.Hour, func(context.Context, []byte) error {
			if time.Now().Before(back) {
				refused.Add(1)
				return &forward.Error{Err: errors.New("answered 503"), Down: true}
			}
			return nil
		})
		if refused.Load() < 1000 || f.Dead() != 0 || f.Forwarded() != 10 {
			t.Errorf("%d refused, %d dead, %d forwarded", refused.Load(), f.Dead(), f.Forwarded())
		}
	})
}

func TestWhatAnAnswerOfAServiceMeans(t *testing.T) {
	status := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer service.Close()
	send := forward.ToURL(service.URL)
	for answer, want := range map[int]string{
		200: "taken", 204: "taken", 500: "again", 501: "again", 503: "down", 429: "down", 401: "down", 404: "down", 400: "never", 422: "never", 302: "never",
	} {
		status = answer
		got := "taken"
		if problem, ok := errors.AsType[*forward.Error](send(t.Context(), []byte("{}"))); ok {
			got = map[[2]bool]string{{false, false}: "again", {true, false}: "down", {false, true}: "never"}[[2]bool{problem.Down, problem.Good}]
		}
		if got != want {
			t.Errorf("%d: %s, want %s", answer, got, want)
		}
	}
	service.Close()
	if problem, ok := errors.AsType[*forward.Error](send(t.Context(), []byte("{}"))); !ok || !problem.Down {
		t.Error("a service that is not there is down")
	}
}

func TestACommandTakesANotificationWithExitCodeZero(t *testing.T) {
	got := filepath.Join(t.TempDir(), "got")
	if err := forward.ToCommand("cat >"+got)(t.Context(), []byte(`{"id":"1"}`)); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(got); err != nil || string(text) != "{\"id\":\"1\"}\n" {
		t.Errorf("%q, %v", text, err)
	}
	err := forward.ToCommand("echo no room >&2; exit 3")(t.Context(), []byte("{}"))
	if problem, ok := errors.AsType[*forward.Error](err); !ok || problem.Down || problem.Good || !strings.Contains(err.Error(), "no room") {
		t.Errorf("%v", err)
	}
}
