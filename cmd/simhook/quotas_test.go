package main

import (
	"encoding/json"
	"regexp"
	"testing"

	"simhook/api/sandbox"
)

// TestEachQuotaModelOfTheSandboxIsUsedInRealTime registers fleets with a served sandbox whose windows last three seconds. The
// first windows, in which the quota is learned, and the last are left out. Two of a hundred are left to a machine that is busy.
func TestEachQuotaModelOfTheSandboxIsUsedInRealTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	for name, c := range map[string]struct {
		options []string
		sims    int
		window  int // calls that are allowed
		learned int // windows that are left out at the beginning
		least   float64
		refused float64
	}{
		"windows from the first call on": {[]string{"--quota-model", "first-call"}, 700, 200, 2, 0.97, 0.005},
		"a bucket":                       {[]string{"--quota-model", "bucket"}, 700, 200, 1, 0.97, 0.005},
		"a sliding log":                  {[]string{"--quota-model", "sliding-log"}, 900, 200, 4, 0.93, 0.005},
		"a sliding window":               {[]string{"--quota-model", "sliding-window"}, 700, 200, 3, 0.93, 0.005},
		"a quota for each type":          {[]string{"--quota-per", "type"}, 1400, 400, 2, 0.97, 0.005},
		"a quota for each method":        {[]string{"--quota-per", "method"}, 700, 200, 2, 0.97, 0.005},
		"no headers":                     {[]string{"--silent-quota", "--quota", "30/3s"}, 120, 30, 1, 0.80, 0.10},
		"no headers, 503":                {[]string{"--silent-quota", "--quota-status", "503", "--quota", "30/3s"}, 120, 30, 1, 0.80, 0.10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"sandbox", "--addr", "127.0.0.1:0", "--latency", "5ms-50ms", "--quota", "200/3s"}, c.options...)
			server := (&rig{t: t}).startCommand("simhook", args...)
			server.said.waitFor(t, "export SIMHOOK_CLIENT_ID=")
			env := map[string]string{"SIMHOOK_WEBHOOK_URL": "https://example.com/hook", "SIMHOOK_ALLOW_BAD_LUHN": "1", "SIMHOOK_CLIENT_SECRET": "secret"}
			for _, export := range regexp.MustCompile(`(?m)^export (\w+)=(.*)$`).FindAllStringSubmatch(server.said.String(), -1) {
				env[export[1]] = export[2]
			}
			said, err := command(t, env, "register", newFleet(t, c.sims)).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			var stats sandbox.Stats
			api := regexp.MustCompile(`(?m)^sandbox listening on (\S+)$`).FindStringSubmatch(server.said.String())[1]
			if err := json.Unmarshal([]byte(get(t, api+"/sandbox/stats")), &stats); err != nil {
				t.Fatal(err)
			}
			windows, sum, calls := stats.WriteWindows, 0, 0
			if len(windows) < c.learned+4 {
				t.Fatalf("only %d windows: %v", len(windows), windows)
			}
			windows = windows[c.learned : len(windows)-1]
			for _, n := range windows {
				sum += n
			}
			for _, n := range stats.Calls {
				calls += n
			}
			used := float64(sum) / float64(c.window*len(windows))
			refused := float64(stats.RateLimited) / float64(calls)
			t.Logf("%.1f %% used, %.2f %% refused, %v", 100*used, 100*refused, stats.WriteWindows)
			if used < c.least || refused > c.refused {
				t.Errorf("%.1f %% used, %.2f %% refused, %v\n%s", 100*used, 100*refused, stats.WriteWindows, said)
			}
		})
	}
}
