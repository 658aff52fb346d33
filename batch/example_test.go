package batch_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"sort"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch"
	"simhook/batch/fleet"
	"simhook/report"
)

// newClient is a client of the sandbox at url.
func newClient(url string) *api.Client {
	tokens, err := api.NewClientCredentials(api.ClientCredentials{TokenURL: url + sandbox.TokenPath, ClientID: "fleet", ClientSecret: "secret"})
	if err != nil {
		log.Fatal(err)
	}
	client, err := api.NewClient(api.Config{BaseURL: url + sandbox.BasePath, Tokens: tokens})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

// A service registers one SIM. Pacing, retries, tokens and correlation IDs are the Caller's.
func ExampleCaller() {
	server := httptest.NewServer(sandbox.New(sandbox.Options{})) // in place of the production API
	defer server.Close()
	client := newClient(server.URL)
	caller, err := batch.NewCaller(batch.CallOptions{Client: client})
	if err != nil {
		log.Fatal(err)
	}
	defer caller.Close()

	call, err := caller.Register(context.Background(), "8944474600000109251", api.UsageThreshold, "https://example.com/hook")
	fmt.Println(call.Outcome, err)
	call, err = caller.Register(context.Background(), "8944474600000109251", api.UsageThreshold, "https://example.com/hook/v2")
	fmt.Println(call.Outcome, err)
	// Output:
	// registered <nil>
	// registered <nil>
}

// A whole fleet from a slice, with the outcome of each SIM through a callback. With Results, the run is resumable.
func ExamplePrepare() {
	server := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer server.Close()
	client := newClient(server.URL)
	sims := []fleet.SIM{{ICCID: "8944474600000109251"}, {ICCID: "8944 4786 0000 4958 824"}, {ICCID: "894447860000"}}
	var told []string
	ctx := context.Background()
	run, err := batch.Prepare(ctx, batch.Config{
		CallOptions: batch.CallOptions{Client: client},
		Action:      batch.Register,
		Fleet:       fleet.FromSlice("vans", sims, fleet.Options{WebhookURL: "https://example.com/hook"}),
		OnResult:    func(row report.Row) { told = append(told, fmt.Sprint(row.ICCID, " ", row.Status)) },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer run.Close()
	fmt.Println(run.Plan().ToDo(), "SIMs to do")
	if err := run.Do(ctx); err != nil {
		log.Fatal(err)
	}
	sort.Strings(told)
	for _, line := range told {
		fmt.Println(line)
	}
	// Output:
	// 2 SIMs to do
	// 8944474600000109251 ok
	// 894447860000 invalid
	// 8944478600004958824 ok
}
