package batch

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/report"
)

// newTestCaller is a Caller against the rig's sandbox.
func newTestCaller(t *testing.T, g *rig, options CallOptions) *Caller {
	t.Helper()
	client, err := api.NewClient(api.Config{BaseURL: "http://sandbox" + sandbox.BasePath, Tokens: g.tokens, Transport: g.http})
	if err != nil {
		t.Fatal(err)
	}
	options.Client = client
	c, err := NewCaller(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestASingleSIMIsRegisteredReadAndUnregistered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{ConflictOnRegister: true, NotFoundOnUnregister: true}, 0)
		c := newTestCaller(t, g, CallOptions{})
		iccid := testICCID(1)
		for _, step := range []struct {
			url      string // "": unregister
			want     report.Outcome
			previous string
		}{
			{testWebhook, report.Registered, ""},
			{testWebhook, report.Unchanged, ""},
			{testWebhook + "/b", report.Replaced, testWebhook},
			{"", report.Unregistered, ""},
			{"", report.Absent, ""},
		} {
			var call report.Call
			var err error
			if step.url != "" {
				call, err = c.Register(t.Context(), iccid, api.UsageThreshold, step.url)
			} else {
				call, err = c.Unregister(t.Context(), iccid, api.UsageThreshold)
			}
			if err != nil || call.Outcome != step.want || call.PreviousURL != step.previous {
				t.Errorf("%q: %v, %+v; want %s", step.url, err, call, step.want)
			}
			prefs, err := c.Preferences(t.Context(), iccid)
			if err != nil || prefs[api.UsageThreshold] != step.url {
				t.Errorf("it has %q (%v), want %q", prefs, err, step.url)
			}
		}
	})
}

func TestNoTwoAttemptsOfSingleSIMsShareACorrelationID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{ErrorRate: .3}, 0)
		c := newTestCaller(t, g, CallOptions{Retries: 20})
		seen := map[string]bool{}
		for range 20 {
			call, err := c.Register(t.Context(), testICCID(1), api.UsageThreshold, testWebhook)
			if err != nil || seen[call.CorrelationID] || call.CorrelationID == "" {
				t.Errorf("%v, correlation ID %q", err, call.CorrelationID)
			}
			seen[call.CorrelationID] = true
		}
		if n := g.sandbox.Stats().RepeatedCorrelationIDs; n != 0 {
			t.Errorf("%d correlation IDs were used twice", n)
		}
	})
}

func TestSingleSIMsAreGivenUpInALongOutageAndCalledAgainAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 0)
		c := newTestCaller(t, g, CallOptions{Retries: 1000, RetryMaxTime: time.Minute})
		g.sandbox.SetDown(true)
		failed := make(chan error)
		for n := range 5 {
			go func() {
				call, err := c.Register(t.Context(), testICCID(n), api.UsageThreshold, testWebhook)
				if call.Outcome != report.Failed {
					t.Errorf("the outcome is %q", call.Outcome)
				}
				failed <- err
			}()
		}
		start := time.Now()
		for range 5 {
			if err := <-failed; err == nil {
				t.Error("registered in an outage")
			}
		}
		if took := time.Since(start); took > 2*time.Minute {
			t.Errorf("given up after %v, want about a minute", took)
		}
		g.sandbox.SetDown(false)
		if call, err := c.Register(t.Context(), testICCID(1), api.UsageThreshold, testWebhook); err != nil || call.Outcome != report.Registered {
			t.Errorf("after the outage: %v, %+v", err, call)
		}
	})
}

// While the API is failing at writes, the few reads that are under way wait as well, and are not given up.
func TestFewCallsOfAnotherKindOutlastAnOutageToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, sandbox.Options{}, 0)
		c := newTestCaller(t, g, CallOptions{RetryMaxTime: 30 * time.Minute})
		if _, err := c.Preferences(t.Context(), testICCID(1)); err != nil {
			t.Fatal(err)
		}
		g.sandbox.SetDown(true)
		time.AfterFunc(5*time.Minute, func() { g.sandbox.SetDown(false) })
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				if i >= 28 {
					time.Sleep(30 * time.Second) // the outage is known by then
					if _, err := c.Preferences(t.Context(), testICCID(i)); err != nil {
						t.Error(err)
					}
					return
				}
				if _, err := c.Register(t.Context(), testICCID(i), api.UsageThreshold, testWebhook); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := g.sandbox.Stats().Faults[sandbox.FaultDown]; n < 20 {
			t.Errorf("only %d calls met the outage", n)
		}
	})
}
