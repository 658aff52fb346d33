package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	iccid = "8944474600000109251"
	path  = "/v1/sim/" + iccid + "/preferences"
	body  = `{"webhook_url":"https://hooks.example.com"}`
)

func TestTheOpenQuestionsAreAnsweredAsChosen(t *testing.T) {
	for _, test := range []struct {
		name string
		opts sandbox.Options
		call func(*caller) reply
		want int
	}{
		{"a second POST replaces", sandbox.Options{}, func(c *caller) reply { c.register(); return c.register() }, 200},
		{"a second POST conflicts", sandbox.Options{ConflictOnRegister: true}, func(c *caller) reply { c.register(); return c.register() }, 409},
		{"a PUT replaces all the same", sandbox.Options{ConflictOnRegister: true}, func(c *caller) reply { c.register(); return c.write("PUT", api.SubscriptionEnd, body) }, 200},
		{"a DELETE of nothing succeeds", sandbox.Options{}, (*caller).unregister, 204},
		{"a DELETE of nothing is 404", sandbox.Options{NotFoundOnUnregister: true}, (*caller).unregister, 404},
		{"only PUT", sandbox.Options{RegisterMethod: "PUT"}, (*caller).register, 405},
		{"an unknown SIM", sandbox.Options{Unknown: func(string) bool { return true }}, (*caller).read, 404},
		{"a SIM of another account", sandbox.Options{Foreign: func(string) bool { return true }}, (*caller).read, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			inVirtualTime(t, test.opts, func(t *testing.T, _ *sandbox.Sandbox, c *caller) {
				if got := test.call(c); got.status != test.want {
					t.Errorf("status %d, %s, %v", got.status, got.body, got.err)
				}
			})
		})
	}
	t.Run("the misspelling", func(t *testing.T) {
		inVirtualTime(t, sandbox.Options{MisspeltType: true}, func(t *testing.T, _ *sandbox.Sandbox, c *caller) {
			c.register()
			want := `{"notifications":[{"type":"SUBSCRITPION_END","webhook_url":"https://hooks.example.com"}]}`
			if got := c.read().body; got != want {
				t.Errorf("got %s", got)
			}
		})
	})
}

func TestACallThatIsNotAsDocumentedIsRefused(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, test := range []struct {
		name   string
		change func(*http.Request)
		call   func(*caller) reply
		status int
		kind   string
	}{
		{"no token", header("Authorization", ""), (*caller).read, 401, "UNAUTHORISED"},
		{"another token", header("Authorization", "Bearer x"), (*caller).read, 401, "UNAUTHORISED"},
		{"no correlation id", header("X-Correlation-ID", ""), (*caller).read, 400, "INVALID_REQUEST_PARAMS"},
		{"another content type", header("Content-Type", "text/plain"), (*caller).register, 400, "INVALID_REQUEST_PARAMS"},
		{"an unknown type", nil, func(c *caller) reply { return c.write("POST", "MOON", body) }, 400, "INVALID_REQUEST_PARAMS"},
		{"the misspelt type", nil, func(c *caller) reply { return c.write("POST", "SUBSCRITPION_END", body) }, 400, "INVALID_REQUEST_PARAMS"},
		{"no webhook", nil, func(c *caller) reply { return c.write("POST", api.UsageThreshold, "{}") }, 400, "INVALID_REQUEST_PARAMS"},
		{"a relative webhook", nil, func(c *caller) reply { return c.write("POST", api.UsageThreshold, `{"webhook_url":"/x"}`) }, 400, "INVALID_REQUEST_PARAMS"},
		{"no JSON", nil, func(c *caller) reply { return c.write("POST", api.UsageThreshold, "x") }, 400, "INVALID_HTTP_MESSAGE"},
		{"another method", nil, func(c *caller) reply { return c.write("PATCH", api.UsageThreshold, body) }, 405, "METHOD_NOT_ALLOWED"},
		{"another path", nil, func(c *caller) reply { return c.do("GET", sandbox.BasePath+"/v2", "") }, 404, "NOT_FOUND"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inVirtualTime(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
				c.change = test.change
				got := test.call(c)
				var e struct {
					Type     string
					Messages []string
				}
				if err := json.Unmarshal([]byte(got.body), &e); err != nil || got.status != test.status || e.Type != test.kind || len(e.Messages) == 0 {
					t.Errorf("%d %s, %v", got.status, got.body, err)
				}
				if s.Registrations() != 0 {
					t.Error("it took effect")
				}
			})
		})
	}
}

func TestTheQuotaIsCountedInFixedWindowsForReadsAndWritesApart(t *testing.T) {
	inVirtualTime(t, sandbox.Options{Quota: 3, Window: time.Minute, RetryAfter: true}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		start := time.Now()
		time.Sleep(40 * time.Second)
		for _, remaining := range []string{"2", "1", "0"} {
			got := c.register()
			if got.status != 200 || got.header.Get("x-rate-limit-limit") != "3" || got.header.Get("x-rate-limit-remaining") != remaining {
				t.Errorf("%d %v", got.status, got.header)
			}
			if reset := got.header.Get("x-rate-limit-reset"); reset != strconv.FormatInt(start.Add(time.Minute).UnixMilli(), 10) {
				t.Errorf("reset %s", reset)
			}
		}
		got := c.register()
		want := `{"http_status_code":429,"message":"Rate limit exceeded ! You reach the limit of 3 requests per 1 minutes"}`
		if got.status != 429 || got.body != want || got.header.Get("x-rate-limit-remaining") != "0" || got.header.Get("Retry-After") != "20" {
			t.Errorf("%d %s %v", got.status, got.body, got.header)
		}
		if got := c.read(); got.status != 200 || got.header.Get("x-rate-limit-remaining") != "2" {
			t.Errorf("a read: %d %v", got.status, got.header)
		}
		s.SetQuota(2, 30*time.Second) // from the next window on
		if got := c.register(); got.status != 429 {
			t.Errorf("the new quota applies too early: %d", got.status)
		}
		time.Sleep(20 * time.Second)
		if got := c.register(); got.status != 200 || got.header.Get("x-rate-limit-remaining") != "1" {
			t.Errorf("%d %v", got.status, got.header)
		}
		s.Consume(5)
		if got := c.register(); got.status != 429 {
			t.Errorf("another client used the quota up, but: %d", got.status)
		}
		time.Sleep(90 * time.Second)
		stats := s.Stats()
		if diff := cmp.Diff([]int{3, 2, 0, 0}, stats.WriteWindows); diff != "" || stats.RateLimited != 3 {
			t.Errorf("%d answers of 429\n%s", stats.RateLimited, diff)
		}
		next := time.Now().Add(30 * time.Second).UnixMilli()
		if reset := c.register().header.Get("x-rate-limit-reset"); reset != strconv.FormatInt(next, 10) {
			t.Errorf("after idle windows the reset is %s, want %d", reset, next)
		}
	})
}

func TestASilentQuotaSaysNothing(t *testing.T) {
	inVirtualTime(t, sandbox.Options{Quota: 1, Window: time.Minute, SilentQuota: true}, func(t *testing.T, _ *sandbox.Sandbox, c *caller) {
		for _, want := range []int{200, 429} {
			got := c.register()
			if got.status != want || got.header.Get("x-rate-limit-limit") != "" || got.header.Get("Retry-After") != "" {
				t.Errorf("%d %v", got.status, got.header)
			}
		}
	})
}

func TestTokensExpireAndAreRevoked(t *testing.T) {
	inVirtualTime(t, sandbox.Options{TokenLifetime: time.Minute, RevokeEvery: 90 * time.Second}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		expect := func(when string, want int) {
			t.Helper()
			if got := c.read().status; got != want {
				t.Errorf("%s: %d, want %d", when, got, want)
			}
		}
		time.Sleep(time.Minute - 1)
		expect("just before the end", 200)
		time.Sleep(time.Nanosecond)
		expect("at the end", 401)
		c.token = s.IssueToken()
		time.Sleep(30*time.Second - 1)
		expect("before the revocation", 200)
		time.Sleep(time.Nanosecond)
		expect("after the revocation", 401)
		c.token = s.IssueToken()
		expect("with a new token", 200)
		s.RevokeTokens()
		expect("revoked by hand", 401)
	})
}

func TestACallTakesEffectBeforeItsLatency(t *testing.T) {
	inVirtualTime(t, sandbox.Options{LatencyMin: 2 * time.Second, LatencyMax: 4 * time.Second}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		start := time.Now()
		done := make(chan reply)
		go func() { done <- c.register() }()
		time.Sleep(time.Second)
		if stats := s.Stats(); stats.Registrations != 1 || stats.InFlight != 1 {
			t.Errorf("meanwhile: %+v", stats)
		}
		got := <-done
		if took := time.Since(start); got.status != 200 || took < 2*time.Second || took > 4*time.Second {
			t.Errorf("%d after %v", got.status, took)
		}
	})
}

func TestTheStatisticsTellRepetitions(t *testing.T) {
	inVirtualTime(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		c.register()
		c.unregister()
		c.register() // no repetition, since it had been removed
		c.write("POST", api.UsageThreshold, body)
		if n := s.Stats().RepeatedCalls; n != 0 {
			t.Errorf("%d repeated calls too early", n)
		}
		c.register()
		c.write("PUT", api.SubscriptionEnd, body)
		c.sent = 0
		c.read()
		want := sandbox.Stats{
			Calls:                  map[string]int{"POST": 4, "PUT": 1, "DELETE": 1, "GET": 1},
			Statuses:               map[int]int{200: 6, 204: 1},
			Faults:                 map[sandbox.Fault]int{},
			CorrelationIDs:         6,
			RepeatedCorrelationIDs: 1,
			RepeatedCalls:          2,
			MaxInFlight:            1,
			Registrations:          2,
		}
		if diff := cmp.Diff(want, s.Stats()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheAdminEndpointsShowAndChangeTheState(t *testing.T) {
	inVirtualTime(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		sim := "/sandbox/sims/" + iccid
		if got := c.do("GET", sim, ""); got.status != 404 {
			t.Errorf("before: %d", got.status)
		}
		c.register()
		if got := c.do("GET", sim, ""); got.body != `{"SUBSCRIPTION_END":"https://hooks.example.com"}` {
			t.Errorf("after: %s", got.body)
		}
		var stats sandbox.Stats
		if err := json.Unmarshal([]byte(c.do("GET", "/sandbox/stats", "").body), &stats); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.Stats(), stats); diff != "" {
			t.Error(diff)
		}
		c.do("POST", "/sandbox/revoke", "")
		if got := c.read(); got.status != 401 {
			t.Errorf("after revoking: %d", got.status)
		}
	})
}

func TestTheTokenEndpointAnswersLikeTheDocumentedOne(t *testing.T) {
	form := func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }
	inVirtualTime(t, sandbox.Options{ClientID: "id", ClientSecret: "secret"}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		c.change = form
		for _, test := range []struct {
			form   string
			status int
			part   string
		}{
			{"grant_type=client_credentials&client_id=id&client_secret=secret", 200, `"expires_in":300`},
			{"grant_type=client_credentials&client_id=id&client_secret=no", 401, `"invalid_client"`},
			{"grant_type=client_credentials&client_id=id", 401, `"invalid_client"`},
			{"grant_type=password&client_id=id&client_secret=secret", 400, `"unsupported_grant_type"`},
		} {
			got := c.do("POST", sandbox.TokenPath, test.form)
			if got.status != test.status || !strings.Contains(got.body, test.part) {
				t.Errorf("%s: %d %s", test.form, got.status, got.body)
			}
		}
		if got := c.do("GET", sandbox.TokenPath, ""); got.status != 405 {
			t.Errorf("GET: %d", got.status)
		}
		s.SetDown(true)
		if got := c.do("POST", sandbox.TokenPath, "grant_type=client_credentials&client_id=id&client_secret=secret"); got.status != 200 {
			t.Errorf("while the API is down: %d", got.status)
		}
		s.SetTokenDown(true)
		if got := c.do("POST", sandbox.TokenPath, "x"); got.status != 503 {
			t.Errorf("while it is down itself: %d", got.status)
		}
		if n := s.Stats().TokenRequests; n != 7 {
			t.Errorf("%d token requests", n)
		}
	})
}

func TestRetryAfterIsTheResetThatIsAnnounced(t *testing.T) {
	options := sandbox.Options{Quota: 60, Window: time.Minute, RetryAfter: true, QuotaModel: "bucket"}
	inVirtualTime(t, options, func(t *testing.T, _ *sandbox.Sandbox, c *caller) {
		time.Sleep(10 * time.Second) // where no fixed window begins
		got := c.register()
		for range 60 {
			got = c.register()
		}
		reset, _ := strconv.ParseInt(got.header.Get("x-rate-limit-reset"), 10, 64)
		wait := max(time.Until(time.UnixMilli(reset)), time.Millisecond)
		if want := strconv.Itoa(int((wait + time.Second - 1) / time.Second)); got.status != 429 || got.header.Get("Retry-After") != want {
			t.Errorf("%d %v, want Retry-After %s", got.status, got.header, want)
		}
	})
}
