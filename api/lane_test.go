package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"simhook/api"
)

func TestCallsThatFollowOneAnotherTakeNothingOverFromEachOther(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]string{} // by correlation ID
	server := answering(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		seen[r.Header.Get("X-Correlation-ID")] = fmt.Sprintf("%s %s %s", r.Method, r.RequestURI, body)
		switch {
		case strings.Contains(r.URL.Path, "-refused"):
			w.WriteHeader(http.StatusForbidden)
		case r.Method == http.MethodGet:
			fmt.Fprintf(w, `{"notifications":[{"type":"USAGE_THRESHOLD","webhook_url":"https://example.com/%s"}]}`, strings.Split(r.URL.EscapedPath(), "/")[4])
		}
	})
	// Fewer connections than callers, and a base URL with escapes of its own.
	client := newClient(t, server.URL+"/a%2Fb", api.Config{Connections: 3})
	ctx := soon(t)
	var callers sync.WaitGroup
	const each = 100
	for n := range 8 {
		callers.Go(func() {
			for i := range each {
				sim, id := fmt.Sprintf("89%d-%d", n, i), fmt.Sprintf("%d-%d", n, i)
				if i%5 == 4 {
					sim += "-refused"
				}
				switch i % 3 {
				case 0:
					_, _ = client.Register(ctx, sim, api.SubscriptionEnd, "https://example.com/"+strings.Repeat("x", i), id)
				case 1:
					_, _ = client.Unregister(ctx, sim, api.UsageThreshold, id)
				case 2:
					prefs, _, err := client.Preferences(ctx, sim, id)
					if want := "https://example.com/" + sim; err == nil && prefs[api.UsageThreshold] != want {
						t.Errorf("the webhook of %s is %s", sim, prefs[api.UsageThreshold])
					}
				}
			}
		})
	}
	callers.Wait()
	for n := range 8 {
		for i := range each {
			sim := fmt.Sprintf("89%d-%d", n, i)
			if i%5 == 4 {
				sim += "-refused"
			}
			path := "/a%2Fb/v1/sim/" + url.PathEscape(sim) + "/preferences"
			want := map[int]string{
				0: fmt.Sprintf(`POST %s/notifications/SUBSCRIPTION_END {"webhook_url":"https://example.com/%s"}`, path, strings.Repeat("x", i)),
				1: fmt.Sprintf("DELETE %s/notifications/USAGE_THRESHOLD ", path),
				2: fmt.Sprintf("GET %s ", path),
			}[i%3]
			if got := seen[fmt.Sprintf("%d-%d", n, i)]; got != want {
				t.Errorf("sent %q, want %q", got, want)
			}
		}
	}
}
