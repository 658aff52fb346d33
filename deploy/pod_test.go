package deploy

import (
	"fmt"
	"slices"
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
	if spec.RestartPolicy != corev1.RestartPolicyNever {
		problems = append(problems, "its restartPolicy is "+string(spec.RestartPolicy))
	}
	for _, container := range spec.Containers {
		if security := container.SecurityContext; security == nil || security.ReadOnlyRootFilesystem == nil || !*security.ReadOnlyRootFilesystem {
			problems = append(problems, container.Name+" can write to its root")
		}
		if container.Resources.Requests.Cpu().IsZero() || container.Resources.Requests.Memory().IsZero() || container.Resources.Limits.Memory().IsZero() {
			problems = append(problems, container.Name+" has no resources")
		}
	}
	return problems
}

// simhookProblems is what is wrong with a Pod that simhook runs in.
func simhookProblems(spec corev1.PodSpec) (problems []string) {
	if grace := spec.TerminationGracePeriodSeconds; grace == nil || time.Duration(*grace)*time.Second < shutdown {
		problems = append(problems, "it is killed before it has stopped")
	}
	if len(spec.Containers) != 1 || spec.Containers[0].Name != "simhook" {
		return append(problems, "it has not one container, simhook")
	}
	container := spec.Containers[0]
	summary := slices.Index(container.Args, "--summary")
	if summary < 0 || container.TerminationMessagePath == "" || container.Args[summary+1] != container.TerminationMessagePath {
		problems = append(problems, "the termination message is not the summary")
	}
	limit, err := memoryLimit(container)
	if maximum := container.Resources.Limits.Memory(); err != nil || limit.Cmp(*maximum) >= 0 {
		problems = append(problems, fmt.Sprintf("GOMEMLIMIT is not below %v: %v", maximum, err))
	}
	return append(problems, credentialProblems(spec, container)...)
}

// memoryLimit is GOMEMLIMIT, in which Go calls Mi MiB.
func memoryLimit(container corev1.Container) (resource.Quantity, error) {
	for _, variable := range container.Env {
		if variable.Name == "GOMEMLIMIT" {
			return resource.ParseQuantity(strings.TrimSuffix(variable.Value, "B"))
		}
	}
	return resource.Quantity{}, fmt.Errorf("there is none")
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
