package deploy

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func buildProgram(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "simhook")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "./cmd/simhook")
	cmd.Dir = ".."
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building simhook: %v\n%s", err, output)
	}
	return path
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
	for path, c := range map[string]struct{ object, results string }{
		"kubernetes/register":  {"Job simhook-register", "fleet.register.sandbox.csv"},
		"kubernetes/shards":    {"Job simhook-register-shards", "fleet.register.sandbox.7-of-8.csv"},
		"kubernetes/reconcile": {"CronJob simhook-reconcile", "fleet.reconcile.csv"},
	} {
		t.Run(path, func(t *testing.T) {
			objects := render(t, path)
			var spec batchv1.JobSpec
			switch o := objects[c.object].(type) {
			case *batchv1.Job:
				spec = o.Spec
			case *batchv1.CronJob:
				spec = o.Spec.JobTemplate.Spec
			}
			env := map[string]string{}
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
			folder := fleetIn(t)
			rehearse(t, folder, container.Args, env, "/data", "/dev")
			for _, name := range []string{c.results, "termination-log"} {
				if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() == 0 {
					t.Errorf("it wrote no %s: %v", name, err)
				}
			}
		})
	}
}

func TestTheServiceRunsACommandThatTheProgramHas(t *testing.T) {
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
	content, err := os.ReadFile("simhook.env")
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
		t.Fatal("simhook.env sets nothing")
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
