package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/output"
)

// screen is a writer that tests can wait on for a text.
type screen struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{} // closed and replaced at each write
}

func newScreen() *screen { return &screen{changed: make(chan struct{})} }

func (s *screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
	return s.text.Write(text)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// waitFor returns when text has been written.
func (s *screen) waitFor(t *testing.T, text string) {
	t.Helper()
	for {
		s.mu.Lock()
		found, changed := strings.Contains(s.text.String(), text), s.changed
		s.mu.Unlock()
		if found {
			return
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatalf("%q was never said", text)
		}
	}
}

// gate is a sandbox that tells when it has had a number of calls.
type gate struct {
	*sandbox.Sandbox
	url string

	mu      sync.Mutex
	left    int
	reached chan struct{}
}

// serveGate serves a sandbox on a loopback address.
func serveGate(t *testing.T, options sandbox.Options) *gate {
	g := &gate{Sandbox: sandbox.New(options)}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// after returns a channel that is closed when n more calls have come in.
func (g *gate) after(n int) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left, g.reached = n, make(chan struct{})
	return g.reached
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, sandbox.BasePath) {
		g.count()
	}
	g.Sandbox.ServeHTTP(w, r)
}

func (g *gate) count() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left--; g.left == 0 {
		close(g.reached)
	}
}

// environment is what lets a program use the sandbox.
func (g *gate) environment() map[string]string {
	return map[string]string{
		"SIMHOOK_BASE_URL": g.url + sandbox.BasePath, "SIMHOOK_TOKEN_URL": g.url + sandbox.TokenPath,
		"SIMHOOK_CLIENT_ID": "id", "SIMHOOK_CLIENT_SECRET": "secret", "SIMHOOK_RATE": "unlimited",
		"SIMHOOK_WEBHOOK_URL": "https://example.com/hook", "SIMHOOK_ALLOW_BAD_LUHN": "true",
	}
}

// newFleet writes a fleet of n SIMs.
func newFleet(t *testing.T, n int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "fleet.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "iccid")
	for i := range n {
		fmt.Fprintf(w, "894400000000%07d\n", i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// rowsBySIM counts the rows of a results file for each ICCID, whatever is torn at its end left out.
func rowsBySIM(t *testing.T, path string) map[string]int {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := content[:strings.LastIndexByte(string(content), '\n')+1]
	records, err := csv.NewReader(strings.NewReader(string(whole))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, record := range records[1:] {
		rows[record[0]]++
	}
	return rows
}

// newProgram is a program in the given environment, and what it says on standard error.
func newProgram(env map[string]string, stdin io.Reader, signals <-chan os.Signal) (*program, *screen) {
	stderr := newScreen()
	return &program{
		env:     func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		stdin:   stdin,
		stdout:  io.Discard,
		console: output.NewConsole(stderr),
		signals: signals,
		version: "test",
	}, stderr
}
