package pace

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestPermitsThatNobodyIsFreeToTakeUseNoQuotaUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newQuotaServer(600, time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute+time.Second)
		defer cancel()
		// Four workers make 120 calls a minute: nearly always there is a permit that waits for one.
		slow := func() time.Duration { return 2 * time.Second }
		drive(ctx, New(Options{}), 4, s, none, slow)
		for n, calls := range s.used[1 : len(s.used)-1] {
			if calls < 118 {
				t.Errorf("%d calls in minute %d, want 120", calls, n+1)
			}
		}
	})
}

func TestWhatIsLeftOfTheQuotaAfterAPauseIsNotUsedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newQuotaServer(600, time.Minute)
		p := New(Options{})
		run(t, p, s, time.Minute+time.Second)
		time.Sleep(49 * time.Second) // of the second minute, 10 s and nearly all of the quota are left
		before := s.used[1]
		run(t, p, s, time.Second)
		if calls := s.used[1] - before; calls < 30 || calls > 4*10+1 {
			t.Errorf("%d calls in the first second after a pause, of an even 10", calls)
		}
	})
}
