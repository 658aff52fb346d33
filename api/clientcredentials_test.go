package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

const secret = "hunter2-secret"

// inVirtualTime runs a test in virtual time, with a transport that reaches the handler.
func inVirtualTime(t *testing.T, newHandler func() http.Handler, test func(*testing.T, http.Handler, *http.Transport)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		handler := newHandler()
		transport, stop := sandbox.ServePipe(handler)
		defer stop()
		test(t, handler, transport)
	})
}

func credentials(t *testing.T, transport http.RoundTripper, secret string) *api.CredentialsSource {
	t.Helper()
	source, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL:     "http://sandbox" + sandbox.TokenPath,
		ClientID:     "fleet",
		ClientSecret: secret,
		UserAgent:    "simhook/1.2",
		Transport:    transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// withSandbox runs a test in virtual time with a sandbox and a source of its tokens.
func withSandbox(t *testing.T, opts sandbox.Options, test func(*testing.T, *sandbox.Sandbox, *api.CredentialsSource, *http.Transport)) {
	t.Helper()
	opts.ClientID, opts.ClientSecret = "fleet", secret
	inVirtualTime(t, func() http.Handler { return sandbox.New(opts) },
		func(t *testing.T, handler http.Handler, transport *http.Transport) {
			test(t, handler.(*sandbox.Sandbox), credentials(t, transport, secret), transport)
		})
}

// tokensFromAll calls Token from n goroutines at once.
func tokensFromAll(n int, source api.TokenSource) (tokens map[string]int, errs []error) {
	tokens = map[string]int{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			token, err := source.Token(context.Background())
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			tokens[token]++
		})
	}
	group.Wait()
	return tokens, errs
}

func TestOneRequestServesAllWorkers(t *testing.T) {
	withSandbox(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, source *api.CredentialsSource, _ *http.Transport) {
		tokens, errs := tokensFromAll(64, source)
		if len(tokens) != 1 || errs != nil {
			t.Fatalf("tokens %v, errors %v", tokens, errs)
		}
		for token := range tokens { // as after 64 refused calls
			s.RevokeTokens()
			for range 64 {
				source.Invalidate(token)
			}
		}
		if again, errs := tokensFromAll(64, source); len(again) != 1 || errs != nil {
			t.Fatalf("tokens %v, errors %v", again, errs)
		}
		if got := s.Stats().TokenRequests; got != 2 || source.Renewals() != 2 {
			t.Errorf("%d token requests, %d renewals", got, source.Renewals())
		}
	})
}

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	for lifetime, margin := range map[time.Duration]time.Duration{
		5 * time.Minute:  30 * time.Second,
		50 * time.Second: 10 * time.Second,
		time.Second:      200 * time.Millisecond,
	} {
		t.Run(lifetime.String(), func(t *testing.T) {
			withSandbox(t, sandbox.Options{TokenLifetime: lifetime}, func(t *testing.T, s *sandbox.Sandbox, source *api.CredentialsSource, transport *http.Transport) {
				client := newClient(t, "http://sandbox"+sandbox.BasePath, api.Config{Tokens: source, Transport: transport})
				call := func(id string) {
					t.Helper()
					if _, err := register(client, id); err != nil {
						t.Fatal(err)
					}
				}
				call("1")
				time.Sleep(lifetime - margin - time.Millisecond)
				call("2")
				if n := source.Renewals(); n != 1 {
					t.Fatalf("renewed too early: %d", n)
				}
				time.Sleep(time.Millisecond)
				call("3")
				synctest.Wait() // calls do not wait for the renewal
				if n := source.Renewals(); n != 2 {
					t.Errorf("not renewed %v before the end: %d", margin, n)
				}
				if n := s.Stats().Statuses[401]; n != 0 {
					t.Errorf("%d calls with an expired token", n)
				}
			})
		})
	}
}

func TestAWrongSecretIsSentOnce(t *testing.T) {
	withSandbox(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, _ *api.CredentialsSource, transport *http.Transport) {
		source := credentials(t, transport, "wrong-"+secret)
		_, errs := tokensFromAll(64, source)
		_, later := source.Token(t.Context())
		for _, err := range append(errs, later) {
			var refused *api.CredentialsError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), "invalid_client") || strings.Contains(err.Error(), secret) {
				t.Errorf("error is %v", err)
			}
		}
		if got := s.Stats().TokenRequests; len(errs) != 64 || got != 1 {
			t.Errorf("%d errors, %d token requests", len(errs), got)
		}
	})
}

func TestTheTokenIsAskedForAsDocumented(t *testing.T) {
	inVirtualTime(t, func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if got := r.UserAgent(); got != "simhook/1.2" {
				t.Errorf("user agent is %q", got)
			}
			if r.Header.Get("Authorization") != "" || r.Method != http.MethodPost || r.URL.RawQuery != "" {
				t.Errorf("request: %s %s", r.Method, r.URL)
			}
			if got, want := r.PostFormValue("grant_type")+r.PostFormValue("client_id")+r.PostFormValue("client_secret"),
				"client_credentialsfleet"+secret; got != want {
				t.Errorf("form holds %q", got)
			}
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"access_token":"a-token"}`)
		})
	}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
		source := credentials(t, transport, secret)
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{0, 1}, {4*time.Minute + 29*time.Second, 1}, {time.Second, 2}} { // the assumed lifetime is 5 minutes
			time.Sleep(step.after)
			_, err := source.Token(t.Context())
			if synctest.Wait(); err != nil || source.Renewals() != step.want {
				t.Errorf("%d renewals, %v", source.Renewals(), err)
			}
		}
	})
}

func TestFailuresOfTheTokenEndpoint(t *testing.T) {
	reply := func(status int, media, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.Header().Set("Location", "https://login.example.com/?secret=x")
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	const jsonType = "application/json"
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		text    string
		fatal   bool
	}{
		{"unavailable", reply(503, "text/html", "<html>\nlots</html>"), "token endpoint: 503 Service Unavailable", false},
		{"rate limited", reply(429, jsonType, `{}`), "token endpoint: 429 Too Many Requests", false},
		{"a page with 200", reply(200, "text/html", "<html></html>"), "token endpoint: the answer holds no access token: check the token URL", false},
		{"no token in it", reply(200, jsonType, `{"expires_in":300}`), "token endpoint: the answer holds no access token: check the token URL", false},
		{"an unusable token", reply(200, jsonType, `{"access_token":"a b"}`), "token endpoint: the access_token cannot be used: it contains spaces or other characters that a token cannot have", false},
		{"redirect", reply(302, "text/html", ""), "token endpoint: 302 Found: redirected to login.example.com: check the token URL", false},
		{"no answer", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "token endpoint: timeout", false},
		{"connection closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "token endpoint: connection closed", false},
		{"refused", reply(400, jsonType, `{"error":"unauthorized_client","error_description":"`+secret+`\nline"}`),
			"the client credentials were refused (token endpoint: 400 Bad Request: unauthorized_client [secret] line): check client id, client secret and token URL", true},
		{"forbidden", reply(403, "text/html", "<title>Blocked</title>"),
			"there is no token endpoint at the token URL (token endpoint: 403 Forbidden: not from a token server: Blocked): check the token URL, and any proxy or firewall on the way", true},
		{"refused with 200", reply(200, jsonType, `{"error":"invalid_client"}`),
			"the client credentials were refused (token endpoint: 200 OK: invalid_client): check client id, client secret and token URL", true},
		{"not there", reply(404, jsonType, `{"error":"Realm does not exist"}`),
			"there is no token endpoint at the token URL (token endpoint: 404 Not Found: Realm does not exist): check the token URL, and any proxy or firewall on the way", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var requests atomic.Int32 // a renewal can continue after its caller has left
			inVirtualTime(t, func() http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					requests.Add(1)
					_, _ = io.Copy(io.Discard, r.Body)
					test.handler(w, r)
				})
			}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
				source := credentials(t, transport, secret)
				client := newClient(t, "http://sandbox", api.Config{Tokens: source, Transport: transport})
				for range 2 {
					time.Sleep(time.Second) // before, there is no other request
					start := time.Now()
					err := client.Ready(t.Context())
					if took := time.Since(start); took > 15*time.Second {
						t.Errorf("it took %v", took)
					}
					if err == nil || err.Error() != test.text || api.Cause(err) != test.text {
						t.Fatalf("error\n got %v\nwant %s", err, test.text)
					}
					var refused *api.CredentialsError
					if errors.As(err, &refused) != test.fatal || api.Temporary(err) == test.fatal || api.Ambiguous(err) {
						t.Errorf("fatal %v, temporary %v, ambiguous %v", errors.As(err, &refused), api.Temporary(err), api.Ambiguous(err))
					}
				}
			})
			if got, want := int(requests.Load()), map[bool]int{true: 1, false: 2}[test.fatal]; got != want {
				t.Errorf("%d requests, want %d", got, want)
			}
		})
	}
}

func TestATokenOutlivesAShortOutageOfItsEndpoint(t *testing.T) {
	withSandbox(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, source *api.CredentialsSource, _ *http.Transport) {
		first, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.SetTokenDown(true)
		time.Sleep(4*time.Minute + 45*time.Second)
		for range 100 {
			if token, err := source.Token(t.Context()); token != first || err != nil {
				t.Fatalf("%q, %v", token, err)
			}
			synctest.Wait()
		}
		if n := s.Stats().TokenRequests; n != 2 {
			t.Errorf("%d token requests, want the first and one failed renewal", n)
		}
		time.Sleep(15 * time.Second)
		if _, err := source.Token(t.Context()); !api.Temporary(err) {
			t.Errorf("with an expired token: %v", err)
		}
		s.SetTokenDown(false)
		time.Sleep(time.Second)
		if token, err := source.Token(t.Context()); token == first || err != nil {
			t.Errorf("after the outage: %q, %v", token, err)
		}
	})
}

func TestARenewalSurvivesItsFirstCaller(t *testing.T) {
	inVirtualTime(t, func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Second)
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"access_token":"a-token","expires_in":300}`)
		})
	}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
		source := credentials(t, transport, secret)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		result := make(chan error)
		go func() {
			_, err := source.Token(ctx)
			result <- err
		}()
		synctest.Wait()
		token, err := source.Token(t.Context())
		<-result
		if token != "a-token" || err != nil || time.Since(start) != 5*time.Second {
			t.Errorf("%q, %v after %v", token, err, time.Since(start))
		}
	})
}

func TestACallerLeavesARenewalWhenItsContextEnds(t *testing.T) {
	inVirtualTime(t, func() http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server notices a disconnect only after it has read the body
			<-r.Context().Done()
		})
	}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
		source := credentials(t, transport, secret)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := source.Token(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		time.Sleep(15 * time.Second) // the shared request ends at its own timeout
	})
}

func TestARefusedTokenIsNotUsedAgain(t *testing.T) {
	inVirtualTime(t, func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"access_token":"a-token","expires_in":300}`)
		})
	}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
		source := credentials(t, transport, secret)
		token, _ := source.Token(t.Context())
		source.Invalidate(token)
		_, err := source.Token(t.Context())
		if _, ok := errors.AsType[*api.CredentialsError](err); !ok {
			t.Errorf("error is %v", err)
		}
	})
}

func TestALateRefusalOfAnOldTokenDoesNotInvalidateANewerOne(t *testing.T) {
	withSandbox(t, sandbox.Options{}, func(t *testing.T, _ *sandbox.Sandbox, source *api.CredentialsSource, _ *http.Transport) {
		first, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		source.Invalidate(first)
		second, err := source.Token(t.Context())
		if err != nil || second == first {
			t.Fatalf("%q, %v", second, err)
		}
		source.Invalidate(first) // by a slow call
		if third, err := source.Token(t.Context()); third != second || err != nil || source.Renewals() != 2 {
			t.Errorf("%q after %q, %v: %d renewals", third, second, err, source.Renewals())
		}
	})
}

func TestCredentialsThatCannotWorkAreRefusedWithoutQuotingThem(t *testing.T) {
	for name, cc := range map[string]api.ClientCredentials{
		"no URL":          {ClientID: "a", ClientSecret: secret},
		"password in URL": {TokenURL: "https://u:" + secret + "@host", ClientID: "a", ClientSecret: secret},
		"no id":           {TokenURL: "https://host", ClientSecret: secret},
		"no secret":       {TokenURL: "https://host", ClientID: "a"},
		"negative":        {TokenURL: "https://host", ClientID: "a", ClientSecret: secret, Timeout: -1},
	} {
		if _, err := api.NewClientCredentials(cc); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// In the middle of a run, what stands before the token server may answer anything: calls go on with the token at hand.
func TestAValidTokenStaysInUseWhateverTheTokenEndpointAnswers(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request){
		"a firewall": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html><title>Blocked</title>", http.StatusForbidden)
		},
		"gone": func(w http.ResponseWriter, _ *http.Request) { http.NotFound(w, nil) },
		"refused by mistake": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":"invalid_client"}`)
		},
		"asks for a long pause": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"hangs": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			var bad atomic.Bool
			var requests atomic.Int32
			inVirtualTime(t, func() http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					if n := requests.Add(1); bad.Load() {
						answer(w, r)
					} else {
						w.Header().Set("Content-Type", "text/plain") // as some servers have it
						fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":300.0}`, n)
					}
				})
			}, func(t *testing.T, _ http.Handler, transport *http.Transport) {
				source := credentials(t, transport, secret)
				get := func(want string) {
					t.Helper()
					start := time.Now()
					token, err := source.Token(t.Context())
					if token != want || err != nil || time.Since(start) > 0 {
						t.Fatalf("%q, %v after %v", token, err, time.Since(start))
					}
				}
				get("token-1")
				bad.Store(true)
				time.Sleep(271 * time.Second) // the renewal is due
				for range 25 {
					get("token-1")
					time.Sleep(time.Second)
				}
				if n := requests.Load(); n < 2 || n > 7 {
					t.Errorf("%d requests", n)
				}
				time.Sleep(10 * time.Second) // it has expired
				if token, err := source.Token(t.Context()); token != "" || err == nil {
					t.Fatalf("%q, %v", token, err)
				}
				before := requests.Load()
				for range 100 { // all workers ask
					_, _ = source.Token(t.Context())
				}
				if n := requests.Load() - before; n > 0 {
					t.Errorf("%d requests at once after a failure", n)
				}
			})
		})
	}
}
