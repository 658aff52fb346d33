// Package deploy checks the files that users copy, without a cluster.
package deploy

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
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

// kustomizations are all folders for kubectl apply -k, with what is in them.
func kustomizations() map[string][]string {
	return map[string][]string{
		"register":          {"Job simhook-register", "ConfigMap simhook-settings-register"},
		"unregister":        {"Job simhook-unregister", "ConfigMap simhook-settings-unregister"},
		"shards":            {"Job simhook-register-shards", "ConfigMap simhook-settings-register-shards", "ConfigMap simhook-shards-register-shards"},
		"merge":             {"Job simhook-merge"},
		"reconcile":         {"CronJob simhook-reconcile", "ConfigMap simhook-settings-reconcile"},
		"reconcile-account": {"CronJob simhook-reconcile-account", "ConfigMap simhook-settings-reconcile-account"},
		"listen":            {"Deployment simhook-listen", "Service simhook-listen"},
		"storage":           {"PersistentVolumeClaim simhook"},
		"storage-shards":    {"PersistentVolumeClaim simhook-shards"},
		"storage-listen":    {"PersistentVolumeClaim simhook-listen"},
		"helper":            {"Job simhook-helper"},
		"helper-shards":     {"Job simhook-helper-shards"},
		"helper-listen":     {"Job simhook-helper-listen"},
		"network":           {"NetworkPolicy simhook-deny", "NetworkPolicy simhook-api", "NetworkPolicy simhook-metrics", "NetworkPolicy simhook-listen"},
		"monitoring":        {"PodMonitor simhook", "PrometheusRule simhook"},
	}
}

func TestKustomizationsRenderToWhatAClusterTakes(t *testing.T) {
	codes := wanted(t)
	for folder, names := range kustomizations() {
		objects := render(t, "kubernetes/"+folder)
		for _, name := range names {
			object, found := objects[name]
			if !found {
				t.Errorf("%s has no %s", folder, name)
				continue
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

func TestEveryKustomizationIsKnownHere(t *testing.T) {
	known := kustomizations()
	for path, manifest := range manifests(t) {
		folder := filepath.Base(filepath.Dir(path))
		if object, _ := decode(manifest); filepath.Base(path) == "kustomization.yaml" && object.(*types.Kustomization).Kind == types.KustomizationKind && known[folder] == nil {
			t.Errorf("no test looks at %s", folder)
		}
	}
}

// What "kubectl delete -k" takes away, no other folder has.
func TestNoTwoKustomizationsShareAnObject(t *testing.T) {
	owners := map[string]string{}
	for folder := range kustomizations() {
		for _, manifest := range kustomize(t, filesys.MakeFsOnDisk(), "kubernetes/"+folder) {
			object, err := decode(manifest)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%T %s", object, object.(metav1.Object).GetName())
			if other, taken := owners[name]; taken {
				t.Errorf("%s is in %s and in %s: deleting one breaks the other", name, folder, other)
			}
			owners[name] = folder
		}
	}
}

// An account has a namespace of its own: a kustomization over these sets it, and nothing is left outside.
func TestANamespaceHoldsAnAccount(t *testing.T) {
	for folder := range kustomizations() {
		files := inMemory(t)
		write(t, files, "kubernetes/east/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: east\nresources: [../"+folder+"]\n")
		for _, manifest := range kustomize(t, files, "kubernetes/east") {
			object, err := decode(manifest)
			if err != nil {
				t.Fatal(err)
			}
			if namespace := object.(metav1.Object).GetNamespace(); namespace != "east" {
				t.Errorf("%s: %s is in the namespace %q", folder, nameOf(object), namespace)
			}
		}
	}
}

// The README's folder for an account is what it says.
func TestTheReadmesAccountHasItsNamespaceAndItsClientID(t *testing.T) {
	readme, err := os.ReadFile("kubernetes/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(readme), "```yaml\n# deploy/kubernetes/east/kustomization.yaml\n")
	example, _, _ = strings.Cut(example, "```\n")
	if !found {
		t.Fatal("it has no such example")
	}
	files := inMemory(t)
	write(t, files, "kubernetes/east/kustomization.yaml", example)
	told := false
	for _, manifest := range kustomize(t, files, "kubernetes/east") {
		object, err := decode(manifest)
		if err != nil {
			t.Fatal(err)
		}
		if namespace := object.(metav1.Object).GetNamespace(); namespace != "east" {
			t.Errorf("%s is in the namespace %q", nameOf(object), namespace)
		}
		if settings, ok := object.(*corev1.ConfigMap); ok {
			told = settings.Data["SIMHOOK_CLIENT_ID"] == "fleet-east"
		}
	}
	if !told {
		t.Error("simhook is not told the account's client ID")
	}
}

// What the README names in its commands is there.
func TestTheReadmesNameFoldersThatThereAre(t *testing.T) {
	for _, readme := range []string{"kubernetes/README.md", "monitoring/README.md", "systemd/README.md", "helm/README.md", "README.md"} {
		content, err := os.ReadFile(readme)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range regexp.MustCompile(`deploy/[a-z/.-]*[a-z]`).FindAllString(string(content), -1) {
			if found, _ := filepath.Glob("../" + path + "*"); len(found) == 0 && path != "deploy/kubernetes/east/kustomization.yaml" {
				t.Errorf("%s names %s, which there is not", readme, path)
			}
		}
	}
}

// inMemory is a copy of the folder kubernetes to change.
func inMemory(t *testing.T) filesys.FileSystem {
	t.Helper()
	files := filesys.MakeFsInMemory()
	for path, content := range manifests(t) {
		write(t, files, path, string(content))
	}
	return files
}

func write(t *testing.T, files filesys.FileSystem, path, content string) {
	t.Helper()
	if err := files.WriteFile(path, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func TestAFleetCanComeFromAConfigMap(t *testing.T) {
	for _, folder := range []string{"register", "unregister", "shards", "reconcile"} {
		files := inMemory(t)
		path := "kubernetes/" + folder + "/kustomization.yaml"
		write(t, files, path, strings.Replace(string(manifests(t)[path]), "[../settings]", "[../settings, ../fleet-configmap]", 1))
		var pods []corev1.PodSpec
		for _, manifest := range kustomize(t, files, "kubernetes/"+folder) {
			object, err := decode(manifest)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range objectProblems(object, wanted(t)) {
				t.Errorf("%s: %s", folder, problem)
			}
			if spec, ok := jobSpec(object); ok {
				pods = append(pods, spec.Template.Spec)
			}
		}
		if len(pods) != 1 {
			t.Fatalf("%s: %d Pods", folder, len(pods))
		}
		container := pods[0].Containers[0]
		mounted := slices.ContainsFunc(container.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == "/fleet" && m.ReadOnly })
		volume := slices.ContainsFunc(pods[0].Volumes, func(v corev1.Volume) bool { return v.ConfigMap != nil && v.ConfigMap.Name == "simhook-fleet" })
		if container.Args[1] != "/fleet/fleet.csv.gz" || !mounted || !volume {
			t.Errorf("%s reads %q", folder, container.Args)
		}
	}
}

// jobSpec is that of a Job or of a CronJob.
func jobSpec(object any) (batchv1.JobSpec, bool) {
	switch o := object.(type) {
	case *batchv1.Job:
		return o.Spec, true
	case *batchv1.CronJob:
		return o.Spec.JobTemplate.Spec, true
	}
	return batchv1.JobSpec{}, false
}

// What the checks are for, they find.
func TestMistakesInAManifestAreFound(t *testing.T) {
	const (
		register, shards, reconcile = "register/job.yaml", "shards/job.yaml", "reconcile/cronjob.yaml"
		unregister, listen          = "unregister/job.yaml", "listen/deployment.yaml"
	)
	codes := wanted(t)
	for name, c := range map[string]struct{ path, from, to, problem string }{
		"a misspelt field":              {register, "podReplacementPolicy:", "podReplacmentPolicy:", "unknown field"},
		"a misspelt field of the Pod":   {reconcile, "fsGroup:", "fsgroup:", "unknown field"},
		"a field of another level":      {register, "restartPolicy: Never", "completions: 1", "unknown field"},
		"no containerName":              {register, "          containerName: simhook\n", "", "names no container"},
		"another container's name":      {shards, "containerName: simhook", "containerName: other", "names no container"},
		"the next to the last night":    {reconcile, "backoffLimit: 60", "backoffLimit: 6", "an outage of 45m10s ends it"},
		"a shard ends in the night":     {shards, "backoffLimitPerIndex: 60", "backoffLimitPerIndex: 40", "ends it"},
		"a deadline of a day":           {register, "activeDeadlineSeconds: 2592000", "activeDeadlineSeconds: 86400", "its deadline is before"},
		"another deadline told":         {register, "value: \"2592000\"", "value: \"86400\"", "not told the Job's deadline"},
		"a Job that stays":              {unregister, "ttlSecondsAfterFinished: 604800", "", "cannot be applied again"},
		"evicted to save a node":        {register, "safe-to-evict: \"false\"", "safe-to-evict: \"true\"", "evicted"},
		"variables of Services":         {register, "enableServiceLinks: false", "enableServiceLinks: true", "Service"},
		"a listener's too":              {listen, "enableServiceLinks: false", "enableServiceLinks: true", "Service"},
		"more of a CPU":                 {register, "cpu: 10m", "cpu: 100m", "waits for a node"},
		"no limit for a quota":          {shards, "              cpu: 500m\n", "", "a quota refuses it"},
		"metrics at another port":       {register, "value: :9464", "value: :9465", "metrics"},
		"two listeners":                 {listen, "replicas: 1", "replicas: 2", "two would write"},
		"a rolling update":              {listen, "type: Recreate", "type: RollingUpdate", "two would write"},
		"restarts for a full disk":      {listen, "tcpSocket:\n", "httpGet:\n              path: /healthz\n", "full disk"},
		"a namespace":                   {register, "  name: simhook-register\n", "  name: simhook-register\n  namespace: east\n", "one namespace"},
		"a code that is missing":        {register, "[4, 64,", "[64,", "exit code 4: count, want fail job"},
		"a code too many":               {shards, "[75]", "[74, 75]", "exit code 74: ignore, want count"},
		"another code":                  {shards, "[65]", "[69]", "exit code 65: count, want fail index"},
		"another action":                {shards, "FailIndex", "FailJob", "exit code 65: fail job, want fail index"},
		"codes out of order":            {register, "64, 65,", "65, 64,", "not in order"},
		"no deadline":                   {register, "activeDeadlineSeconds: 2592000", "", "repeat for ever"},
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
		"all indexes fail together":     {shards, "  backoffLimitPerIndex: 60", "  backoffLimit: 60", "ends all"},
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
	settings := objects["ConfigMap simhook-shards-register-shards"].(*corev1.ConfigMap)
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
	for folder := range kustomizations() {
		for _, object := range render(t, "kubernetes/"+folder) {
			switch o := object.(type) {
			case *corev1.PersistentVolumeClaim:
				claims[o.Name] = o.Spec.AccessModes[0]
			case *appsv1.Deployment:
				pods[folder] = o.Spec.Template.Spec
			}
			if spec, ok := jobSpec(object); ok {
				pods[folder] = spec.Template.Spec
			}
		}
	}
	if len(pods) != 10 {
		t.Fatalf("%d Pods, want 10", len(pods))
	}
	for folder, pod := range pods {
		claim, want := "simhook", corev1.ReadWriteOncePod
		switch {
		case strings.Contains(folder, "shards"), folder == "merge":
			claim, want = "simhook-shards", corev1.ReadWriteMany
		case strings.Contains(folder, "listen"):
			claim = "simhook-listen"
		}
		if name := pod.Volumes[0].PersistentVolumeClaim.ClaimName; name != claim || claims[name] != want {
			t.Errorf("%s: its volume is %s, %q, want %s, %s", folder, name, claims[name], claim, want)
		}
	}
}
