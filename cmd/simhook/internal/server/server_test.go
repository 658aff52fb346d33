package server_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"simhook/cmd/simhook/internal/server"
)

func TestStoppingLetsRequestsUnderWayFinish(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	s := start(t, func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = io.WriteString(w, "done")
	})
	answer := make(chan string, 1)
	go func() { answer <- get(s) }()
	<-arrived
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.Stop(t.Context())
	}()
	<-s.Ended() // it no longer listens
	close(release)
	if got := <-answer; got != "done" {
		t.Errorf("the request under way is answered %q", got)
	}
	<-stopped
	if err := s.Err(); !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("it ended with %v", err)
	}
}

func TestStoppingCutsRequestsThatTakeTooLong(t *testing.T) {
	arrived := make(chan struct{})
	s := start(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	answer := make(chan string, 1)
	go func() { answer <- get(s) }()
	<-arrived
	over, cancel := context.WithCancel(t.Context())
	cancel()
	s.Stop(over)
	if got := <-answer; got != "" {
		t.Errorf("the request is answered %q", got)
	}
}

func TestAnAddressInUseIsRefused(t *testing.T) {
	s := start(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := server.Start(s.Addr().String(), &http.Server{}); err == nil {
		t.Error("two servers listen on one address")
	}
	s.Stop(t.Context())
}

func start(t *testing.T, handler http.HandlerFunc) *server.Server {
	t.Helper()
	s, err := server.Start("127.0.0.1:0", &http.Server{Handler: handler})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// get is what a request is answered with; "": it was cut.
func get(s *server.Server) string {
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: transport}).Get("http://" + s.Addr().String())
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return string(text)
}
