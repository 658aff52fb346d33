//go:build unix

package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/output"
)

// gateway keeps what was pushed to it.
type gateway struct {
	mu      sync.Mutex
	pushes  []string // METHOD PATH
	users   []string
	metrics map[string]*dto.MetricFamily // of the last push
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	user, password, _ := r.BasicAuth()
	g.pushes, g.users = append(g.pushes, r.Method+" "+r.URL.Path), append(g.users, user+":"+password)
	g.metrics = map[string]*dto.MetricFamily{}
	decoder := expfmt.NewDecoder(r.Body, expfmt.ResponseFormat(r.Header))
	for {
		family := &dto.MetricFamily{}
		if err := decoder.Decode(family); err == io.EOF {
			return
		} else if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		g.metrics[family.GetName()] = family
	}
}

func serveGateway(t *testing.T, handler http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestTheMetricsOfARunArePushedAtItsEnd(t *testing.T) {
	api := serveGate(t, sandbox.Options{Unknown: func(iccid string) bool { return strings.HasSuffix(iccid, "2") }})
	var g gateway
	url := strings.Replace(serveGateway(t, &g), "://", "://me:hunter2@", 1)
	p, stderr := newProgram(api.environment(), strings.NewReader(""), nil)
	fleet, file := newFleet(t, 30), filepath.Join(t.TempDir(), "simhook.prom")
	args := []string{"register", fleet, "--metrics-push", url, "--metrics-file", file, "--shard-count", "2", "--shard-index", "1"}
	if code := p.run(t.Context(), args); code != exitRows {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	if len(g.pushes) != 1 {
		t.Fatalf("pushes: %q\n%s", g.pushes, stderr)
	}
	for _, want := range []string{"POST /metrics/job/simhook/", "/action/register", "/fleet/" + filepath.Base(fleet), "/shard/1-of-2"} {
		if !strings.Contains(g.pushes[0], want) {
			t.Errorf("%s lacks %s", g.pushes[0], want)
		}
	}
	if g.users[0] != "me:hunter2" || strings.Contains(stderr.String(), "hunter2") {
		t.Errorf("as %s\n%s", g.users[0], stderr)
	}
	families := checked(t, readFile(t, file))
	for _, name := range []string{"simhook_sims_total", "simhook_attempts_total", "simhook_last_exit_code", "simhook_last_duration_seconds"} {
		if pushed, written := total(g.metrics, name), total(families, name); pushed != written || pushed == 0 {
			t.Errorf("%s: %v was pushed, and %v written", name, pushed, written)
		}
	}
	if len(g.metrics) != len(families) || g.metrics["simhook_last_success_timestamp_seconds"] != nil {
		t.Errorf("%d metrics were pushed, and %d written; no run has succeeded", len(g.metrics), len(families))
	}
}

func TestASuccessIsPushedAndADryRunIsNot(t *testing.T) {
	api := serveGate(t, sandbox.Options{})
	var g gateway
	env := api.environment()
	env["SIMHOOK_METRICS_PUSH"] = strings.Replace(serveGateway(t, &g), "://", "://me:hunter2@", 1) + "/"
	fleet := newFleet(t, 3)
	for _, args := range [][]string{{"register", "--dry-run", fleet, "--log-level", "debug"}, {"register", fleet}, {"config", "register"}} {
		p, stderr := newProgram(env, strings.NewReader(""), nil)
		var stdout strings.Builder
		p.stdout = output.Masking(&stdout)
		if code := p.run(t.Context(), args); code != exitOK || strings.Contains(stderr.String()+stdout.String(), "hunter2") {
			t.Fatalf("exit code %d\n%s%s", code, stderr, &stdout)
		}
	}
	if len(g.pushes) != 1 || total(g.metrics, "simhook_last_success_timestamp_seconds") == 0 {
		t.Errorf("pushes: %q", g.pushes)
	}
}

func TestAPushThatFailsIsAWarningAndShowsNoSecret(t *testing.T) {
	elsewhere := serveGateway(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	refuse := func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no "+r.Header.Get("Authorization")[:6]+strings.Repeat(" long", 500), http.StatusForbidden)
	}
	for name, url := range map[string]string{
		"refused":      serveGateway(t, http.HandlerFunc(refuse)),
		"a redirect":   serveGateway(t, http.RedirectHandler(elsewhere, http.StatusFound)),
		"no gateway":   "http://" + freeAddress(t),
		"an odd host":  "http://nowhere.invalid",
		"it breaks it": serveGateway(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })),
	} {
		t.Run(name, func(t *testing.T) {
			api := serveGate(t, sandbox.Options{})
			p, stderr := newProgram(api.environment(), strings.NewReader(""), nil)
			url := strings.Replace(url, "://", "://me:hunter2@", 1)
			if code := p.run(t.Context(), []string{"register", newFleet(t, 3), "--metrics-push", url}); code != exitOK {
				t.Errorf("exit code %d", code)
			}
			said := stderr.String()
			if strings.Count(said, "the metrics are not pushed") != 1 || len(said) > 3000 {
				t.Errorf("it says %s", said)
			}
			for _, secret := range []string{"hunter2", base64.StdEncoding.EncodeToString([]byte("me:hunter2"))} {
				if strings.Contains(said, secret) {
					t.Errorf("it shows %q: %s", secret, said)
				}
			}
		})
	}
}

func TestAGatewayThatIsNoURLIsRefusedWithoutShowingIt(t *testing.T) {
	for _, url := range []string{"pushgateway:9091", "ftp://me:hunter2@host", "http://host/?token=hunter2", "http://%zz:hunter2@host", "http:///hunter2"} {
		p, stderr := newProgram(nil, strings.NewReader(""), nil)
		if code := p.run(t.Context(), []string{"register", newFleet(t, 3), "--sandbox", "--webhook-url", "https://example.com/hook", "--metrics-push", url}); code != exitUsage {
			t.Errorf("%s: exit code %d", url, code)
		}
		if said := stderr.String(); !strings.Contains(said, "--metrics-push: use the URL of a Pushgateway") || strings.Contains(said, "hunter2") {
			t.Errorf("%s: it says %s", url, said)
		}
	}
}
