package api_test

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestARevokedTokenIsReplaced(t *testing.T) {
	withSandbox(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, source *api.CredentialsSource, transport *http.Transport) {
		client := newClient(t, "http://sandbox"+sandbox.BasePath, api.Config{Tokens: source, Transport: transport})
		for round := range 5 { // more than the allowed refusals in a row
			if _, err := register(client, "before"); err != nil {
				t.Fatal(err)
			}
			s.RevokeTokens()
			_, err := register(client, "refused")
			if !api.Unauthorised(err) || api.Temporary(err) || api.Ambiguous(err) {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		if got := s.Stats(); got.Statuses[401] != 5 || got.TokenRequests != 5 {
			t.Errorf("%d refusals, %d token requests", got.Statuses[401], got.TokenRequests)
		}
	})
}

func TestThreeTokensThatAreRefusedForHalfAMinuteEndTheRunButOneRefusedInManyCallsDoesNot(t *testing.T) {
	inVirtualTime(t, func() http.Handler {
		mux := http.NewServeMux()
		mux.Handle(sandbox.TokenPath, sandbox.New(sandbox.Options{}))
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Second) // meanwhile all callers send the same token
			w.WriteHeader(http.StatusUnauthorized)
		})
		return mux
	}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
		source := credentials(t, transport, secret)
		client := newClient(t, "http://sandbox", api.Config{Tokens: source, Transport: transport})
		for round := 1; round <= 4; round++ {
			if round == 4 {
				time.Sleep(30 * time.Second)
			}
			refused, ended := 0, 0
			for _, err := range registerFromAll(32, client) {
				var end *api.CredentialsError
				switch {
				case errors.As(err, &end):
					ended++
				case api.Unauthorised(err):
					refused++
				}
			}
			wantEnded := map[int]int{4: 32}[round]
			if ended != wantEnded || refused != 32-wantEnded || source.Renewals() != round {
				t.Errorf("round %d: %d refused, %d ended, %d tokens", round, refused, ended, source.Renewals())
			}
		}
	})
}

func TestAGatewaysPageDoesNotAcceptATokenButTheAPIsErrorsDo(t *testing.T) {
	for name, test := range map[string]struct {
		between func(http.ResponseWriter)
		fatal   bool
	}{
		"a gateway's page": {func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadGateway)
			io.WriteString(w, "<html>")
		}, true},
		"the API's error": {func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, `{"type":"ACCESS_DENIED","messages":[]}`)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			inVirtualTime(t, func() http.Handler {
				mux := http.NewServeMux()
				mux.Handle(sandbox.TokenPath, sandbox.New(sandbox.Options{}))
				mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
					calls++
					if calls%2 == 0 {
						test.between(w)
						return
					}
					w.WriteHeader(http.StatusUnauthorized)
				})
				return mux
			}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
				client := newClient(t, "http://sandbox", api.Config{Tokens: credentials(t, transport, secret), Transport: transport})
				var err error
				for range 5 { // the first, third and fifth are refused
					_, err = register(client, "c")
					time.Sleep(10 * time.Second)
				}
				var end *api.CredentialsError
				if errors.As(err, &end) != test.fatal || calls != 5 {
					t.Errorf("after %d calls: %v", calls, err)
				}
			})
		})
	}
}

func registerFromAll(n int, client *api.Client) []error {
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { _, errs[i] = register(client, "c") })
	}
	group.Wait()
	return errs
}
