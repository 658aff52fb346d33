package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/access"
)

// served is a sandbox, and the settings that make commands use it.
func served(t *testing.T, options sandbox.Options) (*access.LocalSandbox, map[string]string) {
	t.Helper()
	s, err := access.StartSandbox("127.0.0.1:0", options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s, map[string]string{
		"SIMHOOK_BASE_URL": s.URL + sandbox.BasePath, "SIMHOOK_TOKEN_URL": s.URL + sandbox.TokenPath,
		"SIMHOOK_CLIENT_ID": "id", "SIMHOOK_CLIENT_SECRET": "secret", "SIMHOOK_RATE": "unlimited",
	}
}

// succeeds runs simhook in a folder, and returns what it prints.
func succeeds(t *testing.T, folder string, env map[string]string, args ...string) string {
	t.Helper()
	cmd := command(t, env, args...)
	cmd.Dir = folder
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, said)
	}
	return string(said)
}

func TestAListThatIsKilledAgainAndAgainIsWholeInTheEnd(t *testing.T) {
	t.Parallel()
	const sims = 6000
	options := sandbox.Options{SIMs: sandbox.ICCIDs(0, sims), LatencyMin: time.Millisecond, LatencyMax: 3 * time.Millisecond}
	_, env := served(t, options)
	whole, folder := t.TempDir(), t.TempDir()
	if said := succeeds(t, whole, env, "fleet"); !strings.Contains(said, "account.csv: 6,000 SIMs of 10,000 subscriptions") {
		t.Error(said)
	}
	s, env := served(t, options)
	killed := 0
	for round := 0; killed < 20 && round < 60; round++ {
		cmd := command(t, env, "fleet")
		cmd.Dir = folder
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pause(t, 30*time.Millisecond+time.Duration(rand.Int64N(int64(30*time.Millisecond))))
		_ = cmd.Process.Kill()
		if _ = cmd.Wait(); cmd.ProcessState.ExitCode() == bySignal {
			killed++
		} else { // it was faster: it begins again
			_ = os.Remove(filepath.Join(folder, "account.csv"))
		}
	}
	if killed < 20 {
		t.Fatalf("only %d were killed", killed)
	}
	succeeds(t, folder, env, "fleet")
	one, err := os.ReadFile(filepath.Join(whole, "account.csv"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(folder, "account.csv"))
	if err != nil || withoutTimes(string(one)) != withoutTimes(string(other)) {
		t.Errorf("not the same file (%v)", err)
	}
	if pages := s.Stats().Calls["GET"]; pages > 260 {
		t.Errorf("%d pages were read for 200: it did not continue", pages)
	}
}

// withoutTimes leaves the dates out, which say when a sandbox began.
func withoutTimes(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		cells := strings.Split(line, ",")
		lines = append(lines, strings.Join(slices.Delete(cells, 3, 5), ","))
	}
	return strings.Join(lines, "")
}

func TestEveryNightTheAccountsNewSIMsGetTheirWebhooks(t *testing.T) {
	t.Parallel()
	sims := 6000
	if underRace {
		sims = 1000
	}
	all := sandbox.ICCIDs(0, sims)
	s, env := served(t, sandbox.Options{SIMs: all})
	folder := t.TempDir()
	night := []string{"reconcile", "--from-account", "--prune", "--max-delete", "100", "--yes", "--webhook-url", rigWebhook, "--workers", "64"}
	said := succeeds(t, folder, env, night...)
	if calls := s.Stats().Calls; calls["POST"] != 2*sims || calls["GET"] < sims || calls["GET"] > sims+250 {
		t.Errorf("%v\n%s", calls, said)
	}
	s.AddNewSIMs(50)
	before := s.Stats().Calls
	succeeds(t, folder, env, night...)
	if calls := s.Stats().Calls; calls["POST"]-before["POST"] != 100 || calls["DELETE"] != 0 {
		t.Errorf("after 50 new SIMs: %v, before: %v", calls, before)
	}
	s.RemoveSIMs(all[:20]...)
	said = succeeds(t, folder, env, night...)
	if calls := s.Stats().Calls; calls["DELETE"] != 0 || !strings.Contains(said, "no longer in the fleet: 40 absent") {
		t.Errorf("after 20 SIMs have left: %v\n%s", calls, said)
	}
	if said = succeeds(t, folder, env, night...); strings.Contains(said, "no longer in the fleet") {
		t.Errorf("they are still on record:\n%s", said)
	}
}

func TestTheStatusOfASIMIsShown(t *testing.T) {
	all := sandbox.ICCIDs(0, 10)
	s, env := served(t, sandbox.Options{SIMs: all})
	s.Set(all[4], "USAGE_THRESHOLD", "https://user:hush@example.com/x")
	said := succeeds(t, t.TempDir(), env, "status", all[4])
	for _, want := range []string{
		all[4] + "\n", "  USAGE_THRESHOLD    https://user:***@example.com/x\n", "  SUBSCRIPTION_END   no webhook\n", "  profile            ", "  subscription       ACTIVE ",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	cmd := command(t, env, "status", "--json", all[4], "8944474600000109251")
	out, _ := cmd.Output()
	var statuses []struct {
		ICCID         string
		Webhooks      map[string]*string
		Subscriptions []struct{ Status string }
		Errors        []string
	}
	if err := json.Unmarshal(out, &statuses); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if code := cmd.ProcessState.ExitCode(); code != exitRows || len(statuses[0].Errors) != 0 || len(statuses[0].Subscriptions) == 0 ||
		len(statuses[1].Errors) != 2 || len(statuses[1].Webhooks) != 3 || statuses[1].Subscriptions != nil {
		t.Errorf("exit code %d, %+v", code, statuses)
	}
}

// A fourth notification type is one entry in one table: the whole program is built with one more, and nothing else.
func TestAFourthTypeIsOneEntryForTheWholeProgram(t *testing.T) {
	t.Parallel()
	const table, last = "../../api/notificationtype.go", `{name: DownloadProgress, code: "DP"},`
	source, err := os.ReadFile(table)
	if err != nil || strings.Count(string(source), last) != 1 {
		t.Fatalf("%s has no entry %s (%v)", table, last, err)
	}
	folder := t.TempDir()
	path, err := filepath.Abs(table)
	if err != nil {
		t.Fatal(err)
	}
	changed, overlay, program := filepath.Join(folder, "types.go"), filepath.Join(folder, "overlay.json"), filepath.Join(folder, "simhook")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(source), last, last+"\n\t\t"+`{name: "PLAN_CHANGED", code: "PC"},`, 1)
	for name, content := range map[string][]byte{
		changed: []byte(more), overlay: replace, filepath.Join(folder, "fleet.csv"): []byte("iccid\n8944474600000109251\n"),
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Dir = folder
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run("register", "--sandbox", "--types", "all", "--webhook-url", rigWebhook, "fleet.csv")
	results, err := os.ReadFile(filepath.Join(folder, "fleet.register.sandbox.csv"))
	if err != nil || !strings.Contains(string(results), ",plan_changed,plan_changed_http_status,") || !strings.Contains(string(results), "-8944474600000109251-PC-1,") {
		t.Errorf("%v\n%s", err, results)
	}
	if said := run("report", "fleet.register.sandbox.csv"); !strings.Contains(said, "PLAN_CHANGED: 1 registered\n") {
		t.Error(said)
	}
	if said := run("status", "--sandbox", "8944474600000109251"); !strings.Contains(said, "PLAN_CHANGED") {
		t.Error(said)
	}
}
