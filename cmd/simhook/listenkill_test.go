package main

import (
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// TestAKilledListenerLosesNothingThatItAcknowledged kills the listener with SIGKILL while notifications
// pour in, several times, and each time sends everything again, as a sender does who got no answer.
func TestAKilledListenerLosesNothingThatItAcknowledged(t *testing.T) {
	const kills, senders, killAt = 4, 16, 300
	results := filepath.Join(t.TempDir(), "notifications.csv")
	acknowledged := map[string]bool{}
	var next atomic.Int64
	torn := false
	for range kills {
		l := startListening(t, results, "--rotate-size", "20kB")
		l.accept(0, int(next.Load())) // those that were refused only because the listener was gone
		repeats := len(acknowledged)

		var mu sync.Mutex
		enough := make(chan struct{})
		count := 0
		var sending sync.WaitGroup
		for range senders {
			sending.Go(func() {
				for {
					n := int(next.Add(1) - 1)
					status, _ := l.post(noteBody(n))
					if status != http.StatusOK {
						return // it is gone
					}
					mu.Lock()
					acknowledged[noteID(n)] = true
					if count++; count == killAt {
						close(enough)
					}
					mu.Unlock()
				}
			})
		}
		l.await(enough)
		if code := l.end(syscall.SIGKILL); code != bySignal {
			t.Fatalf("exit code %d\n%s", code, l.said)
		}
		sending.Wait()
		if got := len(acknowledged) - repeats; got < killAt {
			t.Fatalf("%d were acknowledged before the kill, want %d", got, killAt)
		}
		torn = lostOrTwice(t, results, acknowledged) || torn
	}
	l := startListening(t, results)
	l.accept(0, int(next.Load()))
	l.stop()
	l.holdsOnce(int(next.Load()))
	t.Logf("%d notifications, %d of them acknowledged before a kill; a line was torn: %t", next.Load(), len(acknowledged), torn)
}

// lostOrTwice fails the test where an acknowledged notification is not in the files, or one is there twice.
func lostOrTwice(t *testing.T, results string, acknowledged map[string]bool) (torn bool) {
	t.Helper()
	ids, torn := receivedDespiteTear(t, results)
	for id := range acknowledged {
		if ids[id] == 0 {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s is in the files %d times", id, n)
		}
	}
	return torn
}
