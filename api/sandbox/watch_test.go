package sandbox_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestEachCallIsToldAtEveryStage(t *testing.T) {
	var (
		mu   sync.Mutex
		told []string
		s    *sandbox.Sandbox
	)
	answered := make(chan struct{}, 2) // told after the client has the answer
	watch := func(e sandbox.Event) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, fmt.Sprintf("%d %s %s %s %s: %d %s, %d webhooks",
			e.Number, e.Stage, e.Method, e.ICCID, e.Type, e.Status, e.Fault, s.Registrations()))
		if e.Stage == sandbox.Answered {
			answered <- struct{}{}
		}
	}
	reset := sandbox.Rule{Method: "DELETE", Break: sandbox.FaultReset, Effect: true}
	s, c := onLoopback(t, sandbox.Options{Watch: watch, Rules: []sandbox.Rule{reset}})
	if r := c.send(simOne, registerEnd); r.status != 200 {
		t.Errorf("register: %d, %v", r.status, r.err)
	}
	<-answered
	if r := c.send(simOne, removeEnd); r.err == nil {
		t.Errorf("the connection did not break: %d", r.status)
	}
	if r := c.send(simOne, readAll); r.status != 200 {
		t.Errorf("read: %d, %v", r.status, r.err)
	}
	<-answered
	mu.Lock()
	defer mu.Unlock()
	want := []string{
		"1 received POST 8944474600000109251 SUBSCRIPTION_END: 0 , 0 webhooks",
		"1 decided POST 8944474600000109251 SUBSCRIPTION_END: 200 , 1 webhooks",
		"1 answered POST 8944474600000109251 SUBSCRIPTION_END: 200 , 1 webhooks",
		"2 received DELETE 8944474600000109251 SUBSCRIPTION_END: 0 , 1 webhooks",
		"2 decided DELETE 8944474600000109251 SUBSCRIPTION_END: 0 DELETE=reset, 0 webhooks",
		"3 received GET 8944474600000109251 : 0 , 0 webhooks",
		"3 decided GET 8944474600000109251 : 200 , 0 webhooks",
		"3 answered GET 8944474600000109251 : 200 , 0 webhooks",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

// The client reads the whole answer while Watch still holds the call.
func TestAnAnswerIsCompleteBeforeItIsToldAsAnswered(t *testing.T) {
	read := make(chan struct{})
	s, c := onLoopback(t, sandbox.Options{Watch: func(e sandbox.Event) {
		if e.Stage == sandbox.Answered {
			<-read
		}
	}})
	r := c.register()
	if r.status != 200 || r.err != nil || s.Stats().InFlight != 1 {
		t.Errorf("%d, %v, %d calls in flight", r.status, r.err, s.Stats().InFlight)
	}
	close(read)
}

func TestAWebhookCanChangeInTheMiddleOfACall(t *testing.T) {
	var s *sandbox.Sandbox
	s, c := onLoopback(t, sandbox.Options{ConflictOnRegister: true, Watch: func(e sandbox.Event) {
		if e.Stage == sandbox.Received {
			s.Set(e.ICCID, e.Type, "https://another.example.com")
		}
	}})
	if r := c.send(simOne, registerEnd); r.status != 409 {
		t.Errorf("%d %s", r.status, r.body)
	}
	want := map[string]map[api.NotificationType]string{simOne: {api.SubscriptionEnd: "https://another.example.com"}}
	if diff := cmp.Diff(want, s.Webhooks()); diff != "" {
		t.Error(diff)
	}
}

func TestWebhooksAreThoseOfAllSIMsThatHaveOne(t *testing.T) {
	s, c := onLoopback(t, sandbox.Options{})
	if got := s.Webhooks(); len(got) != 0 {
		t.Errorf("before: %v", got)
	}
	s.Set(simTwo, api.SubscriptionEnd, "https://two.example.com")
	c.send(simOne, registerEnd)
	c.send(simOne, registerUsage)
	c.send(simTwo, registerUsage)
	c.send(simTwo, removeEnd)
	s.Set(simTwo, api.UsageThreshold, "")
	copied := s.Webhooks()
	s.Set(simOne, api.UsageThreshold, "https://later.example.com")
	const url = "https://hooks.example.com"
	want := map[string]map[api.NotificationType]string{simOne: {api.SubscriptionEnd: url, api.UsageThreshold: url}}
	if diff := cmp.Diff(want, copied); diff != "" {
		t.Error(diff)
	}
}
