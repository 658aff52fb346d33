package deploy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	"sigs.k8s.io/yaml"
)

// charted are the objects of the chart, with some of its values set.
func charted(t *testing.T, values map[string]any) map[string]any {
	t.Helper()
	objects, err := chart(values)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func chart(values map[string]any) (map[string]any, error) {
	chart, err := loader.Load("helm")
	if err != nil {
		return nil, err
	}
	all, err := chartutil.ToRenderValues(chart, values, chartutil.ReleaseOptions{Name: "simhook", Namespace: "east"}, nil)
	if err != nil {
		return nil, err
	}
	files, err := engine.Engine{Strict: true}.Render(chart, all)
	if err != nil {
		return nil, err
	}
	objects := map[string]any{}
	for path, content := range files {
		if !strings.HasSuffix(path, ".yaml") {
			continue
		}
		for manifest := range strings.SplitSeq("\n"+content, "\n---\n") {
			if strings.TrimSpace(manifest) == "" {
				continue
			}
			object, err := decode([]byte(manifest))
			if err != nil {
				return nil, fmt.Errorf("%s: %w\n%s", path, err, manifest)
			}
			objects[nameOf(object)] = object
		}
	}
	return objects, nil
}

// folders are those that the chart's values enable, and the values.
func folders() map[string]map[string]any {
	on := func() map[string]any { return map[string]any{"enabled": true} } // each its own: Helm writes into them
	return map[string]map[string]any{
		"storage":           nil,
		"reconcile":         nil,
		"reconcile-account": {"reconcile": map[string]any{"fromAccount": true}},
		"register":          {"register": on()},
		"unregister":        {"unregister": on()},
		"shards":            {"shards": on()},
		"merge":             {"merge": on()},
		"listen":            {"listen": on()},
		"storage-shards":    {"storageShards": on()},
		"storage-listen":    {"storageListen": on()},
		"helper":            {"helper": on()},
		"helper-shards":     {"helper": on(), "storageShards": on()},
		"helper-listen":     {"helper": on(), "storageListen": on()},
		"network":           {"network": on()},
		"monitoring":        {"monitoring": on()},
	}
}

func TestTheChartsDefaultsAreTheKustomizations(t *testing.T) {
	known := folders()
	if want := slices.Sorted(maps.Keys(kustomizations())); !slices.Equal(slices.Sorted(maps.Keys(known)), want) {
		t.Fatalf("the chart has %v, and there are the folders %v", slices.Sorted(maps.Keys(known)), want)
	}
	for folder, values := range known {
		got := charted(t, values)
		for name, want := range render(t, "kubernetes/"+folder) {
			object, found := got[name]
			if !found {
				t.Errorf("%s: the chart has no %s", folder, name)
				continue
			}
			if got, want := plain(t, object), plain(t, want); got != want {
				t.Errorf("%s: %s is\n%s\nwant\n%s", folder, name, got, want)
			}
		}
	}
}

func TestByDefaultTheChartHasAClaimAndTheNight(t *testing.T) {
	want := []string{"ConfigMap simhook-settings-reconcile", "CronJob simhook-reconcile", "PersistentVolumeClaim simhook"}
	if got := slices.Sorted(maps.Keys(charted(t, nil))); !slices.Equal(got, want) {
		t.Errorf("it has %v, want %v", got, want)
	}
}

// The two nights share a claim, which is for one Pod at a time.
func TestTheChartsNightFromTheAccountTakesThePlaceOfTheOther(t *testing.T) {
	want := []string{"ConfigMap simhook-settings-reconcile-account", "CronJob simhook-reconcile-account", "PersistentVolumeClaim simhook"}
	objects := charted(t, map[string]any{"reconcile": map[string]any{"fromAccount": true}, "fleetConfigMap": "east"})
	if got := slices.Sorted(maps.Keys(objects)); !slices.Equal(got, want) {
		t.Errorf("it has %v, want %v", got, want)
	}
	if text := asYAML(t, objects["CronJob simhook-reconcile-account"]); strings.Contains(text, "/fleet") {
		t.Errorf("its fleet is a ConfigMap, to which nothing can be written:\n%s", text)
	}
}

// plain is an object as YAML without the hashes of kustomize, and without what is for Helm itself.
func plain(t *testing.T, object any) string {
	t.Helper()
	text := hash.ReplaceAllString(asYAML(t, object), "")
	var fields map[string]any
	if err := yaml.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatal(err)
	}
	meta := fields["metadata"].(map[string]any)
	if annotations, ok := meta["annotations"].(map[string]any); ok && len(annotations) == 1 && annotations["helm.sh/resource-policy"] == "keep" {
		delete(meta, "annotations")
	}
	return asYAML(t, fields)
}

func TestTheChartsValuesReachItsObjects(t *testing.T) {
	on := func() map[string]any { return map[string]any{"enabled": true} } // each its own: Helm writes into them
	for name, c := range map[string]struct {
		values map[string]any
		object string
		want   string
	}{
		"another client ID":      {map[string]any{"clientID": "fleet-east"}, "ConfigMap simhook-settings-reconcile", "SIMHOOK_CLIENT_ID: fleet-east"},
		"a further setting":      {map[string]any{"settings": map[string]any{"SIMHOOK_MAX_FAILURES": "5%"}}, "ConfigMap simhook-settings-reconcile", "SIMHOOK_MAX_FAILURES: 5%"},
		"another image":          {map[string]any{"image": map[string]any{"tag": "2.0.0"}}, "CronJob simhook-reconcile", "simhook:2.0.0"},
		"a fleet of a ConfigMap": {map[string]any{"fleetConfigMap": "east"}, "CronJob simhook-reconcile", "/fleet/fleet.csv.gz"},
		"a number of shards":     {map[string]any{"shards": map[string]any{"enabled": true, "count": 16}}, "Job simhook-register-shards", "completions: 16"},
		"a storage class":        {map[string]any{"storage": map[string]any{"storageClassName": "fast"}}, "PersistentVolumeClaim simhook", "storageClassName: fast"},
		"a login of senders":     {map[string]any{"listen": map[string]any{"enabled": true, "credentialsSecret": "login"}}, "Deployment simhook-listen", "secretName: login"},
		"an Ingress":             {map[string]any{"listen": map[string]any{"enabled": true, "ingress": on()}}, "Ingress simhook-listen", "host: simhook.example.com"},
		"a proxy":                {map[string]any{"network": map[string]any{"enabled": true, "apiCIDRs": []any{map[string]any{"cidr": "10.1.2.3/32"}}}}, "NetworkPolicy simhook-api", "cidr: 10.1.2.3/32"},
	} {
		t.Run(name, func(t *testing.T) {
			object, found := charted(t, c.values)[c.object]
			if !found {
				t.Fatalf("there is no %s", c.object)
			}
			if text := asYAML(t, object); !strings.Contains(text, c.want) {
				t.Errorf("%s has no %q:\n%s", c.object, c.want, text)
			}
			for _, problem := range objectProblems(object, wanted(t)) {
				t.Error(problem)
			}
		})
	}
}

func TestTheChartRefusesValuesThatItDoesNotHave(t *testing.T) {
	for name, values := range map[string]map[string]any{
		"a misspelt value":   {"clientId": "fleet-east"},
		"no URL":             {"webhookURL": "example.com"},
		"one shard":          {"shards": map[string]any{"count": 1}},
		"a setting's name":   {"settings": map[string]any{"MAX_FAILURES": "5%"}},
		"a misspelt storage": {"storage": map[string]any{"class": "fast"}},
	} {
		if _, err := chart(values); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestHelmsLinterFindsNothing(t *testing.T) {
	for _, values := range folders() {
		for _, message := range lint.AllWithKubeVersion("helm", values, "east", &chartutil.KubeVersion{Version: "v1.34.0", Major: "1", Minor: "34"}).Messages {
			if message.Severity > support.InfoSev {
				t.Errorf("%s: %v", message.Path, message.Err)
			}
		}
	}
}
