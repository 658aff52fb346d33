package batch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/report"
)

// among reports whether an ICCID is that of one of these SIMs.
func among(numbers ...int) func(string) bool {
	chosen := map[string]bool{}
	for _, n := range numbers {
		chosen[testICCID(n)] = true
	}
	return func(iccid string) bool { return chosen[iccid] }
}

// Five SIMs that always answer 500 and five that always answer 401, among a thousand: they alone fail, and cost few calls.
func TestAFewSIMsThatAlwaysFailAreNotTakenForAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{LatencyMin: 5 * time.Millisecond, LatencyMax: 50 * time.Millisecond}, 1000)
		broken, refused := among(3, 200, 201, 202, 999), among(4, 500, 501, 998, 997)
		g.sandbox.SetRules(
			sandbox.Rule{Name: "broken", SIMs: broken, Answer: sandbox.APIError(http.StatusInternalServerError)},
			sandbox.Rule{Name: "refused", SIMs: refused, Answer: sandbox.APIError(http.StatusUnauthorized)},
		)
		for round := range 3 {
			before, start, tokens := g.sandbox.Stats(), time.Now(), g.tokens.Renewals()
			summary, err := g.run(unlimited)
			if err != nil || !summary.Complete || summary.OK != 990 || summary.Failed != 5 || summary.Refused != 5 {
				t.Fatalf("round %d: %v, %+v", round, err, summary)
			}
			for _, row := range g.rows(g.results) {
				if broken(row.ICCID) != (row.Status == report.StatusFailed) || refused(row.ICCID) != (row.Status == report.StatusRefused) {
					t.Errorf("round %d: %s is %s: %s", round, row.ICCID, row.Status, row.Error)
				}
			}
			calls := 0
			for _, method := range []string{"GET", "POST", "DELETE"} {
				calls += g.callsSince(before, method)
			}
			if round == 0 {
				calls -= 3 * 990
			}
			took := time.Since(start)
			t.Logf("round %d: %d calls for the ten, %d tokens, %s", round, calls, g.tokens.Renewals()-tokens, took)
			if calls > 200 || g.tokens.Renewals()-tokens > 30 || took > 2*time.Minute {
				t.Errorf("round %d: %d calls for ten SIMs, %d tokens, in %s", round, calls, g.tokens.Renewals()-tokens, took)
			}
		}
	})
}

// Whatever something before the API answers, no SIM is ok, absent or refused on its word.
func TestNothingIsDoneOnTheWordOfAStranger(t *testing.T) {
	strangers := map[string]sandbox.Answer{
		"Kong's 404":         {Status: 404, Body: `{"message":"no Route matched with those values"}`},
		"an empty 404":       {Status: 404},
		"Gravitee's 404":     sandbox.GatewayError(404),
		"a page's 404":       sandbox.GatewayPage(404),
		"a firewall's 403":   sandbox.GatewayPage(403),
		"maintenance":        {Status: 200, Body: `{"message":"scheduled maintenance"}`},
		"an error in a 200":  {Status: 200, Body: `{"type":"INTERNAL_ERROR","messages":["sorry"]}`},
		"a gateway's 500":    {Status: 200, Body: `{"message":"Internal Server Error","http_status_code":500}`},
		"a portal":           {Status: 200, Body: "<html><title>Log in</title>", Header: http.Header{"Content-Type": {"text/html"}}},
		"Cloudflare's 522":   {Status: 522, Body: "error code: 522"},
		"an origin's 598":    {Status: 598},
		"a client's 499":     {Status: 499},
		"locked":             {Status: 423, Body: `{"type":"LOCKED","messages":["busy"]}`},
		"a redirect":         {Status: 302, Header: http.Header{"Location": {"https://login.example.com/"}}},
		"a proxy's problem":  {Status: 403, Body: `{"type":"about:blank","title":"Forbidden","detail":"rule 942100"}`},
		"a list of no use":   {Status: 200, Body: `{"data":[]}`},
		"null":               {Status: 200, Body: `null`},
		"a body of nothing":  {Status: 200, Body: `{}`},
		"no notifications":   {Status: 200, Body: `{"notifications":null}`},
		"nothing with a 204": {Status: 204},
	}
	for name, answer := range strangers {
		for _, c := range []struct {
			action Action
			blind  bool
			method string
		}{
			{Register, false, "GET"}, {Unregister, false, "GET"}, {Reconcile, false, "GET"},
			{Register, false, "POST"}, {Register, true, "POST"}, {Unregister, false, "DELETE"}, {Unregister, true, "DELETE"},
		} {
			writes := c.method != "GET"
			if writes && answer.Status < 300 && !strings.Contains(answer.Body, "message") && !strings.Contains(answer.Body, "html") {
				continue // it may be how the API says yes
			}
			t.Run(fmt.Sprintf("%s/%s/%t/%s", name, c.action, c.blind, c.method), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					const sims = 8
					g := newRig(t, sandbox.Options{}, sims)
					oldFleet(g, sims)
					g.sandbox.SetRules(sandbox.Rule{Name: "stranger", Method: c.method, Answer: answer})
					summary, err := g.run(func(cfg *Config) {
						cfg.Action, cfg.Blind, cfg.RetryMaxTime = c.action, c.blind, 10*time.Second
						unlimited(cfg)
					})
					if g.sandbox.Stats().Faults["stranger"] == 0 {
						t.Fatalf("%v: nothing was tested", err)
					}
					if summary.OK > 0 || summary.Refused > 0 {
						t.Errorf("%v, %+v", err, summary)
					}
					if n := g.having(oldWebhook, sims); n != 2*sims {
						t.Errorf("%d of %d webhooks are left", n, 2*sims)
					}
				})
			})
		}
	}
}

// A write that was carried out, and whose answer something else has replaced, is settled by a look, without a repetition.
func TestAWriteWithADoubtfulAnswerIsSettledByLooking(t *testing.T) {
	for name, answer := range map[string]sandbox.Answer{
		"maintenance": {Status: 200, Body: `{"message":"scheduled maintenance"}`},
		"a page":      {Status: 200, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}},
		"plain text":  {Status: 201, Body: "OK"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, 50)
				g.sandbox.SetRules(sandbox.Rule{Name: "doubtful", Method: "POST", Answer: answer, Effect: true})
				summary, err := g.run(unlimited)
				if stats := g.sandbox.Stats(); err != nil || summary.OK != 50 || stats.Calls["POST"] != 100 || stats.Faults["doubtful"] != 100 {
					t.Errorf("%v, %+v, %+v", err, summary, stats)
				}
			})
		})
	}
}

func TestAnUnknownSIMIsRefusedAndNotAbsent(t *testing.T) {
	for _, unread := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, sandbox.Options{NotFoundOnUnregister: true, Unknown: among(1)}, 3)
			summary, err := g.run(func(c *Config) { c.Action, c.Blind = Unregister, unread; unlimited(c) })
			if err != nil || summary.OK != 2 || summary.Refused != 1 || summary.Outcomes.Of("SUBSCRIPTION_END")[report.Absent] != 2 {
				t.Errorf("%v, %+v", err, summary)
			}
		})
	}
}

// A gateway that has not heard of the token yet, or says 401 for a second, ends no run.
func TestA401ThatPassesEndsNoRun(t *testing.T) {
	for name, lasts := range map[string]time.Duration{"0.2 s": 200 * time.Millisecond, "1 s": time.Second, "20 s": 20 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: 5 * time.Millisecond}, 200)
				g.sandbox.SetRules(sandbox.Rule{Name: "401", Answer: sandbox.GatewayError(http.StatusUnauthorized)})
				time.AfterFunc(lasts, func() { g.sandbox.SetRules() })
				summary, err := g.run(unlimited)
				if g.sandbox.Stats().Statuses[401] == 0 {
					t.Fatal("nothing was tested")
				}
				if err != nil || summary.OK != 200 || g.sandbox.Stats().Statuses[401] > 1000 {
					t.Errorf("%v, %+v, %v", err, summary, g.sandbox.Stats().Statuses)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // for good
		g := newRig(t, sandbox.Options{LatencyMin: time.Millisecond, LatencyMax: 5 * time.Millisecond}, 200)
		g.sandbox.SetRules(sandbox.Rule{Name: "401", Answer: sandbox.GatewayError(http.StatusUnauthorized)})
		start := time.Now()
		_, err := g.run(unlimited)
		if _, refused := errors.AsType[*api.CredentialsError](err); !refused || time.Since(start) > time.Minute {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestAWrongBaseURLIsRecognisedFromCallsAboutTheAccountToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 0)
		g.sandbox.SetRules(sandbox.Rule{Name: "elsewhere", Answer: sandbox.GatewayPage(http.StatusNotFound)})
		_, err := newTestCaller(t, g, CallOptions{}).Subscriptions(t.Context(), api.SubscriptionQuery{})
		if _, ok := errors.AsType[*WrongBaseURLError](err); !ok {
			t.Errorf("got %v", err)
		}
	})
}

func TestAWrongBaseURLIsRecognisedFromTheFirstAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 200)
		g.sandbox.SetRules(sandbox.Rule{Name: "elsewhere", Answer: sandbox.GatewayError(http.StatusNotFound)})
		start := time.Now()
		_, err := g.run(unlimited)
		wrong, ok := errors.AsType[*WrongBaseURLError](err)
		if !ok || wrong.BaseURL != "http://sandbox"+sandbox.BasePath || time.Since(start) > 5*time.Second || g.sandbox.Stats().Calls["GET"] > 64 {
			t.Errorf("%v after %s and %d calls", err, time.Since(start), g.sandbox.Stats().Calls["GET"])
		}
	})
	for url, hint := range map[string]string{
		"https://services.truphone.com/connect-api/v1": "leave out the /v1",
		"https://services.truphone.com":                "/connect-api",
	} {
		if err := (&WrongBaseURLError{BaseURL: url, Last: errors.New("404")}); !strings.Contains(err.Error(), hint) {
			t.Errorf("%v", err)
		}
	}
}

func TestA429ForEverEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 200)
		g.sandbox.SetRules(sandbox.Rule{Name: "429", Answer: sandbox.GatewayError(http.StatusTooManyRequests)})
		start := time.Now()
		_, err := g.run(nil)
		if _, gone := errors.AsType[*GoneError](err); !gone || time.Since(start) < 5*time.Minute || time.Since(start) > time.Hour {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

// An outage, a closed gate: where nothing is in flight, the first Ctrl-C ends the run at once.
func TestAStoppedRunDoesNotWaitForWhatMayNotCome(t *testing.T) {
	for name, prepare := range map[string]func(g *rig){
		"an outage":     func(g *rig) { g.sandbox.SetDown(true) },
		"no token":      func(g *rig) { g.sandbox.SetTokenDown(true) },
		"a closed gate": func(g *rig) { g.sandbox.SetQuota(5, time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, 500)
				prepare(g)
				run, closeRun := g.prepare(t.Context(), func(*Config) {})
				defer closeRun()
				var stopped time.Time
				time.AfterFunc(time.Minute, func() {
					stopped = time.Now()
					run.Stop(ErrStopped)
				})
				err := run.Do(context.WithoutCancel(t.Context()))
				if took := time.Since(stopped); !errors.Is(err, ErrStopped) || stopped.IsZero() || took > time.Second {
					t.Errorf("%v, %s after the signal", err, took)
				}
			})
		})
	}
}
