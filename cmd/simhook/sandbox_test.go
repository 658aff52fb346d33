package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestSandboxSaysHowToUseIt(t *testing.T) {
	signals := make(chan os.Signal)
	p, stderr := newProgram(nil, strings.NewReader(""), signals)
	exit := start(t, p, "sandbox", "--addr", "127.0.0.1:0", "--quota", "none")
	stderr.waitFor(t, "export SIMHOOK_CLIENT_SECRET=")

	env := map[string]string{"SIMHOOK_WEBHOOK_URL": "https://example.com/hook", "SIMHOOK_ALLOW_BAD_LUHN": "1", "SIMHOOK_RATE": "unlimited"}
	for _, export := range regexp.MustCompile(`(?m)^export (\w+)=(.*)$`).FindAllStringSubmatch(stderr.String(), -1) {
		env[export[1]] = export[2]
	}
	client, said := newProgram(env, strings.NewReader(""), nil)
	if code := client.run(t.Context(), []string{"register", newFleet(t, 5)}); code != exitOK {
		t.Errorf("exit code %d with what the sandbox printed:\n%s\n%s", code, stderr, said)
	}
	url := regexp.MustCompile(`(?m)^sandbox listening on (http://127\.0\.0\.1:\d+)$`).FindStringSubmatch(stderr.String())
	if url == nil {
		t.Fatalf("no address in\n%s", stderr)
	}
	stats := get(t, url[1]+"/sandbox/stats")
	if !strings.Contains(stats, `"registrations":10`) {
		t.Errorf("stats: %s", stats)
	}
	signals <- os.Interrupt
	if code := <-exit; code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
	if !strings.Contains(stderr.String(), `stopped. {"calls":{"GET":5,"POST":10}`) {
		t.Errorf("no final statistics in\n%s", stderr)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestTheSandboxListsTheSIMsOfAnAccount(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		sims int
	}{
		"generated":         {[]string{"--sims", "50", "--next-page-base", "http://10.0.0.7:8080", "--first-page", "1"}, 50},
		"of a file":         {[]string{"--account", newFleet(t, 7), "--newest-first"}, 7},
		"of shifting pages": {[]string{"--sims", "60", "--shift-pages", "1"}, 60},
	} {
		t.Run(name, func(t *testing.T) {
			signals := make(chan os.Signal)
			p, stderr := newProgram(nil, strings.NewReader(""), signals)
			exit := start(t, p, append([]string{"sandbox", "--addr", "127.0.0.1:0", "--quota", "none"}, c.args...)...)
			stderr.waitFor(t, "export SIMHOOK_CLIENT_SECRET=")
			url := regexp.MustCompile(`(?m)^sandbox listening on (\S+)$`).FindStringSubmatch(stderr.String())[1]
			tokens, err := api.NewClientCredentials(api.ClientCredentials{TokenURL: url + sandbox.TokenPath, ClientID: "x", ClientSecret: "y"})
			if err != nil {
				t.Fatal(err)
			}
			client, err := api.NewClient(api.Config{BaseURL: url + sandbox.BasePath, Tokens: tokens})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			seen, query := map[string]bool{}, api.SubscriptionQuery{Size: 10}
			for next := true; next; next = query.Next != "" {
				page, _, err := client.SubscriptionsPage(t.Context(), query, "run-1")
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page.Subscriptions {
					seen[s.ICCID] = true
				}
				query = api.SubscriptionQuery{Next: page.Next}
			}
			if len(seen) != c.sims {
				t.Errorf("%d SIMs were listed", len(seen))
			}
			signals <- os.Interrupt
			if code := <-exit; code != exitOK {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestParseQuota(t *testing.T) {
	for text, want := range map[string]struct {
		quota  int
		window time.Duration
	}{
		"1000/m": {1000, time.Minute},
		"200/3s": {200, 3 * time.Second},
		"5/500ms": {
			5, 500 * time.Millisecond,
		},
		"none": {},
	} {
		quota, window, err := sandbox.ParseQuota(text)
		if err != nil || quota != want.quota || window != want.window {
			t.Errorf("%s: %d in %s, %v", text, quota, window, err)
		}
	}
	for _, text := range []string{"", "1000", "x/m", "0/m", "-1/m", "5/", "5/0s", "5/fortnight"} {
		if _, _, err := sandbox.ParseQuota(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestParseLatency(t *testing.T) {
	for text, want := range map[string][2]time.Duration{
		"":        {},
		"50ms":    {50 * time.Millisecond, 50 * time.Millisecond},
		"50ms-2s": {50 * time.Millisecond, 2 * time.Second},
	} {
		least, most, err := sandbox.ParseLatency(text)
		if diff := cmp.Diff(want, [2]time.Duration{least, most}); err != nil || diff != "" {
			t.Errorf("%q: %v %s", text, err, diff)
		}
	}
	for _, text := range []string{"50", "2s-50ms", "-1s", "1s-"} {
		if _, _, err := sandbox.ParseLatency(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

const (
	simA = "8944474600000109251"
	simB = "8944478600004958824"
)

// sandboxCall makes a call to a sandbox, such as POST for a SIM's SUBSCRIPTION_END.
func sandboxCall(t *testing.T, url, token, method, iccid string) (status int, header http.Header, body string) {
	t.Helper()
	path := url + sandbox.BasePath + "/v1/sim/" + iccid + "/preferences"
	if method != http.MethodGet {
		path += "/notifications/SUBSCRIPTION_END"
	}
	webhook := strings.NewReader(`{"webhook_url":"https://example.com/hook"}`)
	r, err := http.NewRequestWithContext(t.Context(), method, path, webhook)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{
		"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}, "X-Correlation-Id": {method + iccid},
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, ""
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, resp.Header, string(content)
	}
	return resp.StatusCode, resp.Header, string(content)
}

func TestARuleOfFailSaysWhichCallsGetWhichAnswer(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sims, odd := write("sims.txt", simA+"\n"), write("odd.json", `{"message":"scheduled maintenance"}`)
	for _, test := range []struct {
		rule  string
		calls string // of methods, with A or B for the SIM
		want  []int  // statuses; 0: the connection broke
		body  string // of the last answer
		fired int
		there bool // afterwards SIM A has a webhook
	}{
		{"POST=503", "POST A, GET A", []int{503, 200}, `{"notifications":[]}`, 1, false},
		{"POST=503,done", "POST A", []int{503}, "SERVICE_UNAVAILABLE", 1, true},
		{"POST=lost", "POST A, GET A", []int{200, 200}, `{"notifications":[]}`, 1, false},
		{"ANY=404,gateway", "GET A", []int{404}, `{"http_status_code":404,"message":"Not Found"}`, 1, false},
		{"ANY=404,page", "GET A", []int{404}, "<h1>404 Not Found</h1>", 1, false},
		{"POST=400@2", "POST A, POST A, POST A", []int{200, 400, 400}, "INVALID_REQUEST_PARAMS", 2, true},
		{"POST=500@1-2", "POST A, POST A, POST A", []int{500, 500, 200}, "https://example.com/hook", 2, true},
		{"ANY=401,sims=" + sims, "POST B, POST A, GET A", []int{200, 401, 401}, "UNAUTHORISED", 2, false},
		{"POST=503,type=USAGE_THRESHOLD", "POST A", []int{200}, "https://example.com/hook", 0, true},
		{"POST=503,type=SUBSCRIPTION_END", "POST A", []int{503}, "SERVICE_UNAVAILABLE", 1, false},
		{"GET=200,body=" + odd, "GET A", []int{200}, `{"message":"scheduled maintenance"}`, 1, false},
		{"PUT=truncate,done", "PUT A", []int{0}, "", 1, true},
		{"PUT=reset@2", "PUT A, PUT A", []int{200, 0}, "", 1, true},
	} {
		t.Run(test.rule, func(t *testing.T) {
			rule, err := sandbox.ParseRule(test.rule)
			if err != nil {
				t.Fatal(err)
			}
			g := serveGate(t, sandbox.Options{Rules: []sandbox.Rule{rule}})
			token := g.IssueToken()
			var got []int
			var body string
			for call := range strings.SplitSeq(test.calls, ", ") {
				method, sim, _ := strings.Cut(call, " ")
				var status int
				status, _, body = sandboxCall(t, g.url, token, method, map[string]string{"A": simA, "B": simB}[sim])
				got = append(got, status)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || !strings.Contains(body, test.body) {
				t.Errorf("the last answer is %q\n%s", body, diff)
			}
			if n := g.Stats().Faults[sandbox.Fault(test.rule)]; n != test.fired {
				t.Errorf("it happened %d times, want %d", n, test.fired)
			}
			if _, there := g.Webhook(simA, api.SubscriptionEnd); there != test.there {
				t.Errorf("there is a webhook: %v, want %v", there, test.there)
			}
		})
	}
}

func TestTheSandboxTakesItsRulesFromTheCommandLineOrTheEnvironment(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		args []string
	}{
		"the command line": {nil, []string{"--fail", "POST=202,header=Retry-After: 5", "--fail", "GET=404,page"}},
		"the environment":  {map[string]string{"SIMHOOK_FAIL": "POST=202,header=Retry-After: 5; GET=404,page"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			signals := make(chan os.Signal)
			p, stderr := newProgram(test.env, strings.NewReader(""), signals)
			exit := start(t, p, append([]string{"sandbox", "--addr", "127.0.0.1:0"}, test.args...)...)
			stderr.waitFor(t, "export SIMHOOK_CLIENT_SECRET=")
			url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(stderr.String())
			token := tokenOf(t, url)
			status, header, body := sandboxCall(t, url, token, "POST", simA)
			if status != 202 || header.Get("Retry-After") != "5" || body != "" {
				t.Errorf("POST: %d %v %s", status, header, body)
			}
			status, header, body = sandboxCall(t, url, token, "GET", simA)
			if status != 404 || header.Get("Content-Type") != "text/html" {
				t.Errorf("GET: %d %v %s", status, header, body)
			}
			stats := get(t, url+"/sandbox/stats")
			if want := `"faults":{"GET=404,page":1,"POST=202,header=Retry-After: 5":1}`; !strings.Contains(stats, want) {
				t.Errorf("%s is not in %s", want, stats)
			}
			signals <- os.Interrupt
			if code := <-exit; code != exitOK {
				t.Errorf("exit code %d, want %d", code, exitOK)
			}
		})
	}
}

// tokenOf obtains a token from a sandbox.
func tokenOf(t *testing.T, url string) string {
	t.Helper()
	tokens, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL: url + sandbox.TokenPath, ClientID: "id", ClientSecret: "secret",
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := tokens.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}
