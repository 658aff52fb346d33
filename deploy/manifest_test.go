package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/json"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// decode reads a manifest. A field that its kind does not have is an error.
func decode(manifest []byte) (any, error) {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(manifest, &kind); err != nil {
		return nil, err
	}
	objects := map[string]any{
		"batch/v1 Job":                                  new(batchv1.Job),
		"batch/v1 CronJob":                              new(batchv1.CronJob),
		"apps/v1 Deployment":                            new(appsv1.Deployment),
		"v1 Service":                                    new(corev1.Service),
		"v1 PersistentVolumeClaim":                      new(corev1.PersistentVolumeClaim),
		"v1 ConfigMap":                                  new(corev1.ConfigMap),
		"networking.k8s.io/v1 Ingress":                  new(networkingv1.Ingress),
		"networking.k8s.io/v1 NetworkPolicy":            new(networkingv1.NetworkPolicy),
		"monitoring.coreos.com/v1 PodMonitor":           new(monitoringv1.PodMonitor),
		"monitoring.coreos.com/v1 PrometheusRule":       new(monitoringv1.PrometheusRule),
		"kustomize.config.k8s.io/v1beta1 Kustomization": new(types.Kustomization),
		"kustomize.config.k8s.io/v1alpha1 Component":    new(types.Kustomization),
	}
	object, known := objects[kind.APIVersion+" "+kind.Kind]
	if !known {
		return nil, fmt.Errorf("no kind that is expected here: %s %s", kind.APIVersion, kind.Kind)
	}
	asJSON, err := yaml.YAMLToJSONStrict(manifest)
	if err != nil {
		return nil, err
	}
	strict, err := json.UnmarshalStrict(asJSON, object) // as an API server does, with regard to case
	return object, errors.Join(append(strict, err)...)
}

// manifests are all files for Kubernetes, by their paths.
func manifests(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	paths, err := filepath.Glob("kubernetes/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte("\n---\n")) {
			t.Fatalf("%s holds several manifests: only the first would be looked at", path)
		}
		files[path] = content
	}
	if len(files) < 10 {
		t.Fatalf("only %d manifests were found", len(files))
	}
	return files
}

// render is what kubectl apply -k sends.
func render(t *testing.T, folder string) map[string]any {
	t.Helper()
	objects := map[string]any{}
	for _, manifest := range kustomize(t, filesys.MakeFsOnDisk(), folder) {
		object, err := decode(manifest)
		if err != nil {
			t.Fatalf("%s: %v\n%s", folder, err, manifest)
		}
		objects[nameOf(object)] = object
	}
	return objects
}

// kustomize returns one manifest for each object of a kustomization.
func kustomize(t *testing.T, files filesys.FileSystem, folder string) (manifests [][]byte) {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range resources.Resources() {
		manifest, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		manifests = append(manifests, manifest)
	}
	return manifests
}

// nameOf is kind and name, without what kustomize appends to the names of ConfigMaps.
func nameOf(object any) string {
	kind := object.(runtime.Object).GetObjectKind().GroupVersionKind().Kind
	return kind + " " + hash.ReplaceAllString(object.(metav1.Object).GetName(), "")
}

// hash is of the letters and digits that kustomize has in one.
var hash = regexp.MustCompile(`-[bcdfghkmt2456789]{10}\b`)
