package batch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/file"
	"simhook/report/results"
)

// testWebhook is what fleets without URLs of their own are registered for.
const testWebhook = "https://example.com/notifications"

// testICCID is the n-th SIM of test fleets.
func testICCID(n int) string {
	payload := fmt.Sprintf("89444746%010d", n)
	return payload + string(fleet.CheckDigit(payload))
}

// rig is a fleet, a sandbox and a results file: what a test runs simhook's engine
// on. In a bubble of virtual time its connections are in memory.
type rig struct {
	t       *testing.T
	sandbox *sandbox.Sandbox
	http    http.RoundTripper
	tokens  *api.CredentialsSource
	fleet   string
	results string
	urls    string    // --webhook-url
	disk    file.Disk // nil: the real one
}

// newRig serves a sandbox over connections in memory.
func newRig(t *testing.T, options sandbox.Options, sims int) *rig {
	t.Helper()
	g := &rig{t: t, sandbox: sandbox.New(options), results: filepath.Join(t.TempDir(), "results.csv"), urls: testWebhook}
	transport, stop := sandbox.ServePipe(g.sandbox)
	t.Cleanup(stop)
	g.http = transport
	g.setFleet(sims)
	g.login("secret")
	return g
}

// behind puts a handler between the client and the sandbox.
func (g *rig) behind(h http.Handler) {
	transport, stop := sandbox.ServePipe(h)
	g.t.Cleanup(stop)
	g.http = transport
	g.login("secret")
}

// setFleet writes a fleet of so many SIMs.
func (g *rig) setFleet(sims int) {
	var b strings.Builder
	b.WriteString("iccid\n")
	for n := range sims {
		b.WriteString(testICCID(n) + "\n")
	}
	g.setFleetText(b.String())
}

func (g *rig) setFleetText(text string) {
	g.fleet = filepath.Join(g.t.TempDir(), "fleet.csv")
	if err := os.WriteFile(g.fleet, []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

func (g *rig) login(secret string) {
	tokens, err := api.NewClientCredentials(api.ClientCredentials{
		TokenURL: "http://sandbox" + sandbox.TokenPath, ClientID: "fleet", ClientSecret: secret, Transport: g.http,
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.tokens = tokens
}

// prepare makes a run ready, with a plan; done frees its files.
func (g *rig) prepare(ctx context.Context, change func(*Config)) (run *Run, done func()) {
	g.t.Helper()
	run, done, err := g.tryPrepare(ctx, change)
	if err != nil {
		g.t.Fatal(err)
	}
	return run, done
}

func (g *rig) tryPrepare(ctx context.Context, change func(*Config)) (run *Run, done func(), err error) {
	t := g.t
	t.Helper()
	cfg := Config{Action: Register, Results: g.results, disk: g.disk}
	if change != nil {
		change(&cfg)
	}
	source, err := fleet.Open(ctx, g.fleet, nil, "", fleet.Options{WebhookURL: g.urls})
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.NewClient(api.Config{
		BaseURL: "http://sandbox" + sandbox.BasePath, Tokens: g.tokens, Connections: cfg.Workers, Timeout: 30 * time.Second, Transport: g.http,
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Client = client
	if !cfg.Action.takesSteps() {
		cfg.Fleet = source
	}
	run, err = Prepare(ctx, cfg)
	return run, func() {
		if run != nil {
			err = run.Close()
		}
		if err := errors.Join(err, source.Close()); err != nil {
			t.Error(err)
		}
	}, err
}

// run does a whole run.
func (g *rig) run(change func(*Config)) (report.Summary, error) {
	g.t.Helper()
	ctx := g.t.Context()
	run, done, err := g.tryPrepare(ctx, change)
	if err != nil {
		return report.Summary{}, err
	}
	defer done()
	err = run.Do(ctx)
	summary := run.Summary()
	if total := summary.OK + summary.Failed + summary.Refused + summary.Invalid + summary.Duplicate + summary.Remaining; total != summary.Rows {
		g.t.Errorf("the counts add up to %d of %d rows: %+v", total, summary.Rows, summary)
	}
	if summary.Remaining < 0 {
		g.t.Errorf("%d SIMs remain", summary.Remaining)
	}
	return summary, err
}

// rows are the results, complete or not.
func (g *rig) rows(path string) []report.Row {
	g.t.Helper()
	f, err := os.Open(path)
	if err != nil {
		g.t.Fatal(err)
	}
	defer f.Close()
	var rows []report.Row
	for row, err := range results.Read(f) {
		if err != nil {
			g.t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// complete asserts that every SIM of the fleet has one row that is ok, and both
// its webhooks.
func (g *rig) complete(sims int) {
	g.t.Helper()
	seen := map[string]bool{}
	for _, row := range g.rows(g.results) {
		if seen[row.ICCID] {
			g.t.Errorf("SIM %s has two rows", row.ICCID)
		}
		seen[row.ICCID] = true
		if row.Status != report.StatusOK {
			g.t.Errorf("SIM %s is %s: %s", row.ICCID, row.Status, row.Error)
		}
	}
	if len(seen) != sims {
		g.t.Errorf("%d SIMs have a row, not %d", len(seen), sims)
	}
	if n := g.sandbox.Registrations(); n != 2*sims {
		g.t.Errorf("%d webhooks are registered, not %d", n, 2*sims)
	}
}
