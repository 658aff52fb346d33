package api_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"simhook/api"
)

// instantTransport answers without a network, so that only the client is measured.
type instantTransport struct{}

func (instantTransport) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK,
		ProtoMajor: 1,
		Header:     http.Header{},
		Body:       io.NopCloser(strings.NewReader("{}")),
	}, nil
}

func BenchmarkRegister(b *testing.B) {
	client, err := api.NewClient(api.Config{
		BaseURL:   "http://sandbox",
		Tokens:    api.StaticToken("token"),
		Transport: instantTransport{},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Register(context.Background(), iccid, api.UsageThreshold, webhook, "c"); err != nil {
			b.Fatal(err)
		}
	}
}
