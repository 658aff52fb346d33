//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/clidoc"
)

// TestEveryExampleOfHelpRuns runs the examples of each command and topic, one after the other, in a folder with the files that
// they name. The environment points them to a sandbox.
func TestEveryExampleOfHelpRuns(t *testing.T) {
	t.Parallel()
	needs(t, "bash", "bash")
	p, _ := newProgram(nil, strings.NewReader(""), nil)
	m := p.manual()
	texts := map[string]string{"the overview": m.App.Description}
	for _, command := range m.App.Commands {
		texts[command.Name] = command.Description
		if n := len(clidoc.Examples(command.Description)); n < 3 {
			t.Errorf("simhook %s --help has %d examples, want 3", command.Name, n)
		}
	}
	for _, topic := range m.Topics {
		texts["topic "+topic.Name] = topic.Text
	}
	const register = "simhook register --webhook-url https://example.com/hook fleet.csv"
	before := map[string]string{ // what has been done when the examples begin
		"restore": "simhook reconcile --webhook-url https://example.com/hook fleet.csv",
		"report": register + " --shard-count 2 --shard-index 0; " + register + " --shard-count 2 --shard-index 1; " +
			"simhook report --merge fleet.register.csv fleet.register.*-of-2.csv; " +
			"cp fleet.register.csv east.register.csv; cp fleet.register.csv west.register.csv",
		"completion": "mkdir -p ~/.zfunc ~/.config/fish/completions",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			dir, env := exampleFolder(t)
			if script := before[name]; script != "" {
				runExample(t, dir, env, script)
			}
			for _, example := range clidoc.Examples(text) {
				if strings.HasPrefix(example, "simhook listen ") || strings.HasPrefix(example, "simhook sandbox ") {
					serveExample(t, dir, env, example)
					continue
				}
				runExample(t, dir, env, example)
			}
		})
	}
}

// exampleFolder is a folder with the files that examples name, and an environment for them.
func exampleFolder(t *testing.T) (dir string, env []string) {
	t.Helper()
	api, err := access.StartSandbox("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Stop)
	dir = t.TempDir()
	fleet := string(readFile(t, "../../testdata/fleet.csv"))
	writeCertificate(t, dir)
	for name, content := range map[string]string{
		"fleet.csv": fleet, "export.csv": "SIM number;customer\n8944474600000109251;a\n", "login": "user:password\n",
		"broken.txt": "8944474600000109251\n", "odd.json": "{}\n",
		"simhook.yaml": "profiles:\n  production:\n    workers: 16\n  preprod:\n    workers: 4\n",
	} {
		write(t, filepath.Join(dir, name), content)
	}
	return dir, append(os.Environ(), "HOME="+dir, "SIMHOOK_CONFIG=",
		"SIMHOOK_BASE_URL="+api.URL+sandbox.BasePath, "SIMHOOK_TOKEN_URL="+api.URL+sandbox.TokenPath,
		"SIMHOOK_CLIENT_ID=id", "SIMHOOK_CLIENT_SECRET=secret", "SIMHOOK_RATE=unlimited", "SIMHOOK_ADDR=127.0.0.1:0")
}

// runExample runs a line of bash, which must succeed.
func runExample(t *testing.T, dir string, env []string, script string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-o", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", script, err, out)
	}
}

// serveExample runs a line of bash until it listens, and ends it.
func serveExample(t *testing.T, dir string, env []string, script string) {
	t.Helper()
	said := newScreen()
	script = strings.ReplaceAll(script, "127.0.0.1:8443", freeAddress(t))
	cmd := exec.CommandContext(t.Context(), "bash", "-c", "exec "+script)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, env, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for !strings.Contains(said.String(), "listening") {
		select {
		case err := <-ended:
			t.Fatalf("%s: it ended: %v\n%s", script, err, said)
		default:
			pause(t, 10*time.Millisecond)
		}
	}
	_ = cmd.Process.Signal(syscall.SIGTERM) // if it has ended, the error says so
	if err := <-ended; err != nil {
		t.Errorf("%s: %v\n%s", script, err, said)
	}
}
