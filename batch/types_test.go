package batch

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch/pace"
	"simhook/report"
)

const download = string(api.DownloadProgress)

func allTypes(c *Config) { c.Types = api.AllNotificationTypes() }

// header is the first line of the results.
func (g *rig) header() string {
	g.t.Helper()
	text, err := os.ReadFile(g.results)
	if err != nil {
		g.t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

func TestAllTypesOfAFleetAreRegistered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 2000
		g := newRig(t, sandbox.Options{}, sims)
		summary, err := g.run(func(c *Config) { allTypes(c); unlimited(c) })
		if err != nil || summary.OK != sims || g.sandbox.Registrations() != 3*sims {
			t.Fatalf("%v, %d registrations, %+v", err, g.sandbox.Registrations(), summary)
		}
		if !strings.Contains(g.header(), ",usage_threshold_previous_url,download_progress,download_progress_http_status,") {
			t.Error(g.header())
		}
		row := g.rows(g.results)[7]
		if call := row.Call(download); call.Outcome != report.Registered || !strings.Contains(call.CorrelationID, "-"+row.ICCID+"-DP-") {
			t.Errorf("%+v", row)
		}
		before := g.sandbox.Stats()
		summary, err = g.run(func(c *Config) { allTypes(c); unlimited(c); c.Action = Unregister; c.Results += ".gone" })
		if err != nil || g.sandbox.Registrations() != 0 || g.callsSince(before, "DELETE") != 3*sims {
			t.Errorf("%v, %+v", err, summary)
		}
	})
}

// What an older version has left, and a run of fewer types, is continued: only the type that is missing is called for.
func TestResultsOfFewerTypesAreContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 300
		g := newRig(t, sandbox.Options{}, sims)
		_, err := g.run(func(c *Config) { unlimited(c); c.Results = g.results; c.MaxFailures = MaxSIMs{} })
		if err != nil || strings.Contains(g.header(), "download") {
			t.Fatal(err, g.header())
		}
		before := g.sandbox.Stats()
		summary, err := g.run(func(c *Config) { allTypes(c); unlimited(c) })
		if err != nil || summary.OK != sims || g.callsSince(before, "POST") != sims || g.sandbox.Registrations() != 3*sims {
			t.Errorf("%v, %d POSTs, %+v", err, g.callsSince(before, "POST"), summary)
		}
		for _, row := range g.rows(g.results) {
			if row.Outcome("SUBSCRIPTION_END") != report.Registered || row.Outcome(download) != report.Registered {
				t.Fatalf("%+v", row)
			}
		}
	})
}

func TestUnfinishedResultsOfFewerTypesAreContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 300
		g := newRig(t, sandbox.Options{}, sims)
		first, err := g.run(func(c *Config) { c.Pace.Rate, c.MaxDuration = pace.PerSecond(20), 10*time.Second })
		if err == nil || first.OK == 0 || first.Remaining == 0 {
			t.Fatalf("it was not stopped: %v, %+v", err, first)
		}
		summary, err := g.run(func(c *Config) { allTypes(c); unlimited(c) })
		if err != nil || summary.OK != sims || g.sandbox.Registrations() != 3*sims {
			t.Errorf("%v, %+v", err, summary)
		}
		if n := g.sandbox.Stats().Calls["POST"]; n != 3*sims {
			t.Errorf("%d POSTs: some webhooks were set twice", n)
		}
	})
}

// A run of two types keeps what the results tell of a third.
func TestASweepOfFewerTypesKeepsWhatIsKnownOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 40
		g := newRig(t, sandbox.Options{}, sims)
		reconcile := func(c *Config) { c.Action = Reconcile; unlimited(c) }
		if _, err := g.run(func(c *Config) { allTypes(c); reconcile(c) }); err != nil {
			t.Fatal(err)
		}
		if _, err := g.run(reconcile); err != nil {
			t.Fatal(err)
		}
		for _, row := range g.rows(g.results) {
			if row.Outcome(download) != report.Registered || row.Outcome("USAGE_THRESHOLD") != report.Unchanged {
				t.Fatalf("%+v", row)
			}
		}

		g.setFleet(sims - 1) // which has lost a SIM
		prune := func(c *Config) { reconcile(c); c.Prune, c.MaxDelete = true, MaxSIMs{Number: sims} }
		_, err := g.run(prune)
		if other, ok := errors.AsType[*OtherTypeError](err); !ok || other.Type != download || other.ICCID != testICCID(sims-1) {
			t.Errorf("the third webhook would be forgotten: %v", err)
		}
		if _, err = g.run(func(c *Config) { allTypes(c); prune(c) }); err != nil || g.sandbox.Registrations() != 3*(sims-1) {
			t.Errorf("%v, %d registrations", err, g.sandbox.Registrations())
		}
	})
}

// Where the fleet names another URL now, the third webhook would keep the old one, and nothing would say so.
func TestAnotherWebhookURLForFewerTypesIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 5)
		if _, err := g.run(func(c *Config) { allTypes(c); unlimited(c) }); err != nil {
			t.Fatal(err)
		}
		g.urls = testWebhook + "/new"
		for name, change := range map[string]func(*Config){"register": unlimited, "reconcile": func(c *Config) { unlimited(c); c.Action, c.Results = Reconcile, g.results+".csv" }} {
			if name == "reconcile" {
				g.urls = testWebhook
				if _, err := g.run(func(c *Config) { change(c); allTypes(c) }); err != nil {
					t.Fatal(err)
				}
				g.urls = testWebhook + "/new"
			}
			_, err := g.run(change)
			if other, ok := errors.AsType[*OtherTypeError](err); !ok || other.Type != download {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := g.run(func(c *Config) { allTypes(c); unlimited(c) }); err != nil {
			t.Error(err)
		}
	})
}

func TestAllTypesAreRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 20
		g := newRig(t, sandbox.Options{}, sims)
		for n := range sims {
			g.sandbox.Set(testICCID(n), api.DownloadProgress, oldWebhook)
		}
		if _, err := g.run(func(c *Config) { allTypes(c); unlimited(c) }); err != nil || g.sandbox.Registrations() != 3*sims {
			t.Fatal(err)
		}
		undo, err := OpenUndo(g.results, UndoOptions{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = g.run(func(c *Config) { c.Action, c.Steps, c.Results = Restore, undo, g.results+".restore.csv"; unlimited(c) })
		there, _ := g.sandbox.Webhook(testICCID(3), api.DownloadProgress)
		if err != nil || g.sandbox.Registrations() != sims || there != oldWebhook {
			t.Errorf("%v, %d registrations", err, g.sandbox.Registrations())
		}
	})
}

func TestWhereTheAPIRegistersByPUTOnlyTheFirstCallsAreMadeByPOST(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims, workers = 200, 8
		g := newRig(t, sandbox.Options{RegisterMethod: http.MethodPut}, sims)
		summary, err := g.run(func(c *Config) { unlimited(c); c.Workers = workers })
		if err != nil || summary.OK != sims {
			t.Errorf("%v, %+v", err, summary)
		}
		g.complete(sims)
		calls := g.sandbox.Stats().Calls
		if posts := calls["POST"]; posts == 0 || posts > workers || calls["PUT"] != 2*sims {
			t.Errorf("%d POSTs and %d PUTs", posts, calls["PUT"])
		}
	})
}

// That the account has no such SIM is believed of one that has left the account's own list. One that has only left a fleet file may
// be in another account, whose credentials were not given: its webhook stays on record.
func TestASIMThatTheAPIDoesNotKnowStaysOnRecordUnlessTheAccountsListLacksIt(t *testing.T) {
	for fromAccount, want := range map[bool]string{false: "0 pruned, 1 not", true: "1 pruned, 0 not"} {
		for _, foreign := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				gone, left := testICCID(9), false
				refuses := func(iccid string) bool { return left && iccid == gone }
				options := sandbox.Options{Unknown: refuses}
				if foreign {
					options = sandbox.Options{Foreign: refuses}
				}
				g := newRig(t, options, 10)
				reconcile := func(c *Config) { c.Action = Reconcile; unlimited(c) }
				if _, err := g.run(reconcile); err != nil {
					t.Fatal(err)
				}
				left = true
				g.setFleet(9)
				summary, err := g.run(func(c *Config) {
					reconcile(c)
					c.Prune, c.MaxDelete, c.FromAccount = true, MaxSIMs{Number: 5}, fromAccount
				})
				if got := fmt.Sprintf("%d pruned, %d not", summary.Pruned, summary.PrunedNot); err != nil || got != want {
					t.Errorf("from the account %v, foreign %v: %s, want %s (%v)", fromAccount, foreign, got, want, err)
				}
			})
		}
	}
}
