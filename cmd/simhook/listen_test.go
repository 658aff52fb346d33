package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"simhook/cmd/simhook/internal/listen"
)

func TestTheListenerRefusesWhatIsNoNotificationAndGoesOn(t *testing.T) {
	dir := t.TempDir()
	login := filepath.Join(dir, "login")
	if err := os.WriteFile(login, []byte("me:the-s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := startListening(t, filepath.Join(dir, "notifications.csv"), "--credentials-file", login, "--log-format", "json")
	right := func(r *http.Request) { r.SetBasicAuth("me", "the-s3cret") }
	for _, c := range []struct {
		name, method, path, body string
		change                   func(*http.Request)
		status                   int
		reason                   string
	}{
		{"a notification", "POST", "/notifications", noteBody(1), right, 200, ""},
		{"a wrong method", "GET", "/notifications", "", right, 405, "notifications are sent by POST"},
		{"no credentials", "POST", "/notifications", noteBody(2), func(*http.Request) {}, 401, "the credentials are missing or wrong"},
		{"wrong credentials", "POST", "/notifications", noteBody(2), func(r *http.Request) { r.SetBasicAuth("me", "guess") }, 401, "the credentials are missing or wrong"},
		{"malformed JSON", "POST", "/notifications", `{"id":`, right, 400, "the body is not JSON"},
		{"no SIM, logged with the one before", "POST", "/notifications", `{"id":"1","type":"X"}`, right, 400, ""},
		{"an oversized body", "POST", "/notifications", strings.Repeat("x", 64<<10+1), right, 413, "the body is larger than 65536 bytes"},
		{"another path", "POST", "/", noteBody(2), right, 404, "there is nothing at this path"},
		{"another notification", "POST", "/notifications", noteBody(2), right, 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, err := url.Parse(l.url)
			if err != nil {
				t.Fatal(err)
			}
			base.Path = c.path
			req, err := http.NewRequest(c.method, base.String(), strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			c.change(req)
			resp, err := l.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != c.status {
				t.Errorf("answered %d, want %d", resp.StatusCode, c.status)
			}
			if c.reason != "" {
				l.said.waitFor(t, fmt.Sprintf(`"msg":"not acknowledged","http_status":%d,"reason":"%s`, c.status, c.reason))
			}
		})
	}
	figures := scrape(t, strings.Replace(l.url, "/notifications", listen.MetricsPath, 1))
	if refused := total(figures, "simhook_notifications_refused_total"); refused != 7 || total(figures, "simhook_notifications_refused_total", "401") != 2 {
		t.Errorf("%v refused in the metrics, want 7", refused)
	}
	l.stop()
	l.holdsOnce(2)
	if want := "stopped. 2 notifications received, 0 repeats, 2 answered 400, 2 answered 401, 1 answered 404, 1 answered 405, 1 answered 413"; !strings.Contains(l.said.String(), want) {
		t.Errorf("not said: %s%s", want, l.said)
	}
	if strings.Contains(l.said.String(), "s3cret") || strings.Contains(l.said.String(), "guess") {
		t.Errorf("a secret was said:\n%s", l.said)
	}
}

func TestStoppingLetsRequestsUnderWayFinish(t *testing.T) {
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"))
	address := strings.TrimSuffix(strings.TrimPrefix(l.url, "http://"), "/notifications")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The answer 100 says that the request is under way: its body is being waited for.
	body := noteBody(1)
	fmt.Fprintf(conn, "POST /notifications HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	if err := l.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for { // until the listener listens no more
		other, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		_ = other.Close()
	}
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(answers)
	if !strings.Contains(string(rest), "200 OK") {
		t.Errorf("answered %q", rest)
	}
	if code := l.exitCode(); code != exitOK {
		t.Errorf("exit code %d\n%s", code, l.said)
	}
	l.holdsOnce(1)
}

func TestNotificationsArePrintedAsLinesOfJSON(t *testing.T) {
	signals := make(chan os.Signal)
	p, stderr := newProgram(nil, strings.NewReader(""), signals)
	stdout := newScreen()
	p.stdout = stdout
	results := filepath.Join(t.TempDir(), "notifications.csv")
	exit := start(t, p, "listen", "--addr", "127.0.0.1:0", "--results", results, "--json")
	stderr.waitFor(t, "writing to")
	l := &listening{t: t, process: &process{said: stderr}, results: results, client: &http.Client{Transport: &http.Transport{}}}
	defer l.client.CloseIdleConnections()
	_, rest, _ := strings.Cut(stderr.String(), "listening on ")
	l.url, _, _ = strings.Cut(rest, ",")

	l.accept(0, 20)
	l.accept(10, 20) // repeats are not printed again
	if status, answer := l.post(`{"id":"x","type":"NEW","iccid":"893000000002391231","plan":{"name":"EU"}}`); status != 200 {
		t.Fatal(answer)
	}
	signals <- os.Interrupt
	if code := <-exit; code != exitOK {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(stdout.String(), "\n"), "\n")
	if len(lines) != 21 {
		t.Fatalf("%d lines, want 21:\n%s", len(lines), stdout)
	}
	var last struct {
		ReceivedAt string `json:"received_at"`
		ID, Type   string
		Plan       struct{ Name string }
	}
	if err := json.Unmarshal([]byte(lines[20]), &last); err != nil || last.ReceivedAt == "" || last.ID != "x" || last.Type != "NEW" || last.Plan.Name != "EU" {
		t.Errorf("%v: %s", err, lines[20])
	}
}

func TestAClosedStandardOutputEndsTheListener(t *testing.T) {
	p, stderr := newProgram(nil, strings.NewReader(""), nil)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = reader.Close()
	defer writer.Close()
	p.stdout = writer
	results := filepath.Join(t.TempDir(), "notifications.csv")
	exit := start(t, p, "listen", "--addr", "127.0.0.1:0", "--results", results, "--json")
	stderr.waitFor(t, "writing to")
	_, rest, _ := strings.Cut(stderr.String(), "listening on ")
	url, _, _ := strings.Cut(rest, ",")
	l := &listening{t: t, process: &process{said: stderr}, results: results, url: url, client: &http.Client{Transport: &http.Transport{}}}
	defer l.client.CloseIdleConnections()
	l.accept(0, 1)
	if code := <-exit; code != exitResults {
		t.Errorf("exit code %d, want %d\n%s", code, exitResults, stderr)
	}
	l.holdsOnce(1)
}

func TestAHangupPutsTheFileAside(t *testing.T) {
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"))
	l.accept(0, 10)
	if err := l.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	l.said.waitFor(t, "put aside")
	l.accept(0, 20)
	l.stop()
	l.holdsOnce(20)
	if aside, _ := filepath.Glob(filepath.Join(filepath.Dir(l.results), "notifications.*Z.csv")); len(aside) != 1 {
		t.Errorf("files put aside: %q", aside)
	}
}

func TestASizePutsTheFileAside(t *testing.T) {
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"), "--rotate-size", "1kB")
	l.accept(0, 100)
	l.stop()
	l.holdsOnce(100)
	if aside, _ := filepath.Glob(filepath.Join(filepath.Dir(l.results), "notifications.*Z.csv")); len(aside) < 5 {
		t.Errorf("files put aside: %q", aside)
	}
}

// TestAFileThatMayNotGrowIsSaidAndPasses lets a file reach the size that the system allows, and then makes
// room by putting it aside.
func TestAFileThatMayNotGrowIsSaidAndPasses(t *testing.T) {
	results := filepath.Join(t.TempDir(), "notifications.csv")
	l := startListeningAs(t, results, "sh", "-c", `ulimit -f 8 && exec "$@"`, "sh", "simhook", "listen", "--addr", "127.0.0.1:0", "--results", results)
	health := strings.TrimSuffix(l.url, "/notifications") + listen.HealthPath
	if got := get(t, health); got != "ok\n" {
		t.Errorf("the health at first: %q", got)
	}
	n, status := 0, http.StatusOK
	for ; status == http.StatusOK && n < 1000; n++ {
		status, _ = l.post(noteBody(n))
	}
	if status != http.StatusServiceUnavailable || n < 10 {
		t.Fatalf("number %d is answered %d\n%s", n, status, l.said)
	}
	if got := get(t, health); got == "ok\n" {
		t.Errorf("the health is %q", got)
	}
	l.said.waitFor(t, "file too large")
	if err := l.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	l.said.waitFor(t, "put aside")
	l.accept(0, n+5)
	l.stop()
	l.holdsOnce(n + 5)
}

func TestExpectingAFleet(t *testing.T) {
	dir := t.TempDir()
	fleet := newFleet(t, 10) // the SIMs of the notifications 0 to 9
	args := []string{"--expect", fleet, "--allow-bad-luhn"}
	l := startListening(t, filepath.Join(dir, "notifications.csv"), args...)
	l.accept(0, 8)
	l.accept(20, 21)
	figures := scrape(t, strings.Replace(l.url, "/notifications", listen.MetricsPath, 1))
	for name, want := range map[string]float64{
		"simhook_notifications_received_total": 9, "simhook_notifications_repeated_total": 0,
		"simhook_expected_sims": 10, "simhook_expected_sims_heard": 8, "simhook_notifications_unwritable": 0,
	} {
		if got := total(figures, name); figures[name] == nil || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	l.stop()
	want := "heard from 8 of 10 SIMs of " + fleet + "\n" +
		"  not heard from: 2 SIMs, for instance 8944000000000000008, 8944000000000000009\n" +
		"  not in the fleet: 1 SIM, for instance 8944000000000000020\n" +
		"  all of them: " + filepath.Join(dir, "notifications.expect.csv") + "\n"
	if !strings.HasSuffix(l.said.String(), want) {
		t.Errorf("it says\n%swant at the end\n%s", l.said, want)
	}
	list, err := os.ReadFile(filepath.Join(dir, "notifications.expect.csv"))
	if want := "iccid,state\n8944000000000000008,silent\n8944000000000000009,silent\n8944000000000000020,unknown\n"; err != nil || string(list) != want {
		t.Errorf("%v, the file holds\n%swant\n%s", err, list, want)
	}

	// What was received before is remembered.
	l = startListening(t, filepath.Join(dir, "notifications.csv"), args...)
	l.accept(8, 10)
	l.said.waitFor(t, "all 10 SIMs of "+fleet+" have been heard from\n")
	l.stop()
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"1B": 1, "64KiB": 64 << 10, "100MB": 1e8, "1GB": 1e9, "2GiB": 2 << 30, "5kB": 5000} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"100", "MB", "0MB", "-1MB", "1.5MB", "1TB", "1 MB", "9999999999999GB", "1MBMB"} {
		if _, err := parseSize(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
