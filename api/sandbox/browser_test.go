package sandbox_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"simhook/api"
	"simhook/api/sandbox"
)

// TestThePageInABrowserIsLiveAndFitsAPhone opens the page in a browser without a screen. What happens after it is loaded must come
// to be on it without a visitor's doing.
func TestThePageInABrowserIsLiveAndFitsAPhone(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no browser is installed: Debian's package chromium is one")
	}
	s := sandbox.New(sandbox.Options{Quota: 1000, Window: time.Minute})
	var loaded sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/phone" { // a frame is narrower than the narrowest window
			_, _ = w.Write([]byte(`<!doctype html><iframe id="phone" src="/" width="390" height="800"></iframe><script>
				setInterval(() => {
					const page = document.getElementById("phone").contentDocument;
					const fits = page.documentElement.scrollWidth <= page.documentElement.clientWidth;
					document.title = (fits ? "the page fits:" : "the page is too wide: ") + page.body.innerText;
				}, 200);</script>`))
			return
		}
		s.ServeHTTP(w, r)
		if r.URL.Path == "/" {
			loaded.Do(func() {
				s.Set(simOne, api.UsageThreshold, "https://example.com/a-webhook-that-was-set-after-the-page-was-loaded")
				request, err := http.NewRequest(http.MethodGet, "http://"+r.Host+sandbox.BasePath+"/v1/sim/"+simOne+"/preferences", nil)
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Authorization", "Bearer "+s.IssueToken())
				request.Header.Set("X-Correlation-ID", "late-"+simOne+"-P-1")
				answer, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				_ = answer.Body.Close()
			})
		}
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--user-data-dir="+filepath.Join(t.TempDir(), "profile"), "--virtual-time-budget=8000", "--dump-dom", server.URL+"/phone").Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	title := regexp.MustCompile(`(?s)<title>[^<]*`).FindString(string(out))
	for _, want := range []string{"the page fits:", "a-webhook-that-was-set-after", "late-" + simOne, "Live: new every second.", "of 1,000 reads of this window"} {
		if !strings.Contains(strings.Join(strings.Fields(title), " "), want) {
			t.Errorf("the page lacks %q:\n%s", want, title)
		}
	}
	if strings.Index(title, "Calls, the newest first") > strings.Index(title, "Webhooks") {
		t.Error("calls do not come first")
	}
}
