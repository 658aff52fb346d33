package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// badNight sends notifications to a listener from many senders, while its file is rotated, moved, deleted and
// truncated, and while it is killed.
type badNight struct {
	t       *testing.T
	results string
	next    atomic.Int64

	quiet sync.RWMutex // held by what no sender may come between, such as a copy and the truncation after it

	mu           sync.Mutex
	acknowledged map[int]bool
	kept         int // copies of the file
}

// keep copies the file: what it held is not lost by what is done to it next.
func (b *badNight) keep() error {
	text, err := os.ReadFile(b.results)
	if err != nil {
		return err
	}
	b.kept++
	return os.WriteFile(fmt.Sprintf("%s.kept%d", b.results, b.kept), text, 0o600)
}

// send sends until l is gone. What is not acknowledged is sent again in the end.
func (b *badNight) send(l *listening) {
	for {
		b.quiet.RLock()
		n := int(b.next.Add(1) - 1)
		status, _ := l.post(noteBody(n))
		b.quiet.RUnlock()
		switch status {
		case http.StatusOK:
			b.mu.Lock()
			b.acknowledged[n] = true
			b.mu.Unlock()
		case http.StatusServiceUnavailable:
		default:
			return
		}
	}
}

// after waits until so many more are acknowledged.
func (b *badNight) after(more int) {
	b.t.Helper()
	count := func() int {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.acknowledged)
	}
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for want := count() + more; count() < want; {
		select {
		case <-ticker.C:
		case <-b.t.Context().Done():
			b.t.Fatalf("only %d are acknowledged, want %d", count(), want)
		}
	}
}

// missing are acknowledged notifications that no file holds.
func (b *badNight) missing() (lost []string) {
	paths, err := filepath.Glob(strings.TrimSuffix(b.results, ".csv") + "*.csv*")
	if err != nil {
		b.t.Fatal(err)
	}
	var all strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			b.t.Fatal(err)
		}
		all.Write(text)
	}
	ids := map[string]bool{}
	for line := range strings.Lines(all.String()) {
		if cells := strings.SplitN(line, ",", 3); len(cells) == 3 {
			ids[cells[1]] = true
		}
	}
	for n := range b.acknowledged {
		if !ids[noteID(n)] {
			lost = append(lost, noteID(n))
		}
	}
	return lost
}

func TestEveryAcknowledgedNotificationIsFindableAfterABadNight(t *testing.T) {
	const senders, each = 20, 100
	b := &badNight{t: t, results: filepath.Join(t.TempDir(), "notifications.csv"), acknowledged: map[int]bool{}}
	var done atomic.Int64
	quietly := func(do func() error) error {
		b.quiet.Lock()
		defer b.quiet.Unlock()
		err := errors.Join(b.keep(), do())
		if errors.Is(err, os.ErrNotExist) { // a rotation is between two files
			return nil
		}
		done.Add(1)
		return err
	}
	for night := range 2 {
		l := startListening(t, b.results, "--rotate-size", "50kB")
		var sending sync.WaitGroup
		for range senders {
			sending.Go(func() { b.send(l) })
		}
		for name, do := range map[string]func() error{
			"rotated by a hangup": func() error { return l.Process.Signal(syscall.SIGHUP) },
			"moved":               func() error { return os.Rename(b.results, fmt.Sprintf("%s.moved%d", b.results, night)) },
			"deleted":             func() error { return quietly(func() error { return os.Remove(b.results) }) },
			"truncated":           func() error { return quietly(func() error { return os.Truncate(b.results, 0) }) },
		} {
			b.after(each)
			if err := do(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.after(each)
		if code := l.end(syscall.SIGKILL); code != bySignal {
			t.Fatalf("exit code %d\n%s", code, l.said)
		}
		sending.Wait()
	}
	if done.Load() == 0 {
		t.Error("the file was never deleted or truncated")
	}
	l := startListening(t, b.results)
	l.stop()
	if lost := b.missing(); len(lost) > 0 {
		t.Errorf("%d of %d acknowledged notifications are in no file, such as %v", len(lost), len(b.acknowledged), lost[0])
	}
	t.Logf("%d notifications acknowledged, all findable", len(b.acknowledged))
}

func TestTheDocumentationsExamplesAreAllKept(t *testing.T) {
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"))
	l.url += "/" // is the same webhook
	examples, err := filepath.Glob("../../testdata/notifications/*.json")
	if err != nil || len(examples) != 5 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	for _, path := range append(examples, examples...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if status, answer := l.post(string(text)); status != http.StatusOK {
			t.Errorf("%s is answered %d %s", path, status, answer)
		}
	}
	l.stop()
	text, err := os.ReadFile(l.results)
	if want := `""eid"":""123456789"",""notification_point_description"":""BPP Installation""`; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v: there is no %s in\n%s", err, want, text)
	}
	if want := "5 notifications received, 5 repeats, 2 with other content than before"; !strings.Contains(l.said.String(), want) {
		t.Errorf("it does not say %q:\n%s", want, l.said)
	}
}

func TestWhatTheListenerDoesNotUnderstandIsKept(t *testing.T) {
	l := startListening(t, filepath.Join(t.TempDir(), "notifications.csv"))
	for _, body := range []string{`<event id="1"/>`, "\xff\xfe{\x00", strings.Repeat("x", 70_000)} {
		if status, _ := l.post(body); status != http.StatusBadRequest && status != http.StatusRequestEntityTooLarge {
			t.Errorf("%.20q is answered %d", body, status)
		}
	}
	l.stop()
	text, err := os.ReadFile(strings.TrimSuffix(l.results, ".csv") + ".rejected.jsonl")
	if err != nil || strings.Count(string(text), "\n") != 3 || !strings.Contains(string(text), `"body":"\u003cevent id=\"1\"/\u003e"`) ||
		!strings.Contains(string(text), `"body_base64":"//57AA=="`) || !strings.Contains(string(text), `"http_status":413`) {
		t.Errorf("%v; it holds %.500s", err, text)
	}
}

func TestAListenerWhoseLinesHaveNoReaderEndsWith74(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "simhook", "listen", "--addr", "127.0.0.1:0", "--json",
		"--results", filepath.Join(t.TempDir(), "notifications.csv"))
	p := &process{Cmd: cmd, said: newScreen()}
	cmd.Stdout, cmd.Stderr = write, p.said
	if err := errors.Join(cmd.Start(), write.Close(), read.Close()); err != nil {
		t.Fatal(err)
	}
	p.said.waitFor(t, "writing to ")
	l := &listening{process: p, t: t, client: http.DefaultClient}
	l.url = regexp.MustCompile(`listening on (https?://\S+),`).FindStringSubmatch(p.said.String())[1]
	l.accept(0, 1)
	_ = cmd.Wait() // what it ended with stands in the ProcessState
	if code := cmd.ProcessState.ExitCode(); code != exitResults {
		t.Errorf("exit code %d, want %d\n%s", code, exitResults, p.said)
	}
}
