package deploy

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
)

// objectProblems is what is wrong with a manifest, beyond what the decoder finds.
func objectProblems(object any, codes map[int]response) []string {
	named, ok := object.(metav1.Object)
	if !ok {
		return nil // a kustomization
	}
	problems := validation.IsDNS1123Subdomain(named.GetName())
	if named.GetNamespace() != "" {
		problems = append(problems, "it is for one namespace only, and accounts have one each")
	}
	switch o := object.(type) {
	case *batchv1.Job:
		if o.Spec.TTLSecondsAfterFinished == nil {
			problems = append(problems, "it stays when it has ended, and cannot be applied again")
		}
		if deadline := o.Spec.ActiveDeadlineSeconds; isRun(o.Spec) && (deadline == nil || time.Duration(*deadline)*time.Second < largest()) {
			problems = append(problems, fmt.Sprintf("%d SIMs take %v, and its deadline is before", largestFleet, largest()))
		}
		return append(problems, jobProblems(o.Spec, codes)...)
	case *batchv1.CronJob:
		return slices.Concat(problems, scheduleProblems(o.Spec), jobProblems(o.Spec.JobTemplate.Spec, codes))
	case *appsv1.Deployment:
		return append(problems, deploymentProblems(o.Spec)...)
	}
	return problems
}

// largestFleet is for one Job: it takes so long at the default quota, of which the settings use a part.
const largestFleet = 15_000_000

func largest() time.Duration {
	const writes, quota, share = 2, 1000, 0.8 // for each SIM; a minute
	return time.Duration(largestFleet * writes / (quota * share) * float64(time.Minute))
}

// isRun reports whether a Job calls the API.
func isRun(spec batchv1.JobSpec) bool {
	args := spec.Template.Spec.Containers[0].Args
	return len(args) > 0 && slices.Contains([]string{"register", "unregister", "reconcile"}, args[0])
}

// isHelper reports whether a Job has nothing of simhook in it.
func isHelper(spec batchv1.JobSpec) bool { return spec.Template.Spec.Containers[0].Name == "shell" }

func jobProblems(spec batchv1.JobSpec, codes map[int]response) []string {
	template := spec.Template
	problems := podProblems(template.ObjectMeta, template.Spec)
	if policy := template.Spec.RestartPolicy; policy != corev1.RestartPolicyNever {
		problems = append(problems, "its restartPolicy is "+string(policy))
	}
	if spec.ActiveDeadlineSeconds == nil || *spec.ActiveDeadlineSeconds <= 0 {
		problems = append(problems, "ignored exits would repeat for ever")
	}
	if isHelper(spec) {
		return problems
	}
	problems = append(problems, simhookProblems(template.Spec)...)
	if isRun(spec) {
		problems = append(problems, runProblems(template.ObjectMeta, template.Spec)...)
		problems = append(problems, outageProblems(spec)...)
		problems = append(problems, deadlineProblems(spec)...)
	}
	if spec.PodReplacementPolicy == nil || *spec.PodReplacementPolicy != batchv1.Failed {
		problems = append(problems, "a Pod is replaced before the old one has ended and given the lock free")
	}
	if spec.PodFailurePolicy == nil {
		return append(problems, "no podFailurePolicy")
	}
	for code, want := range codes {
		if want == failIndex && !indexed(spec) {
			want = failJob // there is but one
		}
		if got := reaction(spec, code); got != want {
			problems = append(problems, fmt.Sprintf("exit code %d: %s, want %s", code, got, want))
		}
	}
	return append(problems, policyProblems(spec)...)
}

// deadlineProblems are found where a run is told another deadline than its Job has: its first lines would warn of the wrong one.
func deadlineProblems(spec batchv1.JobSpec) []string {
	for _, variable := range spec.Template.Spec.Containers[0].Env {
		if variable.Name == "SIMHOOK_DEADLINE" && spec.ActiveDeadlineSeconds != nil && variable.Value == strconv.FormatInt(*spec.ActiveDeadlineSeconds, 10) {
			return nil
		}
	}
	return []string{"the run is not told the Job's deadline"}
}

// outageProblems are found where a Job gives up before a night is over in which the API is down.
func outageProblems(spec batchv1.JobSpec) []string {
	const (
		night   = 8 * time.Hour
		attempt = 5 * time.Minute // --retry-max-time
		first   = 10 * time.Second
		most    = 5 * time.Minute // the wait doubles up to it
	)
	limit := spec.BackoffLimit
	if indexed(spec) {
		if limit = spec.BackoffLimitPerIndex; limit == nil || spec.MaxFailedIndexes == nil {
			return []string{"an index that fails ends all"}
		}
	}
	if limit == nil {
		return []string{"no backoffLimit"}
	}
	lasts, wait := attempt, first
	for range *limit {
		lasts += wait + attempt
		wait = min(2*wait, most)
	}
	if lasts < night {
		return []string{fmt.Sprintf("an outage of %v ends it", lasts)}
	}
	return nil
}

// deploymentProblems is what is wrong with the listener's Deployment.
func deploymentProblems(spec appsv1.DeploymentSpec) []string {
	problems := append(podProblems(spec.Template.ObjectMeta, spec.Template.Spec), simhookProblems(spec.Template.Spec)...)
	if spec.Replicas == nil || *spec.Replicas != 1 || spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
		problems = append(problems, "two would write one file")
	}
	selector, err := metav1.LabelSelectorAsSelector(spec.Selector)
	if err != nil || !selector.Matches(labels.Set(spec.Template.Labels)) {
		problems = append(problems, fmt.Sprintf("it does not select its own Pods: %v", err))
	}
	container := spec.Template.Spec.Containers[0]
	probes := map[string]*corev1.Probe{
		"startupProbe": container.StartupProbe, "readinessProbe": container.ReadinessProbe, "livenessProbe": container.LivenessProbe,
	}
	for name, probe := range probes {
		if probe == nil {
			problems = append(problems, "no "+name)
		}
	}
	if probe := container.LivenessProbe; probe != nil && probe.TCPSocket == nil {
		problems = append(problems, "a full disk starts it again, and makes no room")
	}
	return problems
}

func indexed(spec batchv1.JobSpec) bool {
	return spec.CompletionMode != nil && *spec.CompletionMode == batchv1.IndexedCompletion
}

// reaction is what the Job controller does about an exit code: what the first
// rule says that matches.
func reaction(spec batchv1.JobSpec, code int) response {
	if code == 0 {
		return success
	}
	for _, rule := range spec.PodFailurePolicy.Rules {
		codes := rule.OnExitCodes
		if codes == nil || slices.Contains(codes.Values, int32(code)) != (codes.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn) {
			continue
		}
		return map[batchv1.PodFailurePolicyAction]response{
			batchv1.PodFailurePolicyActionFailJob:   failJob,
			batchv1.PodFailurePolicyActionFailIndex: failIndex,
			batchv1.PodFailurePolicyActionIgnore:    ignore,
			batchv1.PodFailurePolicyActionCount:     count,
		}[rule.Action]
	}
	return count
}

// policyProblems are what an API server refuses, and a missing rule for Pods
// that have to give way.
func policyProblems(spec batchv1.JobSpec) (problems []string) {
	disrupted := false
	for i, rule := range spec.PodFailurePolicy.Rules {
		if codes := rule.OnExitCodes; codes != nil {
			if codes.ContainerName == nil || !slices.ContainsFunc(spec.Template.Spec.Containers, func(c corev1.Container) bool { return c.Name == *codes.ContainerName }) {
				problems = append(problems, fmt.Sprintf("rule %d names no container", i))
			}
			if !slices.IsSorted(codes.Values) {
				problems = append(problems, fmt.Sprintf("rule %d: its values are not in order", i))
			}
		}
		if (rule.OnExitCodes != nil) == (len(rule.OnPodConditions) > 0) {
			problems = append(problems, fmt.Sprintf("rule %d is not about either exit codes or conditions", i))
		}
		if rule.Action == batchv1.PodFailurePolicyActionFailIndex && spec.BackoffLimitPerIndex == nil {
			problems = append(problems, fmt.Sprintf("rule %d fails an index, and there is no backoffLimitPerIndex", i))
		}
		for _, condition := range rule.OnPodConditions {
			disrupted = disrupted || rule.Action == batchv1.PodFailurePolicyActionIgnore &&
				condition.Type == corev1.DisruptionTarget && condition.Status == corev1.ConditionTrue
		}
	}
	if !disrupted {
		problems = append(problems, "a Pod that has to give way counts as a failure")
	}
	return problems
}

func scheduleProblems(spec batchv1.CronJobSpec) (problems []string) {
	if spec.ConcurrencyPolicy != batchv1.ForbidConcurrent {
		problems = append(problems, "two may run at once")
	}
	if spec.TimeZone == nil || *spec.TimeZone == "" {
		problems = append(problems, "no timeZone")
	}
	if spec.StartingDeadlineSeconds == nil || spec.SuccessfulJobsHistoryLimit == nil || spec.FailedJobsHistoryLimit == nil {
		problems = append(problems, "no startingDeadlineSeconds, or no limits of the histories")
	}
	return problems
}
