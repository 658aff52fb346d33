package deploy

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

var buildFolder string

// built is the program, made once for all tests.
var built = sync.OnceValues(func() (path string, err error) {
	if buildFolder, err = os.MkdirTemp("", "simhook-"); err != nil {
		return "", err
	}
	path = filepath.Join(buildFolder, "simhook")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./cmd/simhook")
	cmd.Dir = ".."
	if output, err := cmd.CombinedOutput(); err != nil {
		return path, fmt.Errorf("building simhook: %w\n%s", err, output)
	}
	return path, nil
})

func buildProgram(t *testing.T) (path string) {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMain(m *testing.M) {
	// Tests that run beside each other wait for most of their time: there may be more of them than processors.
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	code := m.Run()
	if buildFolder != "" {
		_ = os.RemoveAll(buildFolder) // in the folder for temporary files
	}
	os.Exit(code)
}

// rehearse runs simhook with the arguments and the environment of a file, in a
// sandbox of its own: places that begin with one of paths are in folder.
func rehearse(t *testing.T, folder string, args []string, env map[string]string, paths ...string) {
	t.Helper()
	inFolder := func(text string) string {
		for _, path := range paths {
			text = strings.ReplaceAll(text, path, folder)
		}
		return text
	}
	var placed []string
	for _, arg := range args {
		placed = append(placed, inFolder(arg))
	}
	cmd := exec.CommandContext(t.Context(), buildProgram(t), append(placed, "--sandbox")...)
	cmd.Env = []string{}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+inFolder(value))
	}
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%q: %v\n%s", cmd.Args, err, output)
	}
}

// fleetIn writes the fleet that the files speak of.
func fleetIn(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	fleet, err := os.ReadFile("../testdata/fleet.csv")
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "fleet.csv"), fleet, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestPodsRunCommandsThatTheProgramHas(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct{ object, results string }{
		"kubernetes/register":   {"Job simhook-register", "fleet.register.csv"},
		"kubernetes/unregister": {"Job simhook-unregister", "fleet.unregister.csv"},
		"kubernetes/shards":     {"Job simhook-register-shards", "fleet.register.7-of-8.csv"},
		"kubernetes/reconcile":  {"CronJob simhook-reconcile", "fleet.reconcile.csv"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			objects := render(t, path)
			spec, _ := jobSpec(objects[c.object])
			args, env := commandOf(objects, spec)
			folder := fleetIn(t)
			rehearse(t, folder, args, env, "/data", "/dev")
			for _, name := range []string{c.results, "termination-log"} {
				if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() == 0 {
					t.Errorf("it wrote no %s: %v", name, err)
				}
			}
		})
	}
}

// commandOf is what a Job's container is given, with its variables in the arguments as Kubernetes puts them in. Metrics
// are at a free port, and not at the container's own.
func commandOf(objects map[string]any, spec batchv1.JobSpec) (args []string, env map[string]string) {
	env = map[string]string{}
	for _, object := range objects {
		if settings, ok := object.(*corev1.ConfigMap); ok {
			maps.Copy(env, settings.Data)
		}
	}
	if indexed(spec) {
		env["JOB_COMPLETION_INDEX"] = "7"
	}
	container := spec.Template.Spec.Containers[0]
	for _, variable := range container.Env {
		env[variable.Name] = variable.Value
	}
	if env["SIMHOOK_METRICS_LISTEN"] != "" {
		env["SIMHOOK_METRICS_LISTEN"] = "127.0.0.1:0"
	}
	for _, arg := range container.Args {
		for name, value := range env {
			arg = strings.ReplaceAll(arg, "$("+name+")", value)
		}
		args = append(args, arg)
	}
	return args, env
}

func TestTheServiceRunsACommandThatTheProgramHas(t *testing.T) {
	t.Parallel()
	service := readUnit(t, "systemd/simhook-reconcile.service")
	folder := fleetIn(t)
	args := strings.Fields(service.service(t, "ExecStart"))[1:]
	rehearse(t, folder, args, settings(t), "${STATE_DIRECTORY}", "${CREDENTIALS_DIRECTORY}", "/etc/simhook")
	if _, err := os.Stat(filepath.Join(folder, "fleet.reconcile.csv")); err != nil {
		t.Error(err)
	}
}

// settings are those of simhook.env.
func settings(t *testing.T) map[string]string {
	t.Helper()
	return settingsOf(t, "simhook.env")
}

func settingsOf(t *testing.T, path string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for line := range bytes.Lines(content) {
		name, value, found := strings.Cut(strings.TrimSpace(string(line)), "=")
		if found && !strings.HasPrefix(name, "#") {
			env[name] = value
		}
	}
	if len(env) == 0 {
		t.Fatalf("%s sets nothing", path)
	}
	return env
}

func TestARunEndsByItselfBeforeItIsEnded(t *testing.T) {
	window, err := time.ParseDuration(settings(t)["SIMHOOK_MAX_DURATION"])
	if err != nil {
		t.Fatal(err)
	}
	service := readUnit(t, "systemd/simhook-reconcile.service")
	if most, err := time.ParseDuration(service.service(t, "TimeoutStartSec")); err != nil || window+shutdown > most {
		t.Errorf("a run takes up to %v, and systemd ends it after %v: %v", window, most, err)
	}
	if stop, err := time.ParseDuration(service.service(t, "TimeoutStopSec")); err != nil || stop < shutdown {
		t.Errorf("it is killed after %v, before it has stopped: %v", stop, err)
	}
	object, err := decode(manifests(t)["kubernetes/reconcile/cronjob.yaml"])
	if err != nil {
		t.Fatal(err)
	}
	job := object.(*batchv1.CronJob).Spec.JobTemplate.Spec
	args := strings.Join(job.Template.Spec.Containers[0].Args, " ")
	_, after, _ := strings.Cut(args, "--max-duration ")
	if window, err = time.ParseDuration(strings.Fields(after)[0]); err != nil || window+shutdown > time.Duration(*job.ActiveDeadlineSeconds)*time.Second {
		t.Errorf("a run takes up to %v, and the Job's deadline is %d s: %v", window, *job.ActiveDeadlineSeconds, err)
	}
}
