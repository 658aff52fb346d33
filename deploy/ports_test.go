package deploy

import (
	"slices"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// pods are the templates of all Pods.
func pods(t *testing.T) (templates []corev1.PodTemplateSpec) {
	t.Helper()
	for folder := range kustomizations() {
		for _, object := range render(t, "kubernetes/"+folder) {
			if deployment, ok := object.(*appsv1.Deployment); ok {
				templates = append(templates, deployment.Spec.Template)
			}
			if spec, ok := jobSpec(object); ok {
				templates = append(templates, spec.Template)
			}
		}
	}
	return templates
}

func selects(t *testing.T, selector *metav1.LabelSelector, pod corev1.PodTemplateSpec) bool {
	t.Helper()
	chosen, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return chosen.Matches(labels.Set(pod.Labels))
}

func TestTheIngressReachesTheListenerAndNothingElseOfIt(t *testing.T) {
	service := render(t, "kubernetes/listen")["Service simhook-listen"].(*corev1.Service)
	object, err := decode(manifests(t)["kubernetes/listen/ingress.example.yaml"])
	if err != nil {
		t.Fatal(err)
	}
	ingress := object.(*networkingv1.Ingress)
	path := ingress.Spec.Rules[0].HTTP.Paths[0]
	if path.Path != "/notifications" || *path.PathType != networkingv1.PathTypeExact {
		t.Errorf("it lets %s through", path.Path)
	}
	if backend := path.Backend.Service; backend.Name != service.Name || backend.Port.Name != service.Spec.Ports[0].Name {
		t.Errorf("it goes to %v", backend)
	}
	found := 0
	for _, pod := range pods(t) {
		if labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(pod.Labels)) {
			found++
			if container := pod.Spec.Containers[0]; container.Ports[0].Name != service.Spec.Ports[0].TargetPort.StrVal {
				t.Errorf("the Service goes to the port %s", service.Spec.Ports[0].TargetPort.StrVal)
			}
		}
	}
	if found != 1 {
		t.Errorf("the Service has %d kinds of Pods", found)
	}
}

// Each Pod with metrics is read at one port, and those without are not.
func TestThePodMonitorReadsEveryPodThatHasMetrics(t *testing.T) {
	monitor := render(t, "kubernetes/monitoring")["PodMonitor simhook"].(*monitoringv1.PodMonitor)
	for _, pod := range pods(t) {
		var named []string
		for _, port := range pod.Spec.Containers[0].Ports {
			named = append(named, port.Name)
		}
		read := 0
		for _, endpoint := range monitor.Spec.PodMetricsEndpoints {
			if slices.Contains(named, *endpoint.Port) {
				read++
			}
		}
		if selected := selects(t, &monitor.Spec.Selector, pod); selected != (len(named) > 0) || selected && read != 1 {
			t.Errorf("%s: it is read: %v, at %d ports of %v", pod.Labels["app.kubernetes.io/component"], selected, read, named)
		}
	}
}

// What a Pod may reach: runs https and DNS, everything else nothing. What reaches it: Prometheus where it has metrics, and
// the ingress controller the listener.
func TestTheNetworkPoliciesAllowWhatIsNeededAndNoMore(t *testing.T) {
	policies := render(t, "kubernetes/network")
	for _, pod := range pods(t) {
		component := pod.Labels["app.kubernetes.io/component"]
		egress, ingress, closed := []int32{}, []int32{}, false
		for _, object := range policies {
			policy := object.(*networkingv1.NetworkPolicy)
			if !selects(t, &policy.Spec.PodSelector, pod) {
				continue
			}
			closed = closed || len(policy.Spec.PolicyTypes) == 2 && len(policy.Spec.Egress) == 0 && len(policy.Spec.Ingress) == 0
			for _, rule := range policy.Spec.Egress {
				if len(rule.To) == 0 {
					t.Errorf("%s: it lets Pods reach everything", policy.Name)
				}
				for _, port := range rule.Ports {
					egress = append(egress, port.Port.IntVal)
				}
			}
			for _, rule := range policy.Spec.Ingress {
				if len(rule.From) == 0 {
					t.Errorf("%s: it lets everything reach Pods", policy.Name)
				}
				for _, port := range rule.Ports {
					ingress = append(ingress, port.Port.IntVal)
				}
			}
		}
		slices.Sort(egress)
		slices.Sort(ingress)
		wantEgress, wantIngress := []int32{53, 53, 443}, []int32{8090, 9464}
		switch component {
		case "helper", "merge":
			wantEgress = []int32{}
		case "listen":
			wantEgress, wantIngress = []int32{}, []int32{8090, 8090, 9464}
		}
		if !closed || !slices.Equal(egress, wantEgress) || !slices.Equal(ingress, wantIngress) {
			t.Errorf("%s: everything else is closed: %v; it reaches %v, want %v; it is reached at %v, want %v", component, closed, egress, wantEgress, ingress, wantIngress)
		}
	}
}
