package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"simhook/cmd/simhook/internal/listen"
)

// receiver is a service that notifications are forwarded to. It answers 500 one time in five, and can be restarted.
type receiver struct {
	t    *testing.T
	addr string
	http *http.Server

	mu      sync.Mutex
	asked   int
	refused int
	got     []string // IDs that were taken
	changed chan struct{}
}

func startReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, addr: "127.0.0.1:0", changed: make(chan struct{}, 1)}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *receiver) start() {
	r.t.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.addr = l.Addr().String()
	r.http = &http.Server{Handler: r, ReadHeaderTimeout: time.Minute}
	server := r.http
	go func() { _ = server.Serve(l) }()
}

func (r *receiver) stop() { _ = r.http.Close() }

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var n struct{ ID string }
	if err := json.NewDecoder(req.Body).Decode(&n); err != nil {
		r.t.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked++; r.asked%5 == 0 {
		r.refused++
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	r.got = append(r.got, n.ID)
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// waitFor waits until so many different notifications have arrived, and returns all in their order.
func (r *receiver) waitFor(count int) (got []string) {
	r.t.Helper()
	for {
		r.mu.Lock()
		got = append([]string(nil), r.got...)
		r.mu.Unlock()
		different := map[string]bool{}
		for _, id := range got {
			different[id] = true
		}
		if len(different) >= count {
			return got
		}
		select {
		case <-r.changed:
		case <-time.After(time.Minute):
			r.t.Fatalf("%d of %d have arrived", len(different), count)
		}
	}
}

func TestEveryNotificationIsForwardedThroughRestartsOfBothSides(t *testing.T) {
	const all = 400
	service := startReceiver(t)
	results := filepath.Join(t.TempDir(), "notifications.csv")
	options := []string{"--forward", "http://" + service.addr + "/in", "--rotate-size", "20kB"}
	l := startListening(t, results, options...)
	l.accept(0, all/4)
	service.waitFor(10)
	service.stop()
	l.accept(all/4, all/2) // storing does not wait for the service
	if code := l.end(syscall.SIGKILL); code != bySignal {
		t.Fatalf("exit code %d\n%s", code, l.said)
	}
	service.start()
	l = startListening(t, results, options...)
	l.accept(all/2, all*3/4)
	if err := os.Rename(results, results+".1"); err != nil {
		t.Fatal(err)
	}
	l.accept(all*3/4, all)
	service.waitFor(all)
	l.stop()
	service.mu.Lock()
	defer service.mu.Unlock()
	if service.refused == 0 {
		t.Error("the service has refused nothing")
	}
	t.Logf("%d requests, %d of them refused, %d taken for %d notifications", service.asked, service.refused, len(service.got), all)
}

func TestNotificationsOfOneSIMAreForwardedInOrder(t *testing.T) {
	service := startReceiver(t)
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"), "--forward", "http://"+service.addr)
	const all = 50
	for n := range all {
		body := fmt.Sprintf(`{"id":"%03d","type":"USAGE_THRESHOLD","iccid":"8944474600000109251"}`, n)
		if status, answer := l.post(body); status != http.StatusOK {
			t.Fatalf("answered %d %s", status, answer)
		}
	}
	got := service.waitFor(all)
	l.stop()
	for i := 1; i < len(got); i++ {
		if got[i] < got[i-1] {
			t.Errorf("%s came after %s", got[i], got[i-1])
		}
	}
}

func TestWhatTheServiceRefusesForGoodIsADeadLetter(t *testing.T) {
	service := http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
	})}
	at, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = service.Serve(at) }()
	defer service.Close()
	results := filepath.Join(t.TempDir(), "notifications.csv")
	l := startListening(t, results, "--forward", "http://"+at.Addr().String())
	l.accept(0, 1)
	l.said.waitFor(t, "kept as a dead letter")
	l.stop()
	letters, err := os.ReadFile(strings.TrimSuffix(results, ".csv") + ".forward.dead.jsonl")
	if err != nil || !strings.Contains(string(letters), `"id":"N-0"`) || !strings.Contains(string(letters), "answered 422") {
		t.Errorf("%v; the letters are %s", err, letters)
	}
}

func TestACommandGetsEachNotificationOnItsStandardInput(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	l := startListening(t, filepath.Join(dir, "notifications.csv"), "--exec", "cat >> "+taken+" && echo $$ >> "+taken+".done")
	l.accept(0, 3)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		done, _ := os.ReadFile(taken + ".done") // not there at first
		if strings.Count(string(done), "\n") == 3 {
			break
		}
		select {
		case <-ticker.C:
		case <-time.After(time.Minute):
			t.Fatal("the command was not run three times")
		}
	}
	l.stop()
	text, err := os.ReadFile(taken)
	if err != nil || strings.Count(string(text), `"received_at"`) != 3 || !strings.Contains(string(text), `"id":"N-2"`) {
		t.Errorf("%v; it got %s", err, text)
	}
}

func TestTheLagTellsHowFarForwardingIsBehind(t *testing.T) {
	r := startReceiver(t)
	r.stop()
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"), "--forward", "http://"+r.addr)
	lag := func() float64 {
		return total(scrape(t, strings.Replace(l.url, "/notifications", listen.MetricsPath, 1)), "simhook_forward_lag_seconds")
	}
	until := time.Now().Add(time.Minute)
	l.accept(0, 3)
	for lag() == 0 {
		if time.Now().After(until) {
			t.Fatal("no lag although nothing arrives")
		}
	}
	r.start()
	r.waitFor(3)
	for lag() > 0 { // the position is written down after the answer
		if time.Now().After(until) {
			t.Fatalf("a lag of %v s although all has arrived", lag())
		}
	}
	l.stop()
}
