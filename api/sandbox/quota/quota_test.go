package quota_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"simhook/api/sandbox/quota"
)

func TestEveryModelAllowsTheQuotaInTheLongRunAndNoMore(t *testing.T) {
	const limit, length, windows = 60, time.Minute, 30
	for _, m := range quota.Models() {
		t.Run(m.Name, func(t *testing.T) {
			l, err := quota.New(m.Name, limit, length, rand.New(rand.NewPCG(1, 2)))
			if err != nil {
				t.Fatal(err)
			}
			now, passed, refused := time.Unix(1_700_000_040, 0), 0, 0
			for range windows * 2 * limit { // twice as many as are allowed
				now = now.Add(length / (2 * limit))
				allowed, announced := l.Take(now)
				if !announced.Announced() || announced.Remaining < 0 || announced.Remaining > announced.Limit {
					t.Fatalf("announced %+v", announced)
				}
				if allowed {
					passed++
				} else {
					refused++
				}
			}
			if passed < windows*limit*9/10 || passed > (windows+1)*limit || refused == 0 {
				t.Errorf("%d passed and %d were refused, %d are allowed", passed, refused, windows*limit)
			}
		})
	}
}

func TestAnUnknownModelIsRefusedWithTheNamesOfAll(t *testing.T) {
	_, err := quota.New("leaky", 1, time.Second, nil)
	if err == nil || !strings.Contains(err.Error(), "use one of window, first-call, bucket") {
		t.Error(err)
	}
}
