package sandbox_test

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestFaultsHappenAsOftenAsChosen(t *testing.T) {
	const calls = 2000
	opts := sandbox.Options{ErrorRate: 0.1, ResetRate: 0.1, HangRate: 0.1, TruncateRate: 0.1, Seed: 1, TokenLifetime: 1000 * time.Hour}
	inVirtualTime(t, opts, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		failed := 0
		for range calls {
			if got := c.register(); got.err != nil || got.status != 200 {
				failed++
			}
		}
		total := 0
		for fault, n := range s.Stats().Faults {
			total += n
			want := calls / 10
			if fault == sandbox.FaultErrorBefore || fault == sandbox.FaultErrorAfter {
				want /= 2
			}
			if n < want*7/10 || n > want*13/10 {
				t.Errorf("%s: %d of %d, want about %d", fault, n, calls, want)
			}
		}
		if total != failed || len(s.Stats().Faults) != 5 {
			t.Errorf("the client saw %d failures, the sandbox counts %v", failed, s.Stats().Faults)
		}
	})
}

func TestTheFaultsDoToACallWhatTheyAreNamedAfter(t *testing.T) {
	for _, test := range []struct {
		name    string
		opts    sandbox.Options
		effects []bool // of successive calls
		seen    func(reply) bool
	}{
		{"errors", sandbox.Options{ErrorRate: 1}, []bool{false, true, false, true, true, false, true, false},
			func(r reply) bool { return r.status >= 500 }},
		{"resets", sandbox.Options{ResetRate: 1}, []bool{true}, func(r reply) bool { return r.err != nil && r.status == 0 }},
		{"hanging", sandbox.Options{HangRate: 1}, []bool{true}, func(r reply) bool { return r.err == context.DeadlineExceeded }},
		{"truncation", sandbox.Options{TruncateRate: 1}, []bool{true}, func(r reply) bool { return r.status == 200 && r.err == io.ErrUnexpectedEOF }},
	} {
		t.Run(test.name, func(t *testing.T) {
			inVirtualTime(t, test.opts, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
				for i, effect := range test.effects {
					s.Set(iccid, api.SubscriptionEnd, "")
					if got := c.register(); !test.seen(got) {
						t.Errorf("call %d: %d, %v", i, got.status, got.err)
					}
					if _, there := s.Webhook(iccid, api.SubscriptionEnd); there != effect {
						t.Errorf("call %d: effect %v, want %v", i, there, effect)
					}
				}
				s.Set(iccid, api.SubscriptionEnd, "https://x")
				if got := c.unregister(); test.name == "truncation" && !test.seen(got) {
					t.Errorf("unregister: %d, %v", got.status, got.err)
				}
			})
		})
	}
}

func TestWhatIsDownAnswersLikeAGateway(t *testing.T) {
	inVirtualTime(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, c *caller) {
		expect := func(when string, want int) {
			t.Helper()
			if got := c.read(); got.status != want || want == 503 && !strings.HasPrefix(got.body, "<html>") {
				t.Errorf("%s: %d %s", when, got.status, got.body)
			}
		}
		s.SetDown(true)
		expect("down", 503)
		s.SetDown(false)
		expect("up again", 200)
		if got := c.do("POST", "/sandbox/down?for=10s", ""); got.status != 204 {
			t.Errorf("down for a while: %d %s", got.status, got.body)
		}
		time.Sleep(10*time.Second - 1)
		expect("down for a while", 503)
		time.Sleep(time.Nanosecond)
		expect("after the while", 200)
		if got := c.do("POST", "/sandbox/down?for=ever", ""); got.status != 400 {
			t.Errorf("for ever: %d", got.status)
		}
	})
}

func TestTheSameSeedDrawsTheSameFaults(t *testing.T) {
	draw := func(seed uint64) (faults string) {
		inVirtualTime(t, sandbox.Options{ErrorRate: 0.3, Seed: seed}, func(_ *testing.T, _ *sandbox.Sandbox, c *caller) {
			var b bytes.Buffer
			for range 50 {
				b.WriteString(strconv.Itoa(c.register().status))
			}
			faults = b.String()
		})
		return faults
	}
	first, again, another := draw(1), draw(1), draw(2)
	if first != again {
		t.Error("the same seed, but other faults")
	}
	if first == another {
		t.Error("another seed, but the same faults")
	}
}
