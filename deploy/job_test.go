package deploy

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// objectProblems is what is wrong with a manifest, beyond what the decoder finds.
func objectProblems(object any, codes map[int]response) []string {
	switch o := object.(type) {
	case *batchv1.Job:
		return append(nameProblems(o.ObjectMeta), jobProblems(o.Spec, codes)...)
	case *batchv1.CronJob:
		return slices.Concat(nameProblems(o.ObjectMeta), scheduleProblems(o.Spec), jobProblems(o.Spec.JobTemplate.Spec, codes))
	case *corev1.Pod:
		return append(nameProblems(o.ObjectMeta), podProblems(o.ObjectMeta, o.Spec)...)
	}
	return nil
}

func nameProblems(meta metav1.ObjectMeta) []string {
	return validation.IsDNS1123Subdomain(meta.Name)
}

func jobProblems(spec batchv1.JobSpec, codes map[int]response) []string {
	problems := append(podProblems(spec.Template.ObjectMeta, spec.Template.Spec), simhookProblems(spec.Template.Spec)...)
	if spec.PodReplacementPolicy == nil || *spec.PodReplacementPolicy != batchv1.Failed {
		problems = append(problems, "a Pod is replaced before the old one has ended and given the lock free")
	}
	if spec.ActiveDeadlineSeconds == nil || *spec.ActiveDeadlineSeconds <= 0 {
		problems = append(problems, "ignored exits would repeat for ever")
	}
	if indexed(spec) {
		if spec.BackoffLimitPerIndex == nil || spec.MaxFailedIndexes == nil {
			problems = append(problems, "an index that fails ends all")
		}
	} else if spec.BackoffLimit == nil {
		problems = append(problems, "no backoffLimit")
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
