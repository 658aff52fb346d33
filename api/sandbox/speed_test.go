package sandbox

import (
	"testing"
	"time"
)

func TestTimeRunsFasterForTheQuotaAndTokens(t *testing.T) {
	normal := Options{Quota: 1000, Window: time.Minute, TokenLifetime: 5 * time.Minute, RevokeEvery: time.Hour, LatencyMin: time.Second}
	for speed, want := range map[int]Options{
		0:   normal,
		1:   normal,
		10:  {Quota: 1000, Window: 6 * time.Second, TokenLifetime: 30 * time.Second, RevokeEvery: 6 * time.Minute},
		60:  {Quota: 1000, Window: time.Second, TokenLifetime: 5 * time.Second, RevokeEvery: time.Minute},
		100: {Quota: 1667, Window: time.Second, TokenLifetime: 3 * time.Second, RevokeEvery: 36 * time.Second},
	} {
		o := normal
		o.Speed = speed
		got := o.spedUp()
		if got.Quota != want.Quota || got.Window != want.Window || got.TokenLifetime != want.TokenLifetime || got.RevokeEvery != want.RevokeEvery {
			t.Errorf("%d times as fast: %d in %v, tokens of %v, revoked every %v; want %d in %v, %v, %v", speed,
				got.Quota, got.Window, got.TokenLifetime, got.RevokeEvery, want.Quota, want.Window, want.TokenLifetime, want.RevokeEvery)
		}
		if got.LatencyMin != time.Second {
			t.Errorf("%d times as fast: an answer takes %v, which is no matter of the quota", speed, got.LatencyMin)
		}
	}
	short := Options{Quota: 10, Window: 200 * time.Millisecond, Speed: 10}.spedUp()
	if short.Quota != 100 || short.Window != 200*time.Millisecond {
		t.Errorf("%d in %v, want 100 in a window that stays as it is", short.Quota, short.Window)
	}
}
