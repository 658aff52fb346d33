package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

const (
	simOne = "8944474600000109251"
	simTwo = "8944478600004958824"
)

// hook is a webhook that answers as it is told, and keeps what it got.
type hook struct {
	mu      sync.Mutex
	answers []int // of the first requests; then 200
	got     []api.Notification
	at      []time.Duration
	begun   time.Time
	header  []http.Header
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	n, parseErr := api.ParseNotification(body)
	if errors.Join(err, parseErr) != nil {
		http.Error(w, "?", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got, h.at, h.header = append(h.got, n), append(h.at, time.Since(h.begun)), append(h.header, r.Header)
	if len(h.answers) > 0 {
		w.WriteHeader(h.answers[0])
		h.answers = h.answers[1:]
	}
}

func (h *hook) ids() (ids []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.got {
		ids = append(ids, n.ID)
	}
	return ids
}

// delivering runs a test in virtual time with a sandbox that delivers to h.
func delivering(t *testing.T, h *hook, o sandbox.DeliveryOptions, test func(*testing.T, *sandbox.Sandbox)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{})
		transport, stop := sandbox.ServePipe(h)
		defer stop()
		h.begun, o.Transport = time.Now(), transport
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var running sync.WaitGroup
		running.Go(func() { s.Deliver(ctx, o) })
		test(t, s)
		cancel()
		running.Wait()
	})
}

func TestANotificationIsDeliveredToTheWebhookOfItsSIMAndType(t *testing.T) {
	h := &hook{}
	delivering(t, h, sandbox.DeliveryOptions{Username: "me", Password: "secret"}, func(t *testing.T, s *sandbox.Sandbox) {
		s.Set(simOne, api.UsageThreshold, "http://listener/hook")
		id, err := s.Notify(simOne, api.UsageThreshold)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Notify(simOne, api.SubscriptionEnd); !errors.Is(err, sandbox.ErrNoWebhook) {
			t.Errorf("of a type without a webhook: %v", err)
		}
		if _, err := s.Notify(simTwo, api.UsageThreshold); !errors.Is(err, sandbox.ErrNoWebhook) {
			t.Errorf("of a SIM without a webhook: %v", err)
		}
		synctest.Wait()
		if len(h.got) != 1 {
			t.Fatalf("the webhook got %+v", h.got)
		}
		n := h.got[0]
		if n.ID != id || n.Type != api.UsageThreshold || n.ICCID != simOne || n.Threshold != 80 || n.CurrentBalance == nil || n.ExpirationDate.IsZero() {
			t.Errorf("the webhook got %+v", n)
		}
		if user, password, _ := (&http.Request{Header: h.header[0]}).BasicAuth(); user != "me" || password != "secret" {
			t.Errorf("the credentials are %q and %q", user, password)
		}
		if d := s.Deliveries(); len(d) != 1 || d[0].State != sandbox.Delivered || d[0].Attempts != 1 || d[0].Outcome != "200 OK" {
			t.Errorf("noted as %+v", d)
		}
	})
}

func TestWhatIsNotAnswered2xxIsDeliveredAgain(t *testing.T) {
	h := &hook{answers: []int{500, 401, 302, 503, 400}}
	delivering(t, h, sandbox.DeliveryOptions{}, func(t *testing.T, s *sandbox.Sandbox) {
		s.Set(simOne, api.SubscriptionEnd, "http://listener/hook")
		if _, err := s.Notify(simOne, api.SubscriptionEnd); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		want := []time.Duration{0, 1 * time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 31 * time.Second}
		if !slices.Equal(h.at, want) {
			t.Errorf("attempts at %v, want %v", h.at, want)
		}
		if ids := h.ids(); len(slices.Compact(ids)) != 1 {
			t.Errorf("a repeat has another ID: %v", ids)
		}
		if n := s.Stats().Notifications; n != (sandbox.Notifications{Created: 1, Attempts: 6, Delivered: 1}) {
			t.Errorf("counted %+v", n)
		}
	})
}

func TestANotificationIsGivenUpAfterItsLastAttempt(t *testing.T) {
	h := &hook{answers: slices.Repeat([]int{500}, 100)}
	delivering(t, h, sandbox.DeliveryOptions{Attempts: 3}, func(t *testing.T, s *sandbox.Sandbox) {
		s.Set(simOne, api.SubscriptionEnd, "http://listener/hook")
		if _, err := s.Notify(simOne, api.SubscriptionEnd); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if n := s.Stats().Notifications; n != (sandbox.Notifications{Created: 1, Attempts: 3, GivenUp: 1}) || len(h.got) != 3 {
			t.Errorf("counted %+v", n)
		}
	})
}

func TestAfterUnregisteringNothingIsDelivered(t *testing.T) {
	h := &hook{answers: []int{500}}
	delivering(t, h, sandbox.DeliveryOptions{Every: time.Minute}, func(t *testing.T, s *sandbox.Sandbox) {
		s.Set(simOne, api.SubscriptionEnd, "http://listener/hook")
		if _, err := s.Notify(simOne, api.SubscriptionEnd); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(h.got) != 1 {
			t.Fatal("the first attempt, which fails, was not made")
		}
		s.Set(simOne, api.SubscriptionEnd, "")
		time.Sleep(time.Hour)
		if n := s.Stats().Notifications; n != (sandbox.Notifications{Created: 1, Attempts: 1, Withdrawn: 1}) || len(h.got) != 1 {
			t.Errorf("counted %+v", n)
		}
	})
}

func TestRandomWebhooksAreNotifiedAtIntervals(t *testing.T) {
	h := &hook{}
	delivering(t, h, sandbox.DeliveryOptions{Every: 5 * time.Second}, func(t *testing.T, s *sandbox.Sandbox) {
		s.Set(simOne, api.SubscriptionEnd, "http://listener/hook")
		s.Set(simOne, api.UsageThreshold, "http://listener/hook")
		s.Set(simTwo, api.UsageThreshold, "http://listener/hook")
		s.Set(simTwo, api.SubscriptionEnd, "http://listener/hook")
		s.Set(simTwo, api.SubscriptionEnd, "")
		time.Sleep(1000*time.Second + time.Millisecond)
		synctest.Wait()
		counts, ids := map[string]int{}, map[string]bool{}
		for _, n := range h.got {
			counts[n.ICCID+" "+string(n.Type)]++
			ids[n.ID] = true
		}
		if len(h.got) != 200 || len(ids) != 200 || len(counts) != 3 {
			t.Errorf("%d notifications, %d IDs: %v", len(h.got), len(ids), counts)
		}
	})
}

func TestNotificationsOfTwoSandboxesDiffer(t *testing.T) {
	ids := map[string]bool{}
	for range 2 {
		s := sandbox.New(sandbox.Options{Seed: 1})
		s.Set(simOne, api.SubscriptionEnd, "http://listener/hook")
		id, err := s.Notify(simOne, api.SubscriptionEnd)
		if err != nil || ids[id] {
			t.Errorf("%q again, or %v", id, err)
		}
		ids[id] = true
	}
}

func TestTheOutboxIsBounded(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	s.Set(simOne, api.SubscriptionEnd, "http://listener/hook")
	for range 20_000 {
		if _, err := s.Notify(simOne, api.SubscriptionEnd); err != nil {
			if !errors.Is(err, sandbox.ErrOutboxFull) {
				t.Errorf("got %v", err)
			}
			return
		}
	}
	t.Error("it takes everything")
}

func TestNotifyingByRequest(t *testing.T) {
	inVirtualTime(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		s.Set(simOne, api.SubscriptionEnd, "http://listener/hook")
		for name, want := range map[string]struct {
			path   string
			status int
		}{
			"a SIM with a webhook":         {simOne + "/notifications/SUBSCRIPTION_END", 202},
			"the documentation's spelling": {simOne + "/notifications/SUBSCRITPION_END", 202},
			"a type that has no webhook":   {simOne + "/notifications/USAGE_THRESHOLD", 404},
			"a SIM that has no webhook":    {simTwo + "/notifications/SUBSCRIPTION_END", 404},
			"an unknown type":              {simOne + "/notifications/X", 400},
		} {
			r := c.do("POST", "/sandbox/sims/"+want.path, "")
			var answer struct{ ID string }
			if err := json.Unmarshal([]byte(r.body), &answer); err != nil || r.status != want.status || (answer.ID != "") != (r.status == 202) {
				t.Errorf("%s: %d %s, want %d", name, r.status, r.body, want.status)
			}
		}
		if n := s.Stats().Notifications.Created; n != 2 {
			t.Errorf("%d were created, want 2", n)
		}
	})
}

func TestThePageShowsWhatHappened(t *testing.T) {
	h := &hook{}
	delivering(t, h, sandbox.DeliveryOptions{}, func(t *testing.T, s *sandbox.Sandbox) {
		transport, stop := sandbox.ServePipe(s)
		defer stop()
		c := &caller{t: t, base: "http://sandbox", transport: transport, token: s.IssueToken()}
		empty := c.do("GET", "/", "")
		if empty.status != 200 || !strings.HasPrefix(empty.header.Get("Content-Type"), "text/html") || !strings.Contains(empty.body, "None yet") {
			t.Errorf("before anything happened: %d %s", empty.status, empty.body)
		}
		c.do("POST", sandbox.BasePath+"/v1/sim/"+simOne+"/preferences/notifications/USAGE_THRESHOLD", `{"webhook_url":"http://me:s3cret@listener/hook"}`)
		id, err := s.Notify(simOne, api.UsageThreshold)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		page := c.do("GET", "/", "").body
		for _, want := range []string{simOne, "http://hidden@listener/hook", "<strong>1</strong> webhook registered", id, "1 of 1 delivered", "attempts: 1<", "200 OK", "1 POST", "c-2"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q:\n%s", want, page)
			}
		}
		if strings.Contains(page, "s3cret") {
			t.Error("the page shows a secret")
		}
		if r := c.do("GET", "/other", ""); r.status != 404 {
			t.Errorf("another path is answered %d", r.status)
		}
	})
}
