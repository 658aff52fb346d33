package api_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"simhook/api"
	"simhook/api/sandbox"
)

// Registers the webhook of one SIM. In production the URLs are ProductionBaseURL and ProductionTokenURL.
func ExampleClient_Register() {
	server := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer server.Close()

	tokens, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL:     server.URL + sandbox.TokenPath,
		ClientID:     "fleet",
		ClientSecret: "secret",
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := api.NewClient(api.Config{BaseURL: server.URL + sandbox.BasePath, Tokens: tokens})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	const sim, url = "8944474600000109251", "https://hooks.example.com/sim"
	answer, err := client.Register(context.Background(), sim, api.UsageThreshold, url, "run-1")
	fmt.Println(answer.Status, err)
	// Output: 200 <nil>
}

// Reads which webhooks one SIM has.
func ExampleClient_Preferences() {
	fake := sandbox.New(sandbox.Options{})
	fake.Set("8944474600000109251", api.UsageThreshold, "https://hooks.example.com/sim")
	server := httptest.NewServer(fake)
	defer server.Close()

	client, err := api.NewClient(api.Config{
		BaseURL: server.URL + sandbox.BasePath,
		Tokens:  api.StaticToken(fake.IssueToken()),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	preferences, _, err := client.Preferences(context.Background(), "8944474600000109251", "run-1")
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range api.NotificationTypes() {
		fmt.Printf("%s: %q\n", t, preferences[t])
	}
	// Output:
	// SUBSCRIPTION_END: ""
	// USAGE_THRESHOLD: "https://hooks.example.com/sim"
}

// Repeats a call for as long as that can help, with a correlation ID of its own for each attempt.
func ExampleTemporary() {
	attempts := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if attempts++; attempts == 1 {
			w.Header().Set("Retry-After", "2")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()

	client, err := api.NewClient(api.Config{BaseURL: server.URL, Tokens: api.StaticToken("token")})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	for try := 1; try <= 3; try++ {
		id := fmt.Sprintf("run-%d", try)
		answer, err := client.Unregister(context.Background(), "8944474600000109251", api.SubscriptionEnd, id)
		if api.Temporary(err) || api.Unauthorised(err) {
			fmt.Printf("%s: may have taken effect: %v, wait %v\n", api.Cause(err), api.Ambiguous(err), answer.RetryAfter)
			continue // a real program waits first
		}
		fmt.Println(answer.Status, err)
		break
	}
	// Output:
	// 503 Service Unavailable (not from the API: no body): may have taken effect: true, wait 2s
	// 200 <nil>
}

// Receives notifications and acknowledges each one that the function accepts.
func ExampleReceiver() {
	receiver, err := api.NewReceiver(api.ReceiverConfig{
		Username: "connect",
		Password: "secret",
		Receive: func(_ context.Context, n api.Notification) error {
			fmt.Printf("%s: %s of SIM %s, %d %%\n", n.ID, n.Type, n.ICCID, n.Threshold)
			return nil // an error makes the sender try again
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(receiver)
	defer server.Close()

	const body = `{"id":"1234-56789","type":"USAGE_THRESHOLD","iccid":"893000000002391231","threshold":80}`
	request, err := http.NewRequest(http.MethodPost, server.URL, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.SetBasicAuth("connect", "secret")
	response, err := server.Client().Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output:
	// 1234-56789: USAGE_THRESHOLD of SIM 893000000002391231, 80 %
	// 200 OK
}
