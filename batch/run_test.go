package batch

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch/fleet"
	"simhook/batch/pace"
	"simhook/report"
)

func TestEverySIMIsRegisteredOnceForBothTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: 20 * time.Millisecond}, 500)
		summary, err := g.run(unlimited)
		if err != nil || summary.OK != 500 || !summary.Complete {
			t.Errorf("%v, %+v", err, summary)
		}
		g.complete(500)
		stats := g.sandbox.Stats()
		if stats.Calls["POST"] != 1000 || stats.RepeatedCalls != 0 || stats.CorrelationIDs != 1500 || stats.RepeatedCorrelationIDs != 0 {
			t.Errorf("calls were repeated: %+v", stats)
		}

		again, err := g.run(unlimited)
		if err != nil || again.Attempts != 0 || again.OK != 500 || again.Earlier != 500 {
			t.Errorf("the same run again: %v, %+v", err, again)
		}

		g.setFleet(510)
		more, err := g.run(unlimited)
		if err != nil || more.Attempts != 30 || more.OK != 510 {
			t.Errorf("with 10 SIMs more: %v, %+v", err, more)
		}
		g.complete(510)

		g.results += ".gone.csv"
		gone, err := g.run(func(c *Config) { c.Action = Unregister; unlimited(c) })
		if err != nil || gone.OK != 510 || g.sandbox.Registrations() != 0 {
			t.Errorf("unregister: %v, %d webhooks left, %+v", err, g.sandbox.Registrations(), gone)
		}
	})
}

func unlimited(c *Config) { c.Pace.Rate = pace.Unlimited() }

// blind lets writes be the first calls for each SIM.
func blind(c *Config) { c.Blind = true }

func TestTokensThatExpireAndAreRevokedFailNoSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{
			TokenLifetime: 3 * time.Second, RevokeEvery: 2 * time.Second,
			LatencyMin: 20 * time.Millisecond, LatencyMax: 200 * time.Millisecond,
		}, 3000)
		start := time.Now()
		summary, err := g.run(func(c *Config) { c.Pace.Rate = pace.PerSecond(100) })
		if err != nil {
			t.Errorf("%v: %+v", err, summary)
		}
		g.complete(3000)
		refused := g.sandbox.Stats().Statuses[401]
		if refused == 0 {
			t.Error("no token was ever refused: nothing was tested")
		}
		periods := int(time.Since(start)/(2*time.Second)) + 1
		if renewals := g.tokens.Renewals(); renewals > 2*periods {
			t.Errorf("%d tokens were obtained in %d periods: one renewal is to serve all workers", renewals, periods)
		}
	})
}

func TestAWrongSecretEndsTheRunBeforeAnyCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{ClientSecret: "right"}, 100)
		g.login("wrong")
		summary, err := g.run(nil)
		if _, ok := errors.AsType[*api.CredentialsError](err); !ok {
			t.Errorf("got %v", err)
		}
		if summary.Remaining != 100 || summary.Attempts != 0 {
			t.Errorf("%+v", summary)
		}
		if stats := g.sandbox.Stats(); stats.TokenRequests == 0 || stats.TokenRequests > 3 || stats.Calls["POST"] != 0 {
			t.Errorf("%+v", stats)
		}
	})
}

func TestRefusedSIMsAreNotRetriedAndDoNotKeepOthersBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		unknown := map[string]bool{}
		for n := range 50 {
			unknown[testICCID(n*20)] = true
		}
		g := newRig(t, sandbox.Options{Unknown: func(iccid string) bool { return unknown[iccid] }}, 1000)
		summary, err := g.run(unlimited)
		if err != nil || summary.Refused != 50 || summary.OK != 950 || summary.Failed != 0 || summary.Retries != 0 {
			t.Errorf("%v, %+v", err, summary)
		}
		if calls := g.sandbox.Stats().Calls; calls["GET"] != 1000 || calls["POST"] != 2*950 {
			t.Errorf("%v calls", calls)
		}
		for _, row := range g.rows(g.results) {
			if refused := row.Status == report.StatusRefused; refused != unknown[row.ICCID] {
				t.Errorf("SIM %s is %s", row.ICCID, row.Status)
			} else if refused && !strings.Contains(row.Error, "404") {
				t.Errorf("the reason is %q", row.Error)
			}
		}
		if len(summary.Causes) != 1 || summary.Causes[0].Count != 50 || summary.Causes[0].CorrelationID == "" {
			t.Errorf("%+v", summary.Causes)
		}
	})
}

func TestPassingFaultsOfWritesThatTookEffectLeaveEverySIMOK(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{
			ErrorRate: 0.06, ResetRate: 0.03, TruncateRate: 0.02, ConflictOnRegister: true,
			LatencyMin: time.Millisecond, LatencyMax: 50 * time.Millisecond,
		}, 2000)
		summary, err := g.run(unlimited)
		if err != nil || summary.OK != 2000 {
			t.Errorf("%v, %+v", err, summary)
		}
		g.complete(2000)
		stats := g.sandbox.Stats()
		if len(stats.Faults) < 4 || stats.Statuses[409] == 0 {
			t.Errorf("some faults never fired: %+v", stats)
		}
		if stats.RepeatedCorrelationIDs != 0 {
			t.Errorf("%d correlation IDs were used twice", stats.RepeatedCorrelationIDs)
		}
		if n := summary.Outcomes.Of("SUBSCRIPTION_END")[report.Registered]; n != 2000 {
			t.Errorf("outcomes %v: what an attempt of ours did is registered, not unchanged", summary.Outcomes.Of("SUBSCRIPTION_END"))
		}
	})
}

func TestAWebhookThatIsThereAlreadyIsKeptOrReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{ConflictOnRegister: true, MisspeltType: true}, 3)
		g.sandbox.Set(testICCID(0), api.SubscriptionEnd, testWebhook)
		g.sandbox.Set(testICCID(1), api.SubscriptionEnd, "https://old.example/hook")
		g.sandbox.Set(testICCID(1), api.UsageThreshold, "https://old.example/hook")
		summary, err := g.run(unlimited)
		if err != nil {
			t.Errorf("%v, %+v", err, summary)
		}
		g.complete(3)
		want := map[string][2]report.Outcome{
			testICCID(0): {report.Unchanged, report.Registered},
			testICCID(1): {report.Replaced, report.Replaced},
			testICCID(2): {report.Registered, report.Registered},
		}
		for _, row := range g.rows(g.results) {
			if got := [2]report.Outcome{row.Call("SUBSCRIPTION_END").Outcome, row.Call("USAGE_THRESHOLD").Outcome}; got != want[row.ICCID] {
				t.Errorf("SIM %s: %v, want %v", row.ICCID, got, want[row.ICCID])
			}
			if row.ICCID == testICCID(1) && row.Call("USAGE_THRESHOLD").PreviousURL != "https://old.example/hook" {
				t.Errorf("the URL that was replaced is given as %q", row.Call("USAGE_THRESHOLD").PreviousURL)
			}
		}
		for n := range 3 {
			if url, _ := g.sandbox.Webhook(testICCID(n), api.SubscriptionEnd); url != testWebhook {
				t.Errorf("SIM %d has %q", n, url)
			}
		}
		if calls := g.sandbox.Stats().Calls; calls["GET"] != 5 || calls["POST"] != 7 || calls["DELETE"] != 2 {
			t.Errorf("%v: want a read for each SIM and each of two conflicts, and no write for what is there", calls)
		}
	})
}

func TestRemovingWhatIsNotThereIsAbsentAndOK(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{NotFoundOnUnregister: true}, 2)
		g.sandbox.Set(testICCID(0), api.UsageThreshold, testWebhook)
		summary, err := g.run(func(c *Config) { c.Action = Unregister })
		if err != nil || summary.OK != 2 || summary.Outcomes.Of("USAGE_THRESHOLD")[report.Absent] != 1 || summary.Outcomes.Of("USAGE_THRESHOLD")[report.Unregistered] != 1 || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Absent] != 2 {
			t.Errorf("%v, %+v", err, summary)
		}
	})
}

func TestBadRowsBecomeResultsWithTheirLineAndReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 0)
		text := "iccid,webhook_url\n" +
			testICCID(0) + ",\n" + // line 2
			"8.94447E+18,\n" + // 3
			testICCID(0) + ",\n" + // 4: duplicate
			testICCID(1) + ",https://b.example/hook\n" + // 5
			testICCID(1) + ",https://c.example/hook\n" + // 6: another URL
			testICCID(2) + ",ftp://nonsense\n" // 7
		g.setFleetText(text)
		for range 2 { // the second run writes nothing twice
			summary, err := g.run(unlimited)
			if err != nil || summary.OK != 2 || summary.Duplicate != 1 || summary.Invalid != 3 || len(summary.Causes) != 3 {
				t.Errorf("%v, %+v", err, summary)
			}
			got := map[int]report.Status{}
			for _, row := range g.rows(g.results) {
				got[row.Line] = row.Status
				if row.Status != report.StatusOK && row.Error == "" {
					t.Errorf("line %d is %s without a reason", row.Line, row.Status)
				}
			}
			want := map[int]report.Status{2: "ok", 3: "invalid", 4: "duplicate", 5: "ok", 6: "invalid", 7: "invalid"}
			for line, status := range want {
				if got[line] != status {
					t.Errorf("line %d is %q, want %s", line, got[line], status)
				}
			}
			if len(g.rows(g.results)) != len(want) {
				t.Errorf("%d rows", len(g.rows(g.results)))
			}
		}
		if url, _ := g.sandbox.Webhook(testICCID(1), api.UsageThreshold); url != "https://b.example/hook" {
			t.Errorf("the row's own URL was not used: %q", url)
		}
	})
}

func TestAFleetWithoutAValidRowIsRefusedBeforeAnyCall(t *testing.T) {
	g := newRig(t, sandbox.Options{}, 0)
	g.setFleetText("iccid\n123\n8.94447E+18\n")
	_, err := g.run(nil)
	var refused *fleet.Error
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v", err)
	}
}
