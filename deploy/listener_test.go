package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const listener = "systemd/simhook-listen.service"

// A disk that is full, a lock, a kill and a bug pass; usage, settings and a fleet that cannot be read do not.
func TestTheListenerIsStartedAgainWhereThatHelps(t *testing.T) {
	service := readUnit(t, listener)
	if restart := service.service(t, "Restart"); restart != "on-failure" {
		t.Fatalf("Restart=%s", restart)
	}
	if limit := service["Unit"]["StartLimitIntervalSec"]; len(limit) != 1 || limit[0] != "0" {
		t.Errorf("after some attempts it stays down: StartLimitIntervalSec=%v", limit)
	}
	codes := programCodes(t)
	final := map[int]bool{codes["Usage"]: true, codes["Fleet"]: true, codes["Settings"]: true}
	prevented := service.codes(t, "RestartPreventExitStatus")
	for code := range wanted(t) {
		if prevented[code] != final[code] {
			t.Errorf("exit code %d ends it for good: %v, want %v", code, prevented[code], final[code])
		}
	}
	if stop, err := time.ParseDuration(service.service(t, "TimeoutStopSec")); err != nil || stop < shutdown {
		t.Errorf("it is killed after %v, before it has stopped: %v", stop, err)
	}
}

// The command of the unit, with its settings, writes a notification down, begins a new file when the unit is reloaded, and
// ends well when it is stopped.
func TestTheListenersServiceRunsACommandThatTheProgramHas(t *testing.T) {
	t.Parallel()
	service := readUnit(t, listener)
	if reload := service.service(t, "ExecReload"); reload != "/bin/kill -HUP $MAINPID" {
		t.Fatalf("ExecReload=%s", reload)
	}
	folder, address := t.TempDir(), freeAddress(t)
	cmd := exec.CommandContext(t.Context(), buildProgram(t))
	for _, arg := range strings.Fields(service.service(t, "ExecStart"))[1:] {
		cmd.Args = append(cmd.Args, strings.ReplaceAll(arg, "${STATE_DIRECTORY}", folder))
	}
	cmd.Env = []string{}
	for name, value := range settingsOf(t, "listen.env") {
		if name == "SIMHOOK_ADDR" {
			value = address
		}
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	eventually(t, "it listens", func() bool { return scraped(address) != "" })
	for _, id := range []string{"one", "two"} {
		notify(t, address, id)
		if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		eventually(t, "a new file has begun", func() bool {
			content, _ := os.ReadFile(filepath.Join(folder, "notifications.csv")) // there may be none yet
			return !strings.Contains(string(content), "8944474600000109251")
		})
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped, it ends with %v", err)
	}
	files, _ := filepath.Glob(filepath.Join(folder, "notifications*.csv"))
	written := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		written += strings.Count(string(content), "8944474600000109251")
	}
	if len(files) != 3 || written != 2 {
		t.Errorf("there are %d notifications in %v, want 2 in 3 files", written, files)
	}
}
