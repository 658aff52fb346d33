package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"simhook/api/sandbox"
)

// keepStderr, for commands that do not ask for a log in text, makes standard error a file of its own in a folder.
func keepStderr(dir string) {
	file, err := os.CreateTemp(dir, "stderr-*")
	if err != nil {
		panic(err)
	}
	os.Stderr = file
}

// indifferent is a test whose failures do not count.
type indifferent struct{ *testing.T }

func (indifferent) Fatal(...any)  { panic(given) }
func (indifferent) FailNow()      { panic(given) }
func (indifferent) Skip(...any)   { panic(given) }
func (indifferent) Log(...any)    {}
func (indifferent) Verbose() bool { return false }
func (indifferent) Parallel()     {}

type givenUp struct{}

var given = givenUp{}

func (i indifferent) Run(_ string, do func(testscript.T)) {
	defer func() {
		if r := recover(); r != nil && r != given {
			panic(r)
		}
	}()
	do(i)
}

// TestEveryLineOfALogInJSONIsAnObject runs all scripts with --log-format json. What the scripts say about standard
// error then does not hold: only the lines count.
func TestEveryLineOfALogInJSONIsAnObject(t *testing.T) {
	if raceDetected() {
		t.Skip("all scripts once more take minutes with the race detector: .ci/run runs this test without it")
	}
	dir := t.TempDir()
	testscript.RunT(indifferent{t}, testscript.Params{
		Dir:             filepath.Join("..", "..", "testdata", "script"),
		ContinueOnError: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SIMHOOK_LOG_FORMAT", "json")
			env.Setenv("TEST_STDERR_DIR", dir)
			return setUp(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "api": startAPI, "calls": calls},
	})
	files, err := filepath.Glob(filepath.Join(dir, "stderr-*"))
	if err != nil || len(files) < 50 {
		t.Fatalf("only %d commands were run, %v", len(files), err)
	}
	lines := 0
	for _, path := range files {
		text := string(readFile(t, path))
		for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); lines++ {
			var object map[string]any
			if err := json.Unmarshal(scanner.Bytes(), &object); err != nil || object["msg"] == nil || object["level"] == nil {
				t.Errorf("%q: %v", scanner.Text(), err)
			}
		}
	}
	t.Logf("%d lines of %d commands", lines, len(files))
}

func TestAQuietRunSaysNothingButErrors(t *testing.T) {
	for _, quiet := range [][]string{{"--quiet"}, {"--log-level", "error"}, {"--log-level=error"}} {
		api := serveGate(t, sandbox.Options{})
		p, stderr := newProgram(api.environment(), strings.NewReader(""), nil)
		if code := p.run(t.Context(), append([]string{"register", newFleet(t, 3)}, quiet...)); code != exitOK || stderr.String() != "" {
			t.Errorf("%v: exit code %d, and it said %q", quiet, code, stderr)
		}
		p, stderr = newProgram(nil, strings.NewReader(""), nil)
		if code := p.run(t.Context(), append([]string{"register", "none.csv"}, quiet...)); code == exitOK || !strings.Contains(stderr.String(), "simhook: ") {
			t.Errorf("%v: exit code %d, and it said %q", quiet, code, stderr)
		}
	}
}
