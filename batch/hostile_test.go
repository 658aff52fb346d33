package batch

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"simhook/api"
	"simhook/api/sandbox"
	"simhook/batch/fleet"
	"simhook/report"
)

// password is the one of secretWebhook, which only the results may show, and only as a webhook.
const (
	password      = "hunter2"
	secretWebhook = "https://user:" + password + "@example.com/hook"
)

// hostileTexts is what a broken or hostile API may say.
func hostileTexts() []string {
	return []string{
		"\x1b[31mred\x1b[0m and \x1b]0;a title\x07",
		"first line\r\n8944474600000000013,3,register,ok",
		"=cmd|'/C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1",
		"right\u202eto\u2066left\u200b\ufeff",
		"\x00\x7f\u009b31m\u2028\u2029\xff\xfe",
		strings.Repeat("x", 1<<20),
		"webhook " + secretWebhook + " is invalid",
		`{"webhook":"https:\/\/user:` + password + `@example.com\/hook"}`,
	}
}

func TestWhatTheAPISaysReachesPeopleOnlyTamed(t *testing.T) {
	t.Parallel()
	texts := hostileTexts()
	for i, text := range texts {
		texts[i] = text[:min(len(text), 1<<18)] // a body that is cut off is no answer of the API
	}
	said := &scold{next: sandbox.New(sandbox.Options{}), status: http.StatusBadRequest, texts: texts}
	sims := 20 * len(texts) // so many that each text is the first failure of some SIM
	w := newWire(t, nil, startServer(t, said).URL, sims)
	w.urls = secretWebhook
	logs := newLogs()
	summary, err := w.run(func(c *Config) { c.Log = logs.logger(); blind(c) })
	if err != nil || summary.Refused != sims || said.count() != 2*sims {
		t.Errorf("%v after %d errors, %+v", err, said.count(), summary.Causes)
	}
	checkResults(t, w.results, sims)
	checkCauses(t, summary.Causes)
	logs.check(t)
	if causes := summary.Causes; !slices.ContainsFunc(causes, func(c report.Cause) bool {
		return strings.Contains(c.Error, "webhook https://user:***@example.com/hook is invalid")
	}) {
		t.Error("no cause says which webhook is invalid")
	}
}

func TestWhatAGatewaySaysReachesTheLogOnlyTamed(t *testing.T) {
	t.Parallel()
	for i, text := range hostileTexts() {
		said := &scold{next: sandbox.New(sandbox.Options{}), status: http.StatusServiceUnavailable, texts: []string{text}, plain: i%2 == 0}
		w := newWire(t, nil, startServer(t, said).URL, 30)
		w.urls = secretWebhook
		logs := newLogs()
		summary, err := w.run(func(c *Config) { c.Log, c.Workers, c.RetryMaxTime = logs.logger(), 24, time.Millisecond })
		var gone *GoneError
		if !errors.As(err, &gone) || !strings.Contains(logs.text.String(), "the API is failing") {
			t.Errorf("%.300v, and %d bytes of log", err, logs.text.Len())
		}
		checkTame(t, "the error", err.Error())
		checkResults(t, w.partial(), summary.Failed)
		checkCauses(t, summary.Causes)
		logs.check(t)
	}
}

func TestWhatIsRegisteredAlreadyReachesPeopleOnlyTamed(t *testing.T) {
	t.Parallel()
	texts := append(hostileTexts(), strings.Repeat("x", 20<<10)) // longer than results keep
	texts = slices.DeleteFunc(texts, func(text string) bool { return len(text) >= 1<<20 })
	s := sandbox.New(sandbox.Options{})
	for n, text := range texts {
		s.Set(testICCID(n), api.SubscriptionEnd, text)
		s.Set(testICCID(n), api.UsageThreshold, "https://user:"+password+"@example.com/"+text)
	}
	forgetful := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path != sandbox.TokenPath {
			return // 200, but nothing is set
		}
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		s.ServeHTTP(w, r)
	})
	w := newWire(t, s, startServer(t, forgetful).URL, len(texts))
	w.urls = secretWebhook
	logs := newLogs()
	summary, err := w.run(func(c *Config) { c.Action, c.Verify, c.Log = Reconcile, len(texts), logs.logger() })
	var differs *VerifyError
	if !errors.As(err, &differs) || summary.Verified == 0 {
		t.Errorf("%v, %+v", err, summary)
	}
	rows := checkResults(t, w.results, len(texts))
	if !slices.ContainsFunc(rows, func(cells []string) bool {
		return slices.Contains(cells, "https://user:"+password+"@example.com/%1B[31mred%1B[0m and %1B]0;a title%07")
	}) {
		t.Error("a webhook that was replaced cannot be restored from the record")
	}
	for _, m := range summary.Mismatches {
		checkTame(t, "a mismatch", m.Found+m.Want)
	}
	if len(summary.Mismatches) < len(texts) {
		t.Errorf("%d mismatches", len(summary.Mismatches))
	}
	logs.check(t)
}

func TestWhatTheFleetHoldsReachesPeopleOnlyTamed(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("iccid,webhook_url\n" + testICCID(0) + "," + secretWebhook + "\n")
	rows := 1
	for _, text := range hostileTexts() {
		for _, cells := range []string{quoted(text) + ",", testICCID(1) + "," + quoted(text), quoted(secretWebhook+text) + ","} {
			b.WriteString(strings.NewReplacer("\r", "", "\n", "").Replace(cells) + "\n")
			rows++
		}
	}
	b.WriteString(`"` + testICCID(2) + "," + strings.Repeat(" ", 120) + secretWebhook + "\n") // a quote that is not closed
	b.WriteString(`"` + testICCID(3) + "," + secretWebhook + "\n")
	rows += 2
	s := sandbox.New(sandbox.Options{})
	w := newWire(t, s, startServer(t, s).URL, 0)
	w.setFleetText(b.String())
	logs := newLogs()
	summary, err := w.run(func(c *Config) { c.Log = logs.logger() })
	if err != nil || summary.Rows != rows || summary.Invalid < rows/2 {
		t.Errorf("%v, %d of %d rows are invalid", err, summary.Invalid, summary.Rows)
	}
	checkResults(t, w.results, rows)
	checkCauses(t, summary.Causes)
	logs.check(t)

	w.setFleetText(quoted(secretWebhook) + ",\x1b[31mred\u202e\n")
	_, err = fleet.Open(t.Context(), w.fleet, nil, "", fleet.Options{})
	if err == nil {
		t.Fatal("a file without ICCIDs is a fleet")
	}
	checkTame(t, "the error", err.Error())
}

func TestNoICCIDLeavesItsPlaceInTheURL(t *testing.T) {
	t.Parallel()
	good := testICCID(0)
	cells := []string{
		good, good + "F", `"=""` + testICCID(1) + `"""`, testICCID(2)[:18] + "0", // the last with a wrong check digit
		"../../x", "..", "%2e%2e", "%2e%2e%2fx", good + "/../x", good + "/../../" + good, good + "%2f..", good + "?x=1", good + "#x",
		good + ";x", good + "\\..", good + " HTTP/1.1", "//evil.example/" + good, "８９" + good[2:], good + "\u0660",
	}
	s := sandbox.New(sandbox.Options{})
	var paths sync.Map
	server := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != sandbox.TokenPath {
			paths.Store(r.RequestURI, true)
		}
		s.ServeHTTP(w, r)
	}))
	called := func() (calls int) {
		for path := range paths.Range {
			calls++
			if !properPath.MatchString(path.(string)) {
				t.Errorf("a call of %q", path)
			}
		}
		return calls
	}

	w := newWire(t, s, server.URL, 0)
	w.setFleetText("iccid\n" + strings.Join(cells, "\n") + "\n")
	for _, action := range []Action{Register, Reconcile, Unregister} {
		w.results += "." + string(action)
		paths.Clear()
		if summary, err := w.run(func(c *Config) { c.Action = action }); err != nil || summary.OK != 3 || summary.Invalid != len(cells)-4 {
			t.Errorf("%s: %v, %+v", action, err, summary)
		}
		if called() < 3 {
			t.Errorf("%s called for %d paths", action, called())
		}
	}
}

// Results are a file, too, that anybody may have edited.
func TestNoICCIDOfEditedResultsLeavesItsPlaceInTheURL(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{})
	var strays []string
	var mu sync.Mutex
	server := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != sandbox.TokenPath && !properPath.MatchString(r.RequestURI) {
			mu.Lock()
			strays = append(strays, r.RequestURI)
			mu.Unlock()
		}
		s.ServeHTTP(w, r)
	}))
	w := newWire(t, s, server.URL, 3)
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	results, err := os.ReadFile(w.results)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.ReplaceAll(string(results), testICCID(0), "8944%2e%2e%2fx")
	edited = strings.ReplaceAll(edited, testICCID(1), "..")
	w.fleet, w.results = w.results+".edited", w.results+".undone"
	if err := os.WriteFile(w.fleet, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenUndo(w.fleet, UndoOptions{}); !is[*fleet.Error](err) {
		t.Errorf("results of what is no SIM: %v", err)
	}
	for _, stray := range []string{"8944%2e%2e%2fx,2", "..,3"} { // rows that need not name a SIM
		edited = strings.Replace(edited, stray+",register,ok", stray+",register,invalid", 1)
	}
	if err := os.WriteFile(w.fleet, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	undo, err := OpenUndo(w.fleet, UndoOptions{})
	if err != nil {
		t.Fatal(err)
	}
	summary, err := w.run(func(c *Config) { c.Action, c.Steps = Restore, undo })
	if err != nil || summary.OK != 1 || summary.Invalid != 2 || s.Registrations() != 2*2 {
		t.Errorf("%v, %d webhooks are left, %+v", err, s.Registrations(), summary)
	}
	if len(strays) > 0 {
		t.Errorf("calls of %q", strays)
	}
}

var properPath = regexp.MustCompile(`^` + sandbox.BasePath + `/v1/sim/89[0-9]{16,18}/preferences(/notifications/(SUBSCRIPTION_END|USAGE_THRESHOLD))?$`)

// scold answers every call with an error that says one of the texts.
type scold struct {
	next   http.Handler
	status int
	texts  []string
	plain  bool // as text, not as JSON

	mu sync.Mutex
	n  int
}

func (s *scold) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

func (s *scold) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == sandbox.TokenPath {
		s.next.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	text := s.texts[s.n%len(s.texts)]
	s.n++
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(s.status)
	if s.plain {
		_, _ = w.Write([]byte(text))
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"type": text, "messages": []string{text}})
}

// logs collects what is logged as text and as JSON.
type logs struct{ text, json bytes.Buffer }

func newLogs() *logs { return &logs{} }

func (l *logs) logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	return slog.New(slog.NewMultiHandler(slog.NewTextHandler(&l.text, options), slog.NewJSONHandler(&l.json, options)))
}

func (l *logs) check(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(l.text.String()) {
		checkTame(t, "a line of the log", strings.TrimSuffix(line, "\n"))
		if strings.Contains(line, `\x`) || strings.Contains(line, `\u`) {
			t.Errorf("something had to be escaped: %.300s", line)
		}
	}
	for line := range strings.Lines(l.json.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%v: %.300s", err, line)
		}
		for _, value := range record {
			if text, ok := value.(string); ok {
				checkTame(t, "a value in the log", text)
			}
		}
	}
}

// checkResults reads a results file as a spreadsheet does, and returns its cells.
func checkResults(t *testing.T, path string, rows int) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(records) != rows+1 || bytes.Count(text, []byte("\n")) != rows+1 {
		t.Errorf("%d records, want %d: %v", len(records), rows+1, err)
	}
	for _, record := range records[1:] {
		for i, cell := range record {
			column := records[0][i]
			if strings.HasSuffix(column, "_url") {
				cell = strings.ReplaceAll(cell, password, "***")
			}
			checkTame(t, column, cell)
			if first, _ := utf8.DecodeRuneInString(cell); strings.ContainsRune("=+-@＝＋－＠\t", first) {
				t.Errorf("%s is a formula: %.100q", column, cell)
			}
		}
	}
	return records
}

func checkCauses(t *testing.T, causes []report.Cause) {
	t.Helper()
	if len(causes) == 0 {
		t.Error("there are no causes")
	}
	for _, c := range causes {
		checkTame(t, "a cause", c.Error)
		checkTame(t, "a cause's ICCID", c.ICCID)
		checkTame(t, "a cause's correlation ID", c.CorrelationID)
	}
}

// checkTame asserts that text is one line that is short enough for people, cannot move a cursor, and
// holds no secret.
func checkTame(t *testing.T, what, text string) {
	t.Helper()
	unfit := func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
	}
	switch {
	case !utf8.ValidString(text), strings.ContainsFunc(text, unfit):
		t.Errorf("%s is not fit to print: %.300q", what, text)
	case len(text) > 4096:
		t.Errorf("%s has %d bytes", what, len(text))
	case strings.Contains(text, password):
		t.Errorf("%s holds a password: %.300q", what, text)
	}
}

func quoted(cell string) string { return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"` }
