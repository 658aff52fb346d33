package batch

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch/pace"
	"simhook/report"
)

const oldWebhook = "https://old.example/hook"

func reconcile(c *Config) { c.Action = Reconcile; unlimited(c) }

func plan(c *Config) { reconcile(c); c.DryRun = true }

// drift makes a sandbox where the fleet has drifted: 40 SIMs have nothing, and 30
// another webhook for both types.
func drift(g *rig, sims int) {
	for n := range sims {
		for _, t := range api.NotificationTypes() {
			switch {
			case n < 40:
			case n < 70:
				g.sandbox.Set(testICCID(n), t, oldWebhook)
			default:
				g.sandbox.Set(testICCID(n), t, testWebhook)
			}
		}
	}
}

// callsSince is how many calls of a method there were since before.
func (g *rig) callsSince(before sandbox.Stats, method string) int {
	return g.sandbox.Stats().Calls[method] - before.Calls[method]
}

func TestReconcilingTouchesOnlyWhatDiffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{ConflictOnRegister: true, NotFoundOnUnregister: true, MisspeltType: true}, 1000)
		drift(g, 1000)
		results := g.results
		g.results = filepath.Join(filepath.Dir(results), "fleet.plan.csv")

		summary, err := g.run(plan)
		if err != nil || summary.Outcomes.Of("SUBSCRIPTION_END")[report.WouldRegister] != 40 || summary.Outcomes.Of("USAGE_THRESHOLD")[report.WouldReplace] != 30 || summary.OK != 1000 {
			t.Errorf("plan: %v, %+v", err, summary)
		}
		none := sandbox.Stats{}
		if reads, posts, deletes := g.callsSince(none, "GET"), g.callsSince(none, "POST"), g.callsSince(none, "DELETE"); reads != 1000 || posts+deletes != 0 {
			t.Errorf("the plan made %d reads, %d writes", reads, posts+deletes)
		}

		g.results = results
		before := g.sandbox.Stats()
		summary, err = g.run(reconcile)
		if err != nil || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Registered] != 40 || summary.Outcomes.Of("USAGE_THRESHOLD")[report.Replaced] != 30 || summary.Outcomes.Of("USAGE_THRESHOLD")[report.Unchanged] != 930 {
			t.Errorf("reconcile: %v, %+v", err, summary)
		}
		if posts, deletes := g.callsSince(before, "POST"), g.callsSince(before, "DELETE"); posts != 140+60 || deletes != 60 {
			t.Errorf("%d registrations and %d removals, want 140, 60 that are answered 409, and 60", posts, deletes)
		}
		g.complete(1000)
		replaced := 0
		for _, row := range g.rows(g.results) {
			if row.Call("SUBSCRIPTION_END").Outcome == report.Replaced && row.Call("SUBSCRIPTION_END").PreviousURL == oldWebhook {
				replaced++
			}
		}
		if replaced != 30 {
			t.Errorf("%d rows tell which webhook was replaced", replaced)
		}

		before = g.sandbox.Stats()
		summary, err = g.run(reconcile) // a completed one starts a new sweep
		if err != nil || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Unchanged] != 1000 || g.callsSince(before, "GET") != 1000 || g.callsSince(before, "POST") != 0 {
			t.Errorf("a fleet without drift: %v, %+v", err, summary)
		}
	})
}

func TestRestoringBringsBackWhatARunHasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{ConflictOnRegister: true, NotFoundOnUnregister: true}, 1000)
		drift(g, 1000)
		if _, err := g.run(reconcile); err != nil {
			t.Fatal(err)
		}
		reconciled := g.results
		g.sandbox.Set(testICCID(69), api.UsageThreshold, "https://other.example/") // meanwhile
		g.results = reconciled + ".restore.csv"
		restore := func(c *Config) {
			c.Action = Restore
			unlimited(c)
			undo, err := OpenUndo(reconciled, UndoOptions{})
			if err != nil {
				t.Fatal(err)
			}
			c.Steps = undo
		}
		summary, err := g.run(restore)
		if err != nil || summary.Rows != 70 || summary.OK != 70 || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Replaced] != 30 ||
			summary.Outcomes.Of("SUBSCRIPTION_END")[report.Unregistered] != 40 || summary.Outcomes.Of("USAGE_THRESHOLD")[report.Foreign] != 1 {
			t.Errorf("%v, %+v", err, summary)
		}
		for n := range 1000 {
			want := testWebhook
			switch {
			case n < 40:
				want = ""
			case n < 70:
				want = oldWebhook
			}
			if got, _ := g.sandbox.Webhook(testICCID(n), api.SubscriptionEnd); got != want {
				t.Errorf("SIM %d has %q, want %q", n, got, want)
			}
		}
		if got, _ := g.sandbox.Webhook(testICCID(69), api.UsageThreshold); got != "https://other.example/" {
			t.Errorf("what another client had set became %q", got)
		}
		before := g.sandbox.Stats()
		if summary, err = g.run(restore); err != nil || summary.OK != 70 || g.callsSince(before, "POST")+g.callsSince(before, "DELETE") != 0 {
			t.Errorf("restored again: %v, %+v", err, summary)
		}
		// Where something has changed the SIMs since, restoring them again is not "nothing to do".
		g.sandbox.Set(testICCID(50), api.SubscriptionEnd, testWebhook)
		if summary, err = g.run(restore); err != nil || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Replaced] != 1 {
			t.Errorf("restored once more: %v, %+v", err, summary)
		}
	})
}

func TestAnInterruptedReconciliationGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{LatencyMin: 10 * time.Millisecond, LatencyMax: 50 * time.Millisecond}, 500)
		drift(g, 500)
		_, err := g.run(func(c *Config) {
			c.Action = Reconcile
			c.Pace.Rate = pace.PerSecond(50)
			c.MaxDuration = 3 * time.Second
		})
		if !errors.Is(err, ErrMaxDuration) {
			t.Fatal(err)
		}
		summary, err := g.run(reconcile)
		if err != nil || summary.Earlier < 50 || summary.OK != 500 {
			t.Errorf("%v, %+v", err, summary)
		}
		if reads := g.sandbox.Stats().Calls["GET"]; reads != 500 {
			t.Errorf("%d reads for 500 SIMs: it did not go on", reads)
		}
		g.complete(500)
	})
}

func TestPruning(t *testing.T) {
	prune := func(c *Config) {
		reconcile(c)
		c.Prune, c.MaxDelete = true, MaxSIMs{Percent: 10}
	}
	for name, c := range map[string]struct {
		change func(g *rig)
		err    string
		check  func(t *testing.T, g *rig, s report.Summary, deletes int)
	}{
		"five SIMs have left": {
			change: func(g *rig) { g.setFleet(195) },
			check: func(t *testing.T, g *rig, s report.Summary, deletes int) {
				if deletes != 10 || s.Pruned != 5 || g.sandbox.Registrations() != 390 {
					t.Errorf("%d removals, %d webhooks left: %+v", deletes, g.sandbox.Registrations(), s)
				}
			},
		},
		"one was changed by another client meanwhile": {
			change: func(g *rig) {
				g.setFleet(195)
				g.sandbox.Set(testICCID(199), api.UsageThreshold, "https://other.example/")
			},
			check: func(t *testing.T, g *rig, s report.Summary, deletes int) {
				if url, _ := g.sandbox.Webhook(testICCID(199), api.UsageThreshold); deletes != 9 || url != "https://other.example/" {
					t.Errorf("%d removals, left with %q: %+v", deletes, url, s)
				}
			},
		},
		"half of the file is missing": {
			change: func(g *rig) { g.setFleet(100) },
			err:    "100 of 200 SIMs",
			check: func(t *testing.T, g *rig, s report.Summary, deletes int) {
				if deletes != 0 || g.sandbox.Registrations() != 400 {
					t.Errorf("%d removals", deletes)
				}
			},
		},
		"the file has an invalid row": {
			change: func(g *rig) {
				var b strings.Builder
				b.WriteString("iccid\n8.94447E+18\n")
				for n := range 195 {
					b.WriteString(testICCID(n) + "\n")
				}
				g.setFleetText(b.String())
			},
			check: func(t *testing.T, g *rig, s report.Summary, deletes int) {
				if deletes != 0 || s.Invalid != 1 || s.Kept != 5 {
					t.Errorf("%d removals: %+v", deletes, s)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{NotFoundOnUnregister: true}, 200)
				if _, err := g.run(prune); err != nil {
					t.Fatal(err)
				}
				c.change(g)
				before := g.sandbox.Stats()
				summary, err := g.run(prune)
				if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
					t.Errorf("got %v", err)
				}
				c.check(t, g, summary, g.callsSince(before, "DELETE"))
				if c.err != "" {
					return
				}
				before = g.sandbox.Stats()
				if _, err := g.run(prune); err != nil || g.callsSince(before, "DELETE") != 0 {
					t.Errorf("run again: %v, %d removals", err, g.callsSince(before, "DELETE"))
				}
			})
		})
	}
}

func TestUnregisteringOnlyOneURLLeavesOthersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{NotFoundOnUnregister: true}, 3)
		g.sandbox.Set(testICCID(0), api.SubscriptionEnd, "https://EXAMPLE.com:443/notifications")
		g.sandbox.Set(testICCID(1), api.SubscriptionEnd, oldWebhook)
		summary, err := g.run(func(c *Config) { c.Action, c.OnlyURL = Unregister, testWebhook })
		want := fmt.Sprint(map[report.Outcome]int{report.Unregistered: 1, report.Foreign: 1, report.Absent: 1})
		if err != nil || fmt.Sprint(summary.Outcomes.Of("SUBSCRIPTION_END")) != want || summary.OK != 3 {
			t.Errorf("%v, %v", err, summary.Outcomes.Of("SUBSCRIPTION_END"))
		}
		if url, _ := g.sandbox.Webhook(testICCID(1), api.SubscriptionEnd); url != oldWebhook || g.sandbox.Registrations() != 1 {
			t.Errorf("left with %q", url)
		}
	})
}

func TestUnregisteringMayRecordWhatItRemovesForRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{NotFoundOnUnregister: true}, 100)
		if _, err := g.run(unlimited); err != nil {
			t.Fatal(err)
		}
		g.results += ".removed.csv"
		removed := g.results
		if _, err := g.run(func(c *Config) { c.Action, c.Blind = Unregister, false; unlimited(c) }); err != nil || g.sandbox.Registrations() != 0 {
			t.Fatalf("%v, %d left", err, g.sandbox.Registrations())
		}
		g.results += ".restored.csv"
		summary, err := g.run(func(c *Config) {
			undo, err := OpenUndo(removed, UndoOptions{})
			if err != nil {
				t.Fatal(err)
			}
			c.Action, c.Steps = Restore, undo
			unlimited(c)
		})
		if err != nil || summary.OK != 100 || g.sandbox.Registrations() != 200 {
			t.Errorf("%v, %+v", err, summary)
		}
	})
}

func TestAWriteThatEndedInDoubtIsSettledByLooking(t *testing.T) {
	for name, c := range map[string]struct {
		action  Action
		options sandbox.Options
		outcome report.Outcome // "": nothing could be seen
	}{
		"a registration whose connections all break":  {Register, sandbox.Options{ResetRate: 1}, report.Replaced},
		"a removal whose connections all break":       {Unregister, sandbox.Options{ResetRate: 1}, report.Unregistered},
		"a registration, when looking is cut off too": {Register, sandbox.Options{TruncateRate: 1}, ""},
		"a registration of which half took no effect": {Register, sandbox.Options{ErrorRate: 1}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, c.options, 2)
				for n := range 2 {
					g.sandbox.Set(testICCID(n), api.SubscriptionEnd, oldWebhook)
				}
				summary, err := g.run(func(cfg *Config) { cfg.Action, cfg.Retries = c.action, 1 })
				if err != nil || len(g.sandbox.Stats().Faults) == 0 {
					t.Fatalf("%v, %+v: nothing was tested", err, summary)
				}
				if c.outcome == "" && summary.Failed != 2 || c.outcome != "" && (summary.OK != 2 || summary.Outcomes.Of("SUBSCRIPTION_END")[c.outcome] != 2) {
					t.Errorf("%+v", summary)
				}
			})
		})
	}
}

func TestVerifyingFindsWebhooksThatAreNotWhatWasRegistered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{LatencyMin: 10 * time.Millisecond, LatencyMax: 20 * time.Millisecond}, 50)
		summary, err := g.run(func(c *Config) { c.Verify = 20; unlimited(c) })
		if err != nil || summary.Verified != 20 || len(summary.Mismatches) != 0 {
			t.Errorf("%v, %+v", err, summary)
		}
		g.results += ".again.csv"
		time.AfterFunc(45*time.Millisecond, func() { // another client changes all that is there so far
			for n := range 50 {
				g.sandbox.Set(testICCID(n), api.SubscriptionEnd, oldWebhook)
			}
		})
		summary, err = g.run(func(c *Config) { c.Verify = 50; unlimited(c) })
		var wrong *VerifyError
		if !errors.As(err, &wrong) || len(summary.Mismatches) == 0 || summary.Verified != 50 || summary.Failed != len(summary.Mismatches) {
			t.Errorf("%v, %+v", err, summary)
		}
		// What it advises helps: the same run again sets those webhooks, and no others.
		before := g.sandbox.Stats()
		next, err := g.run(func(c *Config) { c.Verify = 50; unlimited(c) })
		if err != nil || next.OK != 50 || g.callsSince(before, "POST") != summary.Failed {
			t.Errorf("%v, %+v, %d webhooks were set for %d mismatches", err, next, g.callsSince(before, "POST"), summary.Failed)
		}
	})
}

func TestAReplacementThatTookTwoRunsStillTellsWhatWasReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{ConflictOnRegister: true, NotFoundOnUnregister: true}, 1)
		for _, typ := range api.NotificationTypes() {
			g.sandbox.Set(testICCID(0), typ, oldWebhook)
		}
		// The first POST is answered 409, and the webhook removed. No POST after that succeeds, so that the old one cannot be
		// put back.
		g.sandbox.SetRules(sandbox.Rule{Name: "broken", Method: http.MethodPost, From: 2, Answer: sandbox.APIError(http.StatusServiceUnavailable)})
		summary, err := g.run(func(c *Config) { reconcile(c); c.Retries = 1 })
		if err != nil || summary.Failed != 1 || g.sandbox.Stats().Faults["broken"] == 0 {
			t.Fatalf("%v, %+v: nothing was tested", err, summary)
		}
		if url, there := g.sandbox.Webhook(testICCID(0), api.SubscriptionEnd); there {
			t.Fatalf("%s is still there: nothing was tested", url)
		}
		g.sandbox.SetRules()
		if _, err := g.run(reconcile); err != nil {
			t.Fatal(err)
		}
		row := g.rows(g.results)[0]
		if call := row.Call("SUBSCRIPTION_END"); call.Outcome != report.Replaced || call.PreviousURL != oldWebhook {
			t.Errorf("%s, before: %q", call.Outcome, call.PreviousURL)
		}
	})
}
