package sandbox_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"simhook/api"
	"simhook/api/sandbox"
)

// A client registers a webhook at a sandbox that answers the first POST with 503.
func Example() {
	s := sandbox.New(sandbox.Options{
		Rules: []sandbox.Rule{{Method: http.MethodPost, To: 1, Answer: sandbox.GatewayPage(503)}},
	})
	server := httptest.NewServer(s)
	defer server.Close()
	client, err := api.NewClient(api.Config{
		BaseURL: server.URL + sandbox.BasePath,
		Tokens:  api.StaticToken(s.IssueToken()), // or those of server.URL + sandbox.TokenPath
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	const iccid, url = "8944474600000109251", "https://example.com/hook"
	for _, correlationID := range []string{"example-1", "example-2"} {
		answer, err := client.Register(context.Background(), iccid, api.SubscriptionEnd, url, correlationID)
		fmt.Println(answer.Status, api.Temporary(err))
	}
	fmt.Println(s.Webhooks())
	stats := s.Stats()
	fmt.Println(stats.Calls, stats.Faults)
	// Output:
	// 503 true
	// 200 false
	// map[8944474600000109251:map[SUBSCRIPTION_END:https://example.com/hook]]
	// map[POST:2] map[POST=503:1]
}
