package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/access"
)

func TestMain(m *testing.M) {
	// Most tests that run side by side wait for processes and clocks, and not for a processor.
	if err := flag.Set("test.parallel", "5"); err != nil {
		panic(err)
	}
	testscript.Main(leakChecked{m}, map[string]func(){"simhook": func() {
		if dir := os.Getenv("TEST_STDERR_DIR"); dir != "" && !slices.Contains(os.Args, "text") {
			keepStderr(dir)
		}
		main()
	}})
}

// TestScripts runs the scripts of testdata/script. Beside testscript's own commands they have
//
//	exits N simhook …      run it; fail unless it exits with N
//	api [QUOTA]            start a sandbox and point the environment at it
//	calls N                fail unless the sandbox has had N calls
//	reaches N              wait until the sandbox has had N calls
//	says FILE              fail unless the last command has said what FILE says on both outputs, where … stands for any
//	                       words, and alone on a line for any lines
//	webhooks N URL         fail unless the sandbox has N webhooks with that URL
//
// and in every folder the fleet of testdata/fleet.csv.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"api":   startAPI,
			"calls": calls,

			"reaches":  reaches,
			"says":     says,
			"webhooks": webhooks,
		},
	})
}

type apiKey struct{}

func setUp(env *testscript.Env) error {
	if path := os.Getenv(raceDetecting); path != "" {
		env.Setenv("PATH", path)
	}
	env.Values[apiKey{}] = new(*access.LocalSandbox)
	fleet, err := os.ReadFile(filepath.Join("..", "..", "testdata", "fleet.csv"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(env.WorkDir, "fleet.csv"), fleet, 0o600)
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func startAPI(ts *testscript.TestScript, _ bool, args []string) {
	options := sandbox.Options{
		ClientID: "the-client", ClientSecret: "the-secret", NotFoundOnUnregister: true,
		Unknown: func(iccid string) bool {
			return iccid == "893000000002391231" || strings.HasPrefix(iccid, "890000")
		},
	}
	if len(args) > 0 {
		var err error
		options.Quota, options.Window, err = sandbox.ParseQuota(args[0])
		ts.Check(err)
	}
	local, err := access.StartSandbox("127.0.0.1:0", options)
	ts.Check(err)
	ts.Defer(local.Stop)
	*ts.Value(apiKey{}).(**access.LocalSandbox) = local
	ts.Setenv("SIMHOOK_BASE_URL", local.URL+sandbox.BasePath)
	ts.Setenv("SIMHOOK_TOKEN_URL", local.URL+sandbox.TokenPath)
	ts.Setenv("SIMHOOK_CLIENT_ID", "the-client")
	ts.Setenv("SIMHOOK_CLIENT_SECRET", "the-secret")
	ts.Setenv("SIMHOOK_RATE", "unlimited")
	ts.Setenv("TOKEN", local.IssueToken())
}

func webhooks(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	for _, sim := range (*ts.Value(apiKey{}).(**access.LocalSandbox)).Webhooks() {
		for _, url := range sim {
			if url == args[1] {
				got++
			}
		}
	}
	if got != want {
		ts.Fatalf("%d webhooks with the URL %s, want %d", got, args[1], want)
	}
}

// reaches waits for calls that a command in the background makes.
func reaches(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		got := 0
		for _, n := range (*ts.Value(apiKey{}).(**access.LocalSandbox)).Stats().Calls {
			got += n
		}
		if got >= want {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the API has had %d calls, want %d", got, want)
		}
	}
}

// says compares what a person has read of the last command: standard output, and then standard error.
func says(ts *testscript.TestScript, _ bool, args []string) {
	want, got := ts.ReadFile(args[0]), ts.ReadFile("stdout")+ts.ReadFile("stderr")
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), "\n…\n", "\n(.*\n)*")
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	if !regexp.MustCompile("^" + pattern + "$").MatchString(got) {
		ts.Fatalf("it says\n%s\nwant\n%s", got, want)
	}
}

func calls(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	for _, n := range (*ts.Value(apiKey{}).(**access.LocalSandbox)).Stats().Calls {
		got += n
	}
	if got != want {
		ts.Fatalf("the API has had %d calls, want %d", got, want)
	}
}
