//go:build unix

package main

import (
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

const formerWebhook = "https://former.example/hook"

// TestWebhooksThatAKilledRunRemovedAreRestored kills a reconciliation that replaces webhooks at random moments, against an
// API that only takes a new webhook where none is: at each kill, some SIMs have lost the old one and not yet got the new
// one.
func TestWebhooksThatAKilledRunRemovedAreRestored(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string][]sandbox.Rule{
		"killed":                           nil,
		"killed, and POST is down by then": {{Name: "down", Method: http.MethodPost, From: 300, Answer: sandbox.APIError(http.StatusServiceUnavailable)}},
	} {
		t.Run(name, func(t *testing.T) { replaceAndKill(t, newRandom(t), rules) })
	}
}

func replaceAndKill(t *testing.T, random *rand.Rand, rules []sandbox.Rule) {
	const wanted, sims = 50, 1000
	r := newRig(t, 16, sandbox.Options{
		ConflictOnRegister: true, Rules: rules, LatencyMin: time.Millisecond, LatencyMax: 3 * time.Millisecond,
	})
	fleet := newFleet(t, sims)
	all := simsOf(t, fleet)
	for _, iccid := range all {
		for _, kind := range api.NotificationTypes() {
			r.Set(iccid, kind, formerWebhook)
		}
	}
	args := append(r.args(fleet), "--retries", "1", "--max-failures", "100%", "--retry-max-time", "2s")
	args[0] = "reconcile"
	landed, lost := 0, 0
	for round := 0; landed < wanted && round < 3*wanted; round++ {
		calling := r.after(50 + random.IntN(200))
		p := r.startCommand("simhook", args...)
		p.await(calling)
		pause(t, time.Duration(random.Int64N(int64(5*time.Millisecond))))
		if p.end(syscall.SIGKILL) != bySignal {
			break // all are replaced
		}
		landed++
		lost = max(lost, 2*sims-r.Registrations())
	}
	t.Logf("%d SIMs, %d kills, at most %d webhooks were missing after one; %d calls failed", sims, landed, lost, r.Stats().Faults["down"])
	if landed == 0 || lost == 0 || rules != nil && r.Stats().Faults["down"] == 0 {
		t.Fatal("nothing was tested")
	}
	r.SetRules()
	restored := r.startCommand("simhook", "restore", "--yes", "--allow-bad-luhn", r.results, "--rate", "unlimited",
		"--base-url", r.url+sandbox.BasePath, "--token-url", r.url+sandbox.TokenPath, "--client-id", "id")
	if code := restored.exitCode(); code != exitOK {
		t.Fatal(restored)
	}
	for _, iccid := range all {
		for _, kind := range api.NotificationTypes() {
			if url, _ := r.Webhook(iccid, kind); url != formerWebhook {
				t.Fatalf("%s has the %s webhook %q, and had %q before\n%s", iccid, kind, url, formerWebhook, restored.said)
			}
		}
	}
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(r.results), "*.history.csv")); len(files) != 1 {
		t.Errorf("the record is missing: %q", files)
	}
}
