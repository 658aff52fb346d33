package batch

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/report"
	"simhook/report/file"
	"simhook/report/history"
)

// oldFleet gives so many SIMs the old webhook for both types.
func oldFleet(g *rig, sims int) {
	for n := range sims {
		for _, t := range api.NotificationTypes() {
			g.sandbox.Set(testICCID(n), t, oldWebhook)
		}
	}
}

// having counts the webhooks with this URL; "": those that are missing of the first SIMs.
func (g *rig) having(url string, sims int) (count int) {
	for n := range sims {
		for _, t := range api.NotificationTypes() {
			if got, _ := g.sandbox.Webhook(testICCID(n), t); got == url {
				count++
			}
		}
	}
	return count
}

// A wrong URL, a body that the API does not take, an outage of POST alone: the old webhook is the better one to have.
func TestAWebhookThatCannotBeReplacedStays(t *testing.T) {
	const sims = 60
	for name, c := range map[string]struct {
		conflict bool
		from     int // number of the first POST that fails
		answer   sandbox.Answer
		status   report.Status
		says     string
	}{
		"refused by an API that replaces":        {false, 1, sandbox.APIError(http.StatusBadRequest), report.StatusRefused, "400"},
		"refused by an API that does not":        {true, sims + 1, sandbox.APIError(http.StatusBadRequest), report.StatusRefused, "the previous webhook was put back"},
		"failing for the time being":             {false, 1, sandbox.APIError(http.StatusServiceUnavailable), report.StatusFailed, ""},
		"a gateway's page in place of an answer": {false, 1, sandbox.GatewayPage(http.StatusNotFound), report.StatusFailed, ""},
	} {
		for _, action := range []Action{Register, Reconcile} {
			t.Run(name+"/"+string(action), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newRig(t, sandbox.Options{ConflictOnRegister: c.conflict}, sims)
					oldFleet(g, sims)
					rule := sandbox.Rule{Name: "broken", Method: http.MethodPost, From: c.from, Answer: c.answer}
					if c.conflict { // the webhook that is put back is taken
						rule = sandbox.Rule{Name: "broken", Method: http.MethodPost, From: 2, To: 2, Answer: c.answer}
						rule.SIMs = func(iccid string) bool { return iccid == testICCID(0) }
					}
					g.sandbox.SetRules(rule)
					_, err := g.run(func(cfg *Config) { cfg.Action, cfg.Retries, cfg.Types = action, 1, oneType(); unlimited(cfg) })
					if fired := g.sandbox.Stats().Faults["broken"]; fired == 0 {
						t.Fatalf("%v: no POST failed: nothing was tested", err)
					}
					path := g.results
					if err != nil {
						path += ".partial"
					}
					lost := 0
					for _, row := range g.rows(path) {
						switch {
						case c.conflict && row.ICCID != testICCID(0):
							continue
						case row.Status != c.status || !strings.Contains(row.Error, c.says):
							t.Errorf("%s: %s: %q", row.ICCID, row.Status, row.Error)
						}
						if url, _ := g.sandbox.Webhook(row.ICCID, api.SubscriptionEnd); url != oldWebhook {
							lost++
						}
					}
					if lost > 0 {
						t.Errorf("%d SIMs have lost their webhook", lost)
					}
				})
			})
		}
	}
}

// Reading and removing go on well: only POST fails. The run must notice all the same.
func TestACallThatFailsForAllSIMsEndsTheRunAlthoughOtherCallsSucceed(t *testing.T) {
	for _, conflict := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			const sims = 400
			g := newRig(t, sandbox.Options{ConflictOnRegister: conflict}, sims)
			oldFleet(g, sims)
			g.sandbox.SetRules(sandbox.Rule{Name: "broken", Method: http.MethodPost, Answer: sandbox.APIError(http.StatusServiceUnavailable)})
			summary, err := g.run(func(c *Config) { reconcile(c); c.RetryMaxTime = time.Minute })
			gone, ok := errors.AsType[*GoneError](err)
			if !ok || !strings.Contains(err.Error(), "setting webhooks") {
				t.Errorf("%v (%v), %+v", err, gone, summary)
			}
			if stats := g.sandbox.Stats(); stats.Faults["broken"] < breakerThreshold || stats.Faults["broken"] > 200 || stats.Calls["GET"] == 0 {
				t.Errorf("%d POSTs failed, %d reads went well", stats.Faults["broken"], stats.Calls["GET"])
			}
			if n := g.having(oldWebhook, sims); n != 2*sims {
				t.Errorf("%d of %d webhooks are left", n, 2*sims)
			}
		})
	}
}

func TestAWebhookThatCouldNotBePutBackIsRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 10
		g := newRig(t, sandbox.Options{ConflictOnRegister: true}, sims)
		oldFleet(g, sims)
		g.sandbox.SetRules(sandbox.Rule{Name: "broken", Method: http.MethodPost, From: sims + 1, Answer: sandbox.APIError(http.StatusBadRequest)})
		summary, err := g.run(func(c *Config) { c.Action, c.Workers = Reconcile, sims; unlimited(c) })
		if err != nil || summary.Refused == 0 || g.having("", sims) == 0 {
			t.Fatalf("%v, %+v, %d are gone: nothing was tested", err, summary, g.having("", sims))
		}
		told := false
		for _, row := range g.rows(g.results) {
			told = told || strings.Contains(row.Error, "simhook restore puts it back")
		}
		if !told {
			t.Error("no row says that the webhook is gone, and what to do")
		}
		g.sandbox.SetRules()
		restoreAll(t, g)
		if n := g.having(oldWebhook, sims); n != 2*sims {
			t.Errorf("%d of %d old webhooks are there again", n, 2*sims)
		}
	})
}

// restoreAll takes back what the results say.
func restoreAll(t *testing.T, g *rig) report.Summary {
	t.Helper()
	undo, err := OpenUndo(g.results, UndoOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before := g.results
	g.results += ".restore.csv"
	summary, err := g.run(func(c *Config) { c.Action, c.Steps = Restore, undo; unlimited(c) })
	g.results = before
	if err != nil {
		t.Errorf("restoring: %v, %+v", err, summary)
	}
	return summary
}

func TestOneSIMThatFailsDoesNotHoldAnotherKindOfCallBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 200)
		g.sandbox.SetRules(sandbox.Rule{Name: "broken", Method: http.MethodDelete, Answer: sandbox.APIError(http.StatusServiceUnavailable)})
		if summary, err := g.run(unlimited); err != nil || summary.OK != 200 {
			t.Errorf("%v, %+v", err, summary)
		}
	})
}

func TestAPlanIsAppliedExactlyAndASIMThatHasChangedSinceIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{ConflictOnRegister: true}, 1000)
		drift(g, 1000)
		planned := g.results + ".plan.csv"
		g.results, planned = planned, g.results
		if _, err := g.run(plan); err != nil {
			t.Fatal(err)
		}
		g.results, planned = planned, g.results
		// Since the plan: one SIM was given another webhook, one what the plan wants, and one that was fine has lost its own.
		g.sandbox.Set(testICCID(0), api.SubscriptionEnd, "https://other.example/hook")
		g.sandbox.Set(testICCID(1), api.SubscriptionEnd, testWebhook)
		g.sandbox.Set(testICCID(999), api.SubscriptionEnd, oldWebhook)
		steps, err := OpenPlan(planned)
		if err != nil {
			t.Fatal(err)
		}
		before := g.sandbox.Stats()
		summary, err := g.run(func(c *Config) { c.Action, c.Steps = Apply, steps; unlimited(c) })
		if err != nil || summary.Rows != 70 || summary.Refused != 1 || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Unchanged] != 1 || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Registered] != 38 {
			t.Errorf("%v, %+v", err, summary)
		}
		if reads := g.callsSince(before, "GET"); reads < 70 || reads > 70+60 {
			t.Errorf("%d reads for 70 SIMs and 60 conflicts", reads)
		}
		for n, want := range map[int]string{0: "https://other.example/hook", 1: testWebhook, 2: testWebhook, 50: testWebhook, 999: oldWebhook} {
			if url, _ := g.sandbox.Webhook(testICCID(n), api.SubscriptionEnd); url != want {
				t.Errorf("SIM %d has %q, want %q", n, url, want)
			}
		}
		if _, err := OpenPlan(g.results); err == nil {
			t.Error("results were taken for a plan")
		}
	})
}

func TestStepsForAnotherAPIAreRefusedWithBothNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 3)
		if _, err := g.run(func(c *Config) { c.APIName = "sandbox" }); err != nil {
			t.Fatal(err)
		}
		undo, err := OpenUndo(g.results, UndoOptions{})
		if err != nil {
			t.Fatal(err)
		}
		g.results += ".restore.csv"
		before := g.sandbox.Stats()
		_, err = g.run(func(c *Config) { c.Action, c.Steps = Restore, undo })
		wrong, ok := errors.AsType[*WrongAPIError](err)
		if !ok || wrong.About != "sandbox" || !strings.Contains(wrong.WouldCall, "http://sandbox/") {
			t.Errorf("%v", err)
		}
		if g.callsSince(before, "GET")+g.callsSince(before, "DELETE") > 0 {
			t.Error("calls were made")
		}
	})
}

func TestACanaryThatIsNotAsItShouldBeStopsTheRunBeforeAnyOtherSIMIsChanged(t *testing.T) {
	lost := sandbox.Rule{Name: "lost", Method: http.MethodPost}
	refused := sandbox.Rule{Name: "lost", Method: http.MethodPost, From: 3, To: 3, Answer: sandbox.APIError(http.StatusBadRequest)}
	for name, c := range map[string]struct {
		rules []sandbox.Rule
		says  string
	}{
		"writes that are lost":     {[]sandbox.Rule{lost}, "is no webhook, and should be " + testWebhook},
		"one SIM that is refused":  {[]sandbox.Rule{refused}, "refused: 400"},
		"all is well":              {nil, ""},
		"more of them than of all": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, 500)
				g.sandbox.SetRules(c.rules...)
				canary := 5
				if name == "more of them than of all" {
					canary = 1000
				}
				summary, err := g.run(func(cfg *Config) { cfg.Canary = canary; unlimited(cfg) })
				failed, stopped := errors.AsType[*CanaryError](err)
				if stopped != (c.says != "") || stopped && !strings.Contains(failed.Why, c.says) {
					t.Errorf("%v, %+v", err, summary)
				}
				posts := g.sandbox.Stats().Calls["POST"]
				if stopped && (posts > 10 || g.sandbox.Stats().Faults["lost"] == 0 || summary.Complete || summary.Remaining != 495) {
					t.Errorf("%d POSTs, %d faults, %+v", posts, g.sandbox.Stats().Faults["lost"], summary)
				}
				if !stopped && (posts != 1000 || summary.OK != 500) {
					t.Errorf("%d POSTs, %+v", posts, summary)
				}
			})
		})
	}
}

// Whatever the commands, files that were deleted and shards: one fleet is changed by one run at a time, or by the shards of
// one.
func TestAFleetIsChangedByOneRunOrByTheShardsOfOne(t *testing.T) {
	shard := func(action Action, index, count int) func(*Config) {
		return func(c *Config) {
			c.Action, c.History = action, strings.TrimSuffix(c.Results, ".csv")
			c.Shard = report.Shard{Index: index, Count: count}
			c.Results = strings.TrimSuffix(c.Results, ".csv") + "." + string(action)
			if count > 1 {
				c.Results += "." + c.Shard.Label()
			}
			c.Results += ".csv"
		}
	}
	for name, c := range map[string]struct {
		first, second func(*Config)
		busy          bool
	}{
		"two commands":                   {shard(Register, 0, 1), shard(Unregister, 0, 1), true},
		"one command twice":              {shard(Register, 0, 1), shard(Register, 0, 1), true},
		"two shards":                     {shard(Register, 0, 2), shard(Register, 1, 2), false},
		"one shard twice":                {shard(Register, 0, 2), shard(Register, 0, 2), true},
		"shards of two commands":         {shard(Register, 0, 2), shard(Unregister, 1, 2), true},
		"shards of two numbers":          {shard(Reconcile, 0, 2), shard(Reconcile, 1, 3), true},
		"a shard beside the whole fleet": {shard(Register, 0, 1), shard(Unregister, 1, 2), true},
		"the whole fleet beside a shard": {shard(Register, 1, 2), shard(Unregister, 0, 1), true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, 50)
				_, closeFirst := g.prepare(t.Context(), c.first)
				locks, err := filepath.Glob(filepath.Join(filepath.Dir(g.results), "*.lock"))
				if err != nil || len(locks) == 0 {
					t.Fatalf("%v, %q", err, locks)
				}
				for _, lock := range locks { // an operator takes it for a leftover
					if err := os.Remove(lock); err != nil {
						t.Fatal(err)
					}
				}
				before := g.sandbox.Stats()
				_, closeSecond, err := g.tryPrepare(t.Context(), c.second)
				busy, refused := errors.AsType[*history.BusyError](err)
				if refused != c.busy || !c.busy && err != nil {
					t.Errorf("the second run: %v %+v", err, busy)
				}
				if g.callsSince(before, "POST")+g.callsSince(before, "GET") > 0 {
					t.Error("calls were made")
				}
				if err == nil {
					closeSecond()
				}
				closeFirst()
				_, closeThird, err := g.tryPrepare(t.Context(), c.second)
				if err == nil {
					closeThird()
				} else if !is[*file.MismatchError](err) || name != "shards of two numbers" && name != "the whole fleet beside a shard" {
					t.Errorf("after the first had ended: %v", err)
				}
			})
		})
	}
}

// A SIM that has left the fleet keeps its place in the results until its webhooks are removed.
func TestARemovalThatFailedIsTriedAgainByTheNextRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 50)
		prune := func(c *Config) {
			reconcile(c)
			c.Prune, c.MaxDelete, c.Retries = true, MaxSIMs{Number: 10}, NoRetries
		}
		if _, err := g.run(prune); err != nil {
			t.Fatal(err)
		}
		g.setFleet(48)
		g.sandbox.SetRules(sandbox.Rule{Name: "broken", Method: http.MethodDelete, Answer: sandbox.APIError(http.StatusServiceUnavailable)})
		for range 2 {
			summary, err := g.run(prune)
			if g.sandbox.Stats().Faults["broken"] == 0 || g.sandbox.Registrations() != 100 || summary.PrunedNot != 2 {
				t.Fatalf("%v, %+v", err, summary)
			}
		}
		g.sandbox.SetRules()
		if summary, err := g.run(prune); err != nil || summary.Pruned != 2 || g.sandbox.Registrations() != 96 {
			t.Errorf("%v, %+v, %d webhooks", err, summary, g.sandbox.Registrations())
		}
		before := g.sandbox.Stats()
		if _, err := g.run(prune); err != nil || g.callsSince(before, "DELETE") > 0 {
			t.Errorf("%v, %d removals more", err, g.callsSince(before, "DELETE"))
		}
	})
}
