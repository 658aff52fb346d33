// Package deploy checks the files that users copy, without a cluster.
package deploy

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestManifestsAreWhatAClusterTakes(t *testing.T) {
	codes := wanted(t)
	for path, manifest := range manifests(t) {
		object, err := decode(manifest)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for _, problem := range objectProblems(object, codes) {
			t.Errorf("%s: %s", path, problem)
		}
	}
}

func TestKustomizationsRenderToWhatAClusterTakes(t *testing.T) {
	codes := wanted(t)
	for folder, names := range map[string][]string{
		"kubernetes/register":  {"Job simhook-register", "ConfigMap simhook-settings"},
		"kubernetes/shards":    {"Job simhook-register-shards", "ConfigMap simhook-settings", "ConfigMap simhook-shards"},
		"kubernetes/reconcile": {"CronJob simhook-reconcile", "ConfigMap simhook-settings"},
	} {
		objects := render(t, folder)
		for _, name := range names {
			object, found := objects[name]
			if !found {
				t.Errorf("%s has no %s", folder, name)
			}
			for _, problem := range objectProblems(object, codes) {
				t.Errorf("%s: %s: %s", folder, name, problem)
			}
			delete(objects, name)
		}
		for name := range objects {
			t.Errorf("%s has a %s, which nothing here expects", folder, name)
		}
	}
}

// What the checks are for, they find.
func TestMistakesInAManifestAreFound(t *testing.T) {
	const register, shards, reconcile = "register/job.yaml", "shards/job.yaml", "reconcile/cronjob.yaml"
	codes := wanted(t)
	for name, c := range map[string]struct{ path, from, to, problem string }{
		"a misspelt field":              {register, "podReplacementPolicy:", "podReplacmentPolicy:", "unknown field"},
		"a misspelt field of the Pod":   {reconcile, "fsGroup:", "fsgroup:", "unknown field"},
		"a field of another level":      {register, "restartPolicy: Never", "completions: 1", "unknown field"},
		"no containerName":              {register, "          containerName: simhook\n", "", "names no container"},
		"another container's name":      {shards, "containerName: simhook", "containerName: other", "names no container"},
		"a code that is missing":        {register, "[4, 64,", "[64,", "exit code 4: count, want fail job"},
		"a code too many":               {shards, "[75]", "[74, 75]", "exit code 74: ignore, want count"},
		"another code":                  {shards, "[65]", "[69]", "exit code 65: count, want fail index"},
		"another action":                {shards, "FailIndex", "FailJob", "exit code 65: fail job, want fail index"},
		"codes out of order":            {register, "64, 65,", "65, 64,", "not in order"},
		"no deadline":                   {register, "activeDeadlineSeconds: 86400", "", "repeat for ever"},
		"replaced too early":            {register, "podReplacementPolicy: Failed", "podReplacementPolicy: TerminatingOrFailed", "lock"},
		"disruptions count":             {shards, "DisruptionTarget", "PodScheduled", "give way"},
		"restarts":                      {register, "restartPolicy: Never", "restartPolicy: OnFailure", "restartPolicy"},
		"as root":                       {register, "runAsNonRoot: true", "runAsNonRoot: false", "Pod Security"},
		"with capabilities":             {reconcile, "drop: [ALL]", "drop: [NET_RAW]", "Pod Security"},
		"without seccomp":               {register, "type: RuntimeDefault", "type: Unconfined", "Pod Security"},
		"a root to write to":            {register, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "write to its root"},
		"a service account":             {register, "automountServiceAccountToken: false", "automountServiceAccountToken: true", "token"},
		"killed too early":              {register, "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 10", "killed before"},
		"another termination message":   {register, "terminationMessagePath: /dev/termination-log", "terminationMessagePath: /tmp/log", "summary"},
		"too much memory":               {register, "200MiB", "300MiB", "GOMEMLIMIT"},
		"the Secret can be written":     {register, "readOnly: true", "readOnly: false", "read-only"},
		"all indexes fail together":     {shards, "  backoffLimitPerIndex: 6", "  backoffLimit: 6", "ends all"},
		"two nights at once":            {reconcile, "concurrencyPolicy: Forbid", "concurrencyPolicy: Allow", "two may run"},
		"whatever time zone":            {reconcile, "  timeZone: Etc/UTC\n", "", "timeZone"},
		"a name that a cluster refuses": {register, "name: simhook-register\n", "name: Simhook_Register\n", "RFC 1123"},
	} {
		t.Run(name, func(t *testing.T) {
			manifest := string(manifests(t)[filepath.Join("kubernetes", c.path)])
			if !strings.Contains(manifest, c.from) {
				t.Fatalf("%s has no %q to spoil", c.path, c.from)
			}
			object, err := decode([]byte(strings.Replace(manifest, c.from, c.to, 1)))
			var problems []string
			if err != nil {
				problems = []string{err.Error()}
			} else {
				problems = objectProblems(object, codes)
			}
			if !strings.Contains(strings.Join(problems, "\n"), c.problem) {
				t.Errorf("found %q, want %q", problems, c.problem)
			}
		})
	}
}

func TestAnExitCodeThatTheProgramChangesIsFound(t *testing.T) {
	object, err := decode(manifests(t)["kubernetes/shards/job.yaml"])
	if err != nil {
		t.Fatal(err)
	}
	for code := range wanted(t) {
		if code == 0 {
			continue
		}
		changed := wanted(t)
		changed[code+100], changed[code] = changed[code], count // the number now means nothing
		if changed[code+100] == count {
			continue // as any other number is
		}
		if len(objectProblems(object, changed)) == 0 {
			t.Errorf("%d became %d, and nothing was found", code, code+100)
		}
	}
}

func TestTheShardCountStandsInOnePlace(t *testing.T) {
	objects := render(t, "kubernetes/shards")
	job := objects["Job simhook-register-shards"].(*batchv1.Job)
	settings := objects["ConfigMap simhook-shards"].(*corev1.ConfigMap)
	told := 0
	for _, source := range job.Spec.Template.Spec.Containers[0].EnvFrom {
		if source.ConfigMapRef.Name == settings.Name {
			told++
		}
	}
	if told != 1 {
		t.Fatal("the Pods are not told the number of shards")
	}
	shards, parallelism := settings.Data["SIMHOOK_SHARD_COUNT"], settings.Data["SIMHOOK_SHARD_PARALLELISM"]
	for what, c := range map[string]struct {
		got  *int32
		want string
	}{
		"completions":      {job.Spec.Completions, shards},
		"maxFailedIndexes": {job.Spec.MaxFailedIndexes, shards},
		"parallelism":      {job.Spec.Parallelism, parallelism},
	} {
		if c.got == nil || strconv.Itoa(int(*c.got)) != c.want {
			t.Errorf("%s is %v, and simhook is told %s", what, c.got, c.want)
		}
	}
	if shards == "1" || *job.Spec.Parallelism > *job.Spec.Completions {
		t.Errorf("%s shards, of which %s run at once", shards, parallelism)
	}
	kustomization := string(manifests(t)["kubernetes/shards/kustomization.yaml"])
	if n := strings.Count(kustomization, "SIMHOOK_SHARD_COUNT="); n != 1 {
		t.Errorf("the kustomization sets it %d times", n)
	}
}

// The volumes that Pods ask for are the claims that are there, for as many Pods
// as run at once.
func TestVolumesAreClaimedForThePodsThatRunAtOnce(t *testing.T) {
	claims := map[string]corev1.PersistentVolumeAccessMode{}
	pods := map[string]corev1.PodSpec{}
	for path, manifest := range manifests(t) {
		object, err := decode(manifest)
		if err != nil {
			t.Fatal(err)
		}
		switch o := object.(type) {
		case *corev1.PersistentVolumeClaim:
			claims[o.Name] = o.Spec.AccessModes[0]
		case *batchv1.Job:
			pods[path] = o.Spec.Template.Spec
		case *batchv1.CronJob:
			pods[path] = o.Spec.JobTemplate.Spec.Template.Spec
		case *corev1.Pod:
			pods[path] = o.Spec
		}
	}
	if len(pods) != 4 {
		t.Fatalf("%d Pods, want 4", len(pods))
	}
	for path, pod := range pods {
		want := corev1.ReadWriteOncePod
		if strings.Contains(path, "shards") {
			want = corev1.ReadWriteMany
		}
		if mode := claims[pod.Volumes[0].PersistentVolumeClaim.ClaimName]; mode != want {
			t.Errorf("%s: its volume is %q, want %s", path, mode, want)
		}
	}
}
