package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/google/go-cmp/cmp"

	"simhook/api"
	"simhook/api/sandbox"
)

// description is openapi.yaml.
func description(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// checker stands before a sandbox and holds requests and answers against openapi.yaml.
type checker struct {
	next   http.Handler
	router routers.Router

	mu       sync.Mutex
	made     map[string]bool // operations, by ID and status
	problems []string
}

// checkedSandbox serves a sandbox behind a checker.
func checkedSandbox(t *testing.T, opts sandbox.Options) (*sandbox.Sandbox, *checker, *api.Client) {
	t.Helper()
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.FileBodyDecoder)
	s := sandbox.New(opts)
	c := &checker{next: s, made: map[string]bool{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	doc := description(t)
	doc.Servers = openapi3.Servers{{URL: server.URL + sandbox.BasePath}}
	doc.Paths.Value(sandbox.TokenPath).Servers = openapi3.Servers{{URL: server.URL}}
	var err error
	if c.router, err = gorillamux.NewRouter(doc); err != nil {
		t.Fatal(err)
	}
	tokens, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL: server.URL + sandbox.TokenPath, ClientID: "fleet", ClientSecret: "secret",
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, c, newClient(t, server.URL+sandbox.BasePath, api.Config{Tokens: tokens})
}

func (c *checker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	operation, input, err := c.checkRequest(r)
	c.note(r, err)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	c.next.ServeHTTP(answer, r)
	if input != nil {
		c.note(r, checkAnswer(input, answer.Code, answer.Header(), answer.Body.Bytes()))
		c.mu.Lock()
		c.made[operation+" "+http.StatusText(answer.Code)] = true
		c.mu.Unlock()
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (c *checker) checkRequest(r *http.Request) (operation string, input *openapi3filter.RequestValidationInput, err error) {
	// The router looks for the whole URL, as a client knows it.
	r.URL.Scheme, r.URL.Host = "http", r.Host
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return "", nil, err
	}
	input = &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
				if !strings.HasPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ") {
					return errors.New("no access token")
				}
				return nil
			},
		},
	}
	for name := range r.URL.Query() { // the filter does not ask for parameters that are not described
		if route.Operation.Parameters.GetByInAndName("query", name) == nil {
			return route.Operation.OperationID, input, errors.New("the parameter " + name + " is not described")
		}
	}
	return route.Operation.OperationID, input, openapi3filter.ValidateRequest(r.Context(), input)
}

func checkAnswer(input *openapi3filter.RequestValidationInput, status int, header http.Header, body []byte) error {
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: status, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: input.Options,
	})
}

func (c *checker) note(r *http.Request, err error) {
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.problems = append(c.problems, r.Method+" "+r.URL.Path+": "+err.Error())
	}
}

func TestTheDescriptionOfTheAPIIsValid(t *testing.T) {
	doc := description(t)
	if err := doc.Validate(context.Background()); err != nil {
		t.Error(err)
	}
	var names []any
	for _, typ := range api.AllNotificationTypes() {
		names = append(names, string(typ))
	}
	if diff := cmp.Diff(names, doc.Components.Schemas["NotificationType"].Value.Enum); diff != "" {
		t.Errorf("openapi.yaml has other types than the table:\n%s", diff)
	}
}

func TestRequestsAndAnswersAreAsTheyAreDescribed(t *testing.T) {
	sims := sandbox.ICCIDs(0, 30)
	s, c, client := checkedSandbox(t, sandbox.Options{
		SIMs: sims, ConflictOnRegister: true, NotFoundOnUnregister: true, MisspeltType: true, Quota: 1000, Window: time.Minute,
		Foreign: func(iccid string) bool { return iccid == sims[9] },
	})
	ctx := within10s(t)
	ids := 0
	id := func() string {
		ids++
		return "run-" + strconv.Itoa(ids)
	}
	for _, typ := range api.AllNotificationTypes() {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPost} { // the last finds one there: 409
			_, _ = client.RegisterBy(ctx, method, sims[0], typ, webhook, id())
		}
		_, _, _ = client.Preferences(ctx, sims[0], id())
		_, _ = client.Unregister(ctx, sims[0], typ, id())
		_, _ = client.Unregister(ctx, sims[0], typ, id()) // 404
	}
	_, _ = client.Register(ctx, sims[9], api.UsageThreshold, webhook, id()) // 403
	readPages(t, client, api.SubscriptionQuery{Size: 20, After: time.Unix(0, 0), Before: time.Now(), Email: "customer-1@example.com"})
	readPages(t, client, api.SubscriptionQuery{Page: 1, ICCID: sims[1], ProductID: "cHJvZHVjdC0x"})
	for _, iccid := range []string{sims[2], sims[3], iccid} { // with EID, without, and not in the account
		_, _, _ = client.SIM(ctx, iccid, id())
		_, _, _ = client.SIMSubscriptions(ctx, iccid, id())
	}
	for _, answer := range []sandbox.Answer{sandbox.APIError(500), sandbox.GatewayPage(502), sandbox.GatewayError(503), sandbox.APIError(405)} {
		s.SetRules(sandbox.Rule{Answer: answer})
		_, _ = client.Register(ctx, sims[0], api.SubscriptionEnd, webhook, id())
		_, _, _ = client.SubscriptionsPage(ctx, api.SubscriptionQuery{}, id())
		_, _, _ = client.SIM(ctx, sims[0], id())
	}
	s.RevokeTokens()
	_, _, _ = client.SIM(ctx, sims[0], id()) // 401
	s.SetTokenDown(true)
	_, _, _ = client.Preferences(ctx, sims[0], id()) // needs a token, and gets a 503 instead

	for _, problem := range c.problems {
		t.Error(problem)
	}
	want := []string{
		"obtainToken OK", "obtainToken Service Unavailable",
		"registerByPOST OK", "registerByPOST Conflict", "registerByPOST Forbidden", "registerByPOST Bad Gateway",
		"registerByPUT OK", "unregister No Content", "unregister Not Found", "readPreferences OK",
		"listSubscriptions OK", "listSubscriptions Method Not Allowed", "listSubscriptionsOfSIM OK", "listSubscriptionsOfSIM Not Found",
		"readSIM OK", "readSIM Not Found", "readSIM Internal Server Error", "readSIM Unauthorized",
	}
	for _, call := range want {
		if !c.made[call] {
			t.Errorf("%s did not happen", call)
		}
	}
	for path, item := range description(t).Paths.Map() {
		for method, operation := range item.Operations() {
			if !slices.ContainsFunc(want, func(call string) bool { return strings.HasPrefix(call, operation.OperationID+" ") }) {
				t.Errorf("%s %s is described, and no call of the client's", method, path)
			}
		}
	}
}

// readPages reads all pages of a list.
func readPages(t *testing.T, client *api.Client, query api.SubscriptionQuery) {
	t.Helper()
	for {
		page, _, err := client.SubscriptionsPage(within10s(t), query, "run-list")
		if err != nil {
			t.Fatal(err)
		}
		if page.Next == "" {
			return
		}
		query = api.SubscriptionQuery{Next: page.Next}
	}
}

func TestARefusalOfTheQuotaIsAsItIsDescribed(t *testing.T) {
	_, c, client := checkedSandbox(t, sandbox.Options{Quota: 1, Window: time.Hour, RetryAfter: true})
	for range 2 {
		_, _ = client.Register(within10s(t), iccid, api.SubscriptionEnd, webhook, "run-1")
	}
	if len(c.problems) > 0 || !c.made["registerByPOST Too Many Requests"] {
		t.Errorf("%q, %v", c.problems, c.made)
	}
}

// Without this, a checker that lets everything pass would not be noticed.
func TestWhatIsNotDescribedIsNoticed(t *testing.T) {
	_, c, _ := checkedSandbox(t, sandbox.Options{})
	const base = "http://sandbox" + sandbox.BasePath
	doc := description(t)
	doc.Servers = openapi3.Servers{{URL: base}}
	var err error
	if c.router, err = gorillamux.NewRouter(doc); err != nil {
		t.Fatal(err)
	}
	sim := base + "/v1/sim/" + iccid
	for name, test := range map[string]struct {
		method, url, body, without string
	}{
		"another path":            {method: "GET", url: sim + "/plans"},
		"another method":          {method: "PATCH", url: sim},
		"another type":            {method: "DELETE", url: sim + "/preferences/notifications/SUBSCRITPION_END"},
		"no ICCID":                {method: "GET", url: base + "/v1/sim/SIM-1"},
		"another parameter":       {method: "GET", url: base + "/v1/subscription?limit=5"},
		"a size that is none":     {method: "GET", url: base + "/v1/subscription?size=many"},
		"no body":                 {method: "POST", url: sim + "/preferences/notifications/USAGE_THRESHOLD"},
		"another body":            {method: "PUT", url: sim + "/preferences/notifications/USAGE_THRESHOLD", body: `{"url":"https://x"}`},
		"no correlation ID":       {method: "GET", url: sim, without: "X-Correlation-ID"},
		"no access token":         {method: "GET", url: sim, without: "Authorization"},
		"nothing about the cache": {method: "GET", url: sim, without: "Cache-Control"},
	} {
		r := httptest.NewRequest(test.method, test.url, strings.NewReader(test.body))
		for name, value := range map[string]string{
			"Authorization": "Bearer t", "Content-Type": "application/json", "Cache-Control": "no-cache", "X-Correlation-ID": "c-1",
		} {
			if name != test.without {
				r.Header.Set(name, value)
			}
		}
		if _, _, err := c.checkRequest(r); err == nil {
			t.Errorf("%s is not noticed", name)
		}
	}
	r := httptest.NewRequest(http.MethodGet, sim+"/preferences", http.NoBody)
	r.Header.Set("X-Correlation-ID", "c-1")
	r.Header.Set("Cache-Control", "no-cache")
	r.Header.Set("Authorization", "Bearer t")
	_, input, err := c.checkRequest(r)
	if err != nil {
		t.Fatal(err)
	}
	json := http.Header{"Content-Type": {"application/json"}}
	for status, bodies := range map[int][]string{
		200: {`{}`, `[]`, `{"notifications":[{"type":"MOON","webhook_url":"https://x"}]}`},
		404: {`{"type":"NOT_FOUND"}`},
		302: {`{}`},
	} {
		for _, body := range bodies {
			if checkAnswer(input, status, json, []byte(body)) == nil {
				t.Errorf("%d %s is not noticed", status, body)
			}
		}
	}
}

func TestTheDocumentedNotificationsAreAsTheyAreDescribed(t *testing.T) {
	schema := description(t).Components.Schemas["Notification"].Value
	paths, err := filepath.Glob("../testdata/notifications/*.json")
	if err != nil || len(paths) != 5 {
		t.Fatalf("the documentation's 5 examples: %v, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var example map[string]any
		if err := json.Unmarshal(text, &example); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(example); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for name := range example {
			if schema.Properties[name] == nil {
				t.Errorf("%s has %s, which is not described", path, name)
			}
		}
		example["iccid"] = "1"
		if schema.VisitJSON(example) == nil {
			t.Errorf("%s without an ICCID is not noticed", path)
		}
	}
}
