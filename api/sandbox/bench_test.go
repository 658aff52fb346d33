package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"simhook/api/sandbox"
)

// BenchmarkCall is a registration without a network. Rules that are not given cost nothing.
func BenchmarkCall(b *testing.B) {
	s := sandbox.New(sandbox.Options{})
	token := "Bearer " + s.IssueToken()
	url := sandbox.BasePath + path + "/notifications/SUBSCRIPTION_END"
	w := discarding{}
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Header = http.Header{
			"Authorization": {token}, "Content-Type": {"application/json"}, "X-Correlation-Id": {"c"},
		}
		clear(w)
		s.ServeHTTP(w, r)
	}
	if n := s.Stats().Statuses[http.StatusOK]; n == 0 || s.Registrations() != 1 {
		b.Errorf("%d calls succeeded, %d webhooks", n, s.Registrations())
	}
}

// discarding is a ResponseWriter that keeps only its header.
type discarding http.Header

func (w discarding) Header() http.Header         { return http.Header(w) }
func (w discarding) Write(b []byte) (int, error) { return len(b), nil }
func (w discarding) WriteHeader(int)             {}
