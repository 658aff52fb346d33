package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// listening is a listener that runs by itself.
type listening struct {
	*process
	t       *testing.T
	results string
	url     string // of the webhook
	client  *http.Client
}

// startListening starts a listener on a free port.
func startListening(t *testing.T, results string, args ...string) *listening {
	t.Helper()
	return startListeningAs(t, results, "simhook", append([]string{"listen", "--addr", "127.0.0.1:0", "--results", results}, args...)...)
}

func startListeningAs(t *testing.T, results, name string, args ...string) *listening {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	l := &listening{
		process: (&rig{t: t}).startCommand(name, args...), t: t, results: results,
		client: &http.Client{Transport: transport},
	}
	l.said.waitFor(t, "writing to "+results)
	l.url = regexp.MustCompile(`listening on (https?://\S+),`).FindStringSubmatch(l.said.String())[1]
	return l
}

// noteBody is the n-th notification of a test.
func noteBody(n int) string {
	return fmt.Sprintf(`{"id":"%s","type":"USAGE_THRESHOLD","iccid":"894400000000%07d","subscription_id":"ZHNhc2Rhc2Q=","threshold":80}`, noteID(n), n)
}

func noteID(n int) string { return fmt.Sprintf("N-%d", n) }

// post sends a body to the webhook. The status is 0 where no answer came.
func (l *listening) post(body string) (status int, answer string) {
	resp, err := l.client.Post(l.url, "application/json", strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(text)
}

// accept posts the notifications from to to, which must all be acknowledged.
func (l *listening) accept(from, to int) {
	l.t.Helper()
	for n := from; n < to; n++ {
		if status, answer := l.post(noteBody(n)); status != http.StatusOK {
			l.t.Fatalf("%s is answered %d %s\n%s", noteID(n), status, answer, l.said)
		}
	}
}

// stop ends it as an operator does.
func (l *listening) stop() {
	l.t.Helper()
	if code := l.end(os.Interrupt); code != exitOK {
		l.t.Errorf("exit code %d, want %d\n%s", code, exitOK, l.said)
	}
}

// received counts the IDs in all files of notifications, whose lines must all be whole.
func (l *listening) received() map[string]int {
	l.t.Helper()
	return receivedIn(l.t, l.results)
}

func receivedIn(t *testing.T, results string) map[string]int {
	t.Helper()
	stem := strings.TrimSuffix(results, ".csv")
	aside, err := filepath.Glob(stem + ".*Z.csv")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, path := range append(aside, results) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
		if err != nil || len(records) == 0 || records[0][1] != "id" || strings.Count(string(content), "\n") != len(records) {
			t.Fatalf("%s: not a header and one line per notification: %v", path, err)
		}
		for _, record := range records[1:] {
			ids[record[1]]++
		}
	}
	return ids
}

// holdsOnce fails the test unless the files hold n notifications, each once.
func (l *listening) holdsOnce(n int) {
	l.t.Helper()
	ids := l.received()
	if len(ids) != n {
		l.t.Errorf("%d notifications are in the files, want %d", len(ids), n)
	}
	for id, count := range ids {
		if count != 1 {
			l.t.Errorf("%s is in the files %d times", id, count)
		}
	}
}

// receivedDespiteTear is for files that were being written a moment ago: what is torn at the end is left
// out, and a kill between two files may have left none at the path.
func receivedDespiteTear(t *testing.T, results string) (ids map[string]int, torn bool) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), filepath.Base(results))
	aside, err := filepath.Glob(strings.TrimSuffix(results, ".csv") + ".*Z.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(aside, results) {
		content, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			content = []byte("received_at,id\n")
		} else if err != nil {
			t.Fatal(err)
		}
		end := strings.LastIndexByte(string(content), '\n') + 1
		torn = torn || end < len(content)
		if end == 0 { // it was killed before it had written the header
			content = []byte("received_at,id\n")
			end = len(content)
		}
		if err := os.WriteFile(filepath.Join(filepath.Dir(copied), filepath.Base(path)), content[:end], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return receivedIn(t, copied), torn
}
