package pace_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/batch/pace"
)

func TestStatusTellsTheAnnouncedQuotaAndTheClosedGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p := pace.New(pace.Options{Rate: pace.PerSecond(5)})
		go p.Run(ctx)
		now := time.Now()
		if s := p.Status(now); s != (pace.Status{PerSecond: 5}) {
			t.Errorf("before the first answer: %+v", s)
		}
		reset := now.Add(30 * time.Second)
		for _, answer := range []api.Answer{
			{Status: http.StatusOK, Quota: api.Quota{Limit: 10, Remaining: 4, Reset: reset}},
			{Status: http.StatusTooManyRequests, Quota: api.Quota{Limit: 10, Reset: reset}},
		} {
			permit, err := p.Acquire(ctx)
			if err != nil {
				t.Fatal(err)
			}
			permit.Done(answer)
			want := pace.Status{PerSecond: 5, Quota: 10, Remaining: answer.Quota.Remaining, Reset: reset}
			if answer.Status == http.StatusTooManyRequests {
				want.ClosedUntil, want.ClosedBy = reset, http.StatusTooManyRequests
			}
			if s := p.Status(time.Now()); s != want {
				t.Errorf("after %+v: %+v, want %+v", answer, s, want)
			}
		}
		if s := p.Status(reset.Add(time.Second)); !s.ClosedUntil.IsZero() {
			t.Errorf("after the reset the gate is closed until %v", s.ClosedUntil)
		}
	})
}
