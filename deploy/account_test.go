package deploy

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The night from the account starts on an empty claim, and gives SIMs of the next day their webhooks.
func TestTheNightFromTheAccountNeedsNoFleetAndFindsNewSIMs(t *testing.T) {
	t.Parallel()
	settings, _ := sandboxed(t, "127.0.0.1:0", "--sims", "10", "--quota", "none")
	objects := render(t, "kubernetes/reconcile-account")
	spec, _ := jobSpec(objects["CronJob simhook-reconcile-account"])
	args, env := commandOf(objects, spec)
	folder := t.TempDir()
	place(t, folder, map[string]string{"client-secret": "secret"})
	for _, setting := range settings {
		if name, value, _ := strings.Cut(setting, "="); name != "SIMHOOK_CLIENT_SECRET" { // it comes as a file
			env[name] = value
		}
	}
	night := func() string {
		t.Helper()
		inFolder := strings.NewReplacer("/data", folder, "/dev", folder, "/run/secrets/simhook", folder)
		cmd := exec.CommandContext(t.Context(), buildProgram(t))
		for _, arg := range args {
			cmd.Args = append(cmd.Args, inFolder.Replace(arg))
		}
		cmd.Env = []string{}
		for name, value := range env {
			cmd.Env = append(cmd.Env, name+"="+inFolder.Replace(value))
		}
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", cmd.Args, err, output)
		}
		for _, name := range []string{"account.csv", "termination-log"} {
			if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() == 0 {
				t.Errorf("it wrote no %s: %v", name, err)
			}
		}
		results, err := os.ReadFile(filepath.Join(folder, "account.reconcile.csv"))
		if err != nil {
			t.Fatal(err)
		}
		return string(results)
	}
	if n := strings.Count(night(), "reconcile,ok,"); n != 10 {
		t.Errorf("the first night found %d SIMs, want 10", n)
	}
	answer, err := http.Post(strings.TrimSuffix(env["SIMHOOK_BASE_URL"], "/connect-api")+"/sandbox/sims?add=5", "", nil)
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatal(answer, err)
	}
	defer answer.Body.Close()
	if results := night(); strings.Count(results, "reconcile,ok,") != 15 || strings.Count(results, ",registered,") != 2*5 {
		t.Errorf("the second night did not register 5 new SIMs of 15:\n%s", results)
	}
}
