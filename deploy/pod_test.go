package deploy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// shutdown is how long simhook may take to stop: 10 s for calls in flight, and
// what the last writes take.
const shutdown = 15 * time.Second

// podProblems is what is wrong with a Pod, whatever runs in it.
func podProblems(meta metav1.ObjectMeta, spec corev1.PodSpec) (problems []string) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		return []string{err.Error()}
	}
	for _, version := range []api.Version{api.MajorMinorVersion(1, 29), api.LatestVersion()} {
		level := api.LevelVersion{Level: api.LevelRestricted, Version: version}
		if result := policy.AggregateCheckResults(evaluator.EvaluatePod(level, &meta, &spec)); !result.Allowed {
			problems = append(problems, "Pod Security forbids it: "+result.ForbiddenDetail())
		}
	}
	if spec.AutomountServiceAccountToken == nil || *spec.AutomountServiceAccountToken {
		problems = append(problems, "it has a service account's token")
	}
	if spec.EnableServiceLinks == nil || *spec.EnableServiceLinks {
		problems = append(problems, "a Service called simhook would set variables that simhook reads as its options")
	}
	for _, container := range spec.Containers {
		if security := container.SecurityContext; security == nil || security.ReadOnlyRootFilesystem == nil || !*security.ReadOnlyRootFilesystem {
			problems = append(problems, container.Name+" can write to its root")
		}
		problems = append(problems, resourceProblems(container)...)
	}
	return problems
}

// resourceProblems are what a ResourceQuota refuses that counts requests and limits, and a request for more of a CPU
// than simhook can use.
func resourceProblems(container corev1.Container) (problems []string) {
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
		request, limit := container.Resources.Requests[name], container.Resources.Limits[name]
		if request.IsZero() || limit.IsZero() || request.Cmp(limit) > 0 {
			problems = append(problems, fmt.Sprintf("%s: %s is %v of %v: a quota refuses it", container.Name, name, &request, &limit))
		}
	}
	if most := resource.MustParse("10m"); container.Resources.Requests.Cpu().Cmp(most) > 0 {
		problems = append(problems, container.Name+" asks for more of a CPU than it uses, and waits for a node")
	}
	return problems
}

// simhookProblems is what is wrong with a Pod that simhook runs in.
func simhookProblems(spec corev1.PodSpec) (problems []string) {
	if len(spec.Containers) != 1 || spec.Containers[0].Name != "simhook" {
		return []string{"it has not one container, simhook"}
	}
	if grace := spec.TerminationGracePeriodSeconds; grace == nil || time.Duration(*grace)*time.Second < shutdown {
		problems = append(problems, "it is killed before it has stopped")
	}
	container := spec.Containers[0]
	limit, err := memoryLimit(container)
	if maximum := container.Resources.Limits.Memory(); err != nil || limit.Cmp(*maximum) >= 0 {
		problems = append(problems, fmt.Sprintf("GOMEMLIMIT is not below %v: %v", maximum, err))
	}
	return problems
}

// runProblems is what is wrong with a Pod that calls the API.
func runProblems(meta metav1.ObjectMeta, spec corev1.PodSpec) (problems []string) {
	if meta.Annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] != "false" {
		problems = append(problems, "it is evicted to save a node")
	}
	container := spec.Containers[0]
	summary := slices.Index(container.Args, "--summary")
	if summary < 0 || container.TerminationMessagePath == "" || container.Args[summary+1] != container.TerminationMessagePath {
		problems = append(problems, "the termination message is not the summary")
	}
	if port := metricsPort(container); port == "" || variable(container, "SIMHOOK_METRICS_LISTEN") != ":"+port {
		problems = append(problems, "its metrics are not where its port is")
	}
	return append(problems, credentialProblems(spec, container)...)
}

// memoryLimit is GOMEMLIMIT, in which Go calls Mi MiB.
func memoryLimit(container corev1.Container) (resource.Quantity, error) {
	return resource.ParseQuantity(strings.TrimSuffix(variable(container, "GOMEMLIMIT"), "B"))
}

// variable is what a container's environment sets; empty: it does not.
func variable(container corev1.Container, name string) string {
	for _, variable := range container.Env {
		if variable.Name == name {
			return variable.Value
		}
	}
	return ""
}

// metricsPort is the number of the port that a PodMonitor reads.
func metricsPort(container corev1.Container) string {
	for _, port := range container.Ports {
		if port.Name == "metrics" {
			return strconv.Itoa(int(port.ContainerPort))
		}
	}
	return ""
}

// credentialProblems finds a secret that does not come as a read-only file.
func credentialProblems(spec corev1.PodSpec, container corev1.Container) (problems []string) {
	secret := slices.IndexFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Secret != nil })
	if secret < 0 {
		return []string{"no Secret is mounted"}
	}
	mount := slices.IndexFunc(container.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == spec.Volumes[secret].Name })
	if mount < 0 || !container.VolumeMounts[mount].ReadOnly {
		return []string{"the Secret is not mounted read-only"}
	}
	found := false
	for _, variable := range container.Env {
		if variable.ValueFrom != nil && variable.ValueFrom.SecretKeyRef != nil {
			problems = append(problems, variable.Name+" holds a secret")
		}
		if variable.Name == "SIMHOOK_CLIENT_SECRET_FILE" {
			found = strings.HasPrefix(variable.Value, container.VolumeMounts[mount].MountPath+"/")
		}
	}
	if !found {
		problems = append(problems, "simhook is not told where the client secret is")
	}
	return problems
}
