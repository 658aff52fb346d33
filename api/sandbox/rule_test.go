package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/api"
	"simhook/api/sandbox"
)

const (
	registerEnd   = "POST SUBSCRIPTION_END"
	registerUsage = "POST USAGE_THRESHOLD"
	putEnd        = "PUT SUBSCRIPTION_END"
	removeEnd     = "DELETE SUBSCRIPTION_END"
	readAll       = "GET"
)

func onlySIM(iccid string) func(string) bool { return func(sim string) bool { return sim == iccid } }

func TestARuleAnswersTheCallsItChoosesAndNoOthers(t *testing.T) {
	unavailable := sandbox.APIError(503)
	for _, test := range []struct {
		name  string
		rules []sandbox.Rule
		calls []string // of SIM one; those with a * of SIM two
		want  []int
		fired map[sandbox.Fault]int
	}{
		{
			"a method", []sandbox.Rule{{Method: "POST", Answer: unavailable}},
			[]string{registerEnd, putEnd, removeEnd, readAll, registerUsage}, []int{503, 200, 204, 200, 503},
			map[sandbox.Fault]int{"POST=503": 2},
		},
		{
			"any method", []sandbox.Rule{{Answer: unavailable}},
			[]string{registerEnd, putEnd, removeEnd, readAll}, []int{503, 503, 503, 503},
			map[sandbox.Fault]int{"ANY=503": 4},
		},
		{
			"a type, which reads have not", []sandbox.Rule{{Type: api.UsageThreshold, Answer: unavailable}},
			[]string{registerEnd, registerUsage, readAll}, []int{200, 503, 200},
			map[sandbox.Fault]int{"ANY=503": 1},
		},
		{
			"from the second matching call on", []sandbox.Rule{{Method: "POST", From: 2, Answer: unavailable}},
			[]string{registerEnd, readAll, registerEnd, readAll, registerUsage}, []int{200, 200, 503, 200, 503},
			map[sandbox.Fault]int{"POST=503": 2},
		},
		{
			"the first two matching calls", []sandbox.Rule{{Method: "POST", To: 2, Answer: unavailable}},
			[]string{registerEnd, readAll, registerEnd, registerUsage}, []int{503, 200, 503, 200},
			map[sandbox.Fault]int{"POST=503": 2},
		},
		{
			"SIMs", []sandbox.Rule{
				{SIMs: onlySIM(simOne), Name: "broken SIM", Answer: sandbox.APIError(500)},
				{SIMs: onlySIM(simTwo), Name: "forbidden SIM", Answer: sandbox.APIError(401)},
			},
			[]string{registerEnd, registerEnd + "*", readAll, readAll + "*"}, []int{500, 401, 500, 401},
			map[sandbox.Fault]int{"broken SIM": 2, "forbidden SIM": 2},
		},
		{
			"the first rule applies, the others count", []sandbox.Rule{
				{Method: "POST", To: 2, Answer: unavailable}, {Method: "POST", From: 2, Answer: sandbox.APIError(400)},
			},
			[]string{registerEnd, registerEnd, registerEnd}, []int{503, 503, 400},
			map[sandbox.Fault]int{"POST=503": 2, "POST=400": 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, c := onLoopback(t, sandbox.Options{Rules: test.rules})
			var got []int
			for _, call := range test.calls {
				sim := simOne
				call, other := strings.CutSuffix(call, "*")
				if other {
					sim = simTwo
				}
				got = append(got, c.send(sim, call).status)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.fired, s.Stats().Faults); diff != "" {
				t.Errorf("counted: %s", diff)
			}
		})
	}
}

func TestARuleSaysWhetherTheCallIsCarriedOut(t *testing.T) {
	for _, test := range []struct {
		rule   sandbox.Rule
		call   string
		status int // 0: the connection breaks
		there  bool
		name   sandbox.Fault
	}{
		{sandbox.Rule{Method: "POST"}, registerEnd, 200, false, "POST=lost"},
		{sandbox.Rule{Method: "PUT"}, putEnd, 200, false, "PUT=lost"},
		{sandbox.Rule{Method: "DELETE"}, removeEnd, 204, true, "DELETE=lost"},
		{sandbox.Rule{Answer: sandbox.GatewayPage(503)}, registerEnd, 503, false, "ANY=503"},
		{sandbox.Rule{Answer: sandbox.GatewayPage(503), Effect: true}, registerEnd, 503, true, "ANY=503"},
		{sandbox.Rule{Answer: sandbox.APIError(500), Effect: true}, removeEnd, 500, false, "ANY=500"},
		{sandbox.Rule{Answer: sandbox.APIError(500)}, removeEnd, 500, true, "ANY=500"},
		{sandbox.Rule{Break: sandbox.FaultReset}, registerEnd, 0, false, "ANY=reset"},
		{sandbox.Rule{Break: sandbox.FaultReset, Effect: true}, registerEnd, 0, true, "ANY=reset"},
		{sandbox.Rule{Effect: true}, registerEnd, 200, true, "ANY=ok"},
	} {
		t.Run(test.call+" "+string(test.name), func(t *testing.T) {
			s, c := onLoopback(t, sandbox.Options{Rules: []sandbox.Rule{test.rule}})
			if test.call == removeEnd {
				s.Set(simOne, api.SubscriptionEnd, "https://hooks.example.com")
			}
			if got := c.send(simOne, test.call); got.status != test.status || (got.err != nil) != (test.status == 0) {
				t.Errorf("%d %s, %v", got.status, got.body, got.err)
			}
			if _, there := s.Webhook(simOne, api.SubscriptionEnd); there != test.there {
				t.Errorf("there is a webhook: %v, want %v", there, test.there)
			}
			if diff := cmp.Diff(map[sandbox.Fault]int{test.name: 1}, s.Stats().Faults); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestARulesAnswerIsSentAsItIs(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer sandbox.Answer
		media  string
	}{
		{"an empty object", sandbox.Answer{Status: 200, Body: `{}`}, "application/json"},
		{"null", sandbox.Answer{Status: 200, Body: `null`}, "application/json"},
		{
			"a success with another meaning",
			sandbox.Answer{Status: 200, Body: `{"message":"scheduled maintenance"}`}, "application/json",
		},
		{
			"a success with an error in it",
			sandbox.Answer{Status: 201, Body: sandbox.APIError(500).Body}, "application/json",
		},
		{
			"another gateway's 404",
			sandbox.Answer{Status: 404, Body: `{"message":"no Route matched with those values"}`}, "application/json",
		},
		{"no body", sandbox.Answer{Status: 200}, ""},
		{"no content", sandbox.Answer{Status: 204}, ""},
		{"accepted", sandbox.Answer{Status: 202, Header: http.Header{"Retry-After": {"5"}}}, ""},
		{
			"text",
			sandbox.Answer{Status: 404, Header: http.Header{"Content-Type": {"text/plain"}}, Body: "No context-path"}, "text/plain",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules := []sandbox.Rule{{Name: "odd", Answer: test.answer}}
			s, c := onLoopback(t, sandbox.Options{Quota: 10, Window: time.Hour, Rules: rules})
			got := c.read()
			if got.err != nil || got.status != test.answer.Status || got.body != test.answer.Body {
				t.Errorf("%d %q, %v", got.status, got.body, got.err)
			}
			if _, there := got.header["Content-Type"]; got.header.Get("Content-Type") != test.media || there != (test.media != "") {
				t.Errorf("header %v", got.header)
			}
			if got.header.Get("Retry-After") != test.answer.Header.Get("Retry-After") {
				t.Errorf("header %v", got.header)
			}
			if got.header.Get("x-rate-limit-remaining") != "9" {
				t.Errorf("the quota is not announced: %v", got.header)
			}
			if s.Stats().Faults["odd"] != 1 {
				t.Errorf("counted %v", s.Stats().Faults)
			}
		})
	}
}

func TestErrorsForRulesHaveTheShapesOfTheAPIAndOfAGateway(t *testing.T) {
	for status, want := range map[int]string{
		400: "INVALID_REQUEST_PARAMS", 401: "UNAUTHORISED", 403: "ACCESS_DENIED", 404: "NOT_FOUND",
		500: "INTERNAL_ERROR", 503: "SERVICE_UNAVAILABLE",
	} {
		var body struct {
			Type     string
			Messages []string
		}
		answer := sandbox.APIError(status)
		err := json.Unmarshal([]byte(answer.Body), &body)
		if err != nil || answer.Status != status || body.Type != want || len(body.Messages) != 1 {
			t.Errorf("%d: %+v, %v", status, answer, err)
		}
	}
	if got := sandbox.GatewayError(404); got.Status != 404 || got.Body != `{"http_status_code":404,"message":"Not Found"}` {
		t.Errorf("a gateway's error: %+v", got)
	}
	page := sandbox.GatewayPage(404)
	if page.Status != 404 || page.Header.Get("Content-Type") != "text/html" || !strings.Contains(page.Body, "404 Not Found") {
		t.Errorf("a gateway's page: %+v", page)
	}
}

func TestRulesCanChangeBetweenCalls(t *testing.T) {
	s, c := onLoopback(t, sandbox.Options{})
	second := sandbox.Rule{Name: "second", Method: "POST", From: 2, To: 2, Answer: sandbox.APIError(503)}
	var got []int
	for _, rules := range [][]sandbox.Rule{{second}, {second}, nil} {
		s.SetRules(rules...)
		got = append(got, c.register().status, c.register().status)
	}
	if diff := cmp.Diff([]int{200, 503, 200, 503, 200, 200}, got); diff != "" {
		t.Error(diff)
	}
	var stats sandbox.Stats
	if err := json.Unmarshal([]byte(c.do("GET", "/sandbox/stats", "").body), &stats); err != nil || stats.Faults["second"] != 2 {
		t.Errorf("the statistics count %v, %v", stats.Faults, err)
	}
}

func TestACallThatTokenOrQuotaRefuseMatchesNoRule(t *testing.T) {
	rules := []sandbox.Rule{{To: 1, Answer: sandbox.APIError(503)}}
	s, c := onLoopback(t, sandbox.Options{Quota: 1, Window: time.Hour, Rules: rules})
	good := c.token
	c.token = "x"
	got := []int{c.register().status}
	c.token = good
	got = append(got, c.register().status, c.register().status)
	if diff := cmp.Diff([]int{401, 503, 429}, got); diff != "" || s.Stats().Faults["ANY=503"] != 1 {
		t.Errorf("%s, counted %v", diff, s.Stats().Faults)
	}
}
