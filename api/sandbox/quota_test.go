package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestTheQuotaIsKeptAndAnnouncedAsChosen(t *testing.T) {
	for name, c := range map[string]struct {
		options sandbox.Options
		allowed int // of three posts for each type and three deletes
		status  int
	}{
		"fixed windows":              {sandbox.Options{}, 4, http.StatusTooManyRequests},
		"a bucket":                   {sandbox.Options{QuotaModel: "bucket"}, 4, http.StatusTooManyRequests},
		"seconds until the reset":    {sandbox.Options{QuotaModel: sandbox.DeltaSeconds}, 4, http.StatusTooManyRequests},
		"a quota for each type":      {sandbox.Options{QuotaPer: sandbox.PerType}, 7, http.StatusTooManyRequests},
		"a quota for each method":    {sandbox.Options{QuotaPer: sandbox.PerMethod}, 7, http.StatusTooManyRequests},
		"one for reads and writes":   {sandbox.Options{QuotaPer: sandbox.PerAccount}, 4, http.StatusTooManyRequests},
		"a limiter that answers 503": {sandbox.Options{QuotaStatus: http.StatusServiceUnavailable}, 4, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Quota, c.options.Window = 4, time.Hour
			s := sandbox.New(c.options)
			server := httptest.NewServer(s)
			defer server.Close()
			client, err := api.NewClient(api.Config{BaseURL: server.URL + sandbox.BasePath, Tokens: api.StaticToken(s.IssueToken())})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			var answers []api.Answer
			const iccid, url = "8944474600000109251", "https://example.com/hook"
			for range 3 {
				for _, typ := range []api.NotificationType{api.SubscriptionEnd, api.UsageThreshold} {
					answer, _ := client.Register(t.Context(), iccid, typ, url, "test-1")
					answers = append(answers, answer)
				}
			}
			for range 3 {
				answer, _ := client.Unregister(t.Context(), iccid, api.SubscriptionEnd, "test-2")
				answers = append(answers, answer)
			}
			allowed := 0
			for _, a := range answers {
				if a.Quota.Limit != 4 || !a.Quota.Announced() {
					t.Fatalf("announced %+v", a.Quota)
				}
				if a.Status < 300 {
					allowed++
				} else if a.Status != c.status {
					t.Errorf("answered %d", a.Status)
				}
			}
			if allowed != c.allowed {
				t.Errorf("%d calls were allowed, want %d", allowed, c.allowed)
			}
		})
	}
}
