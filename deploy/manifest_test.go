package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
		"batch/v1 Job":             new(batchv1.Job),
		"batch/v1 CronJob":         new(batchv1.CronJob),
		"v1 Pod":                   new(corev1.Pod),
		"v1 PersistentVolumeClaim": new(corev1.PersistentVolumeClaim),
		"v1 ConfigMap":             new(corev1.ConfigMap),
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
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]any{}
	for _, resource := range resources.Resources() {
		manifest, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		object, err := decode(manifest)
		if err != nil {
			t.Fatalf("%s: %v\n%s", resource.GetName(), err, manifest)
		}
		objects[resource.GetKind()+" "+strings.TrimSuffix(resource.GetName(), hashOf(resource.GetName()))] = object
	}
	return objects
}

// hashOf is what kustomize appends to the names of ConfigMaps.
func hashOf(name string) string {
	if end := strings.LastIndex(name, "-"); len(name)-end == 11 {
		return name[end:]
	}
	return ""
}
