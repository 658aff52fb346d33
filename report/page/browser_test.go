package page

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"simhook/report"
	"simhook/report/reporttest"
)

// browse opens a page from a file in a browser without a screen, which must make no request, and returns the page as
// its scripts have left it.
func browse(t *testing.T, page string) string {
	t.Helper()
	var browser string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no browser is installed: Debian's package chromium is one")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom", "file://"+path)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestThePageInABrowserFindsAnICCID(t *testing.T) {
	rows := largeFleet(20_000, 300)
	page := rendered(t, rows...)
	wanted := ""
	for _, row := range rows {
		if row.Status == report.StatusRefused {
			wanted = row.ICCID
		}
	}
	for name, c := range map[string]struct {
		typed string
		found string
		shown int
	}{
		"all rows before anything is typed":    {"", "300 rows", 300},
		"one row by its ICCID":                 {wanted, "1 of 300 rows", 1},
		"a row by part of its ICCID":           {wanted[8:], "1 of 300 rows", 1},
		"rows of which every word fits":        {"REFUSED " + wanted, "1 of 300 rows", 1},
		"none where a word does not":           {"timeout " + wanted, "0 of 300 rows", 0},
		"a row by its correlation ID":          {"k3v9x2ab-" + wanted + "-SE-6", "1 of 300 rows", 1},
		"nothing for what is a pattern's sign": {".*", "0 of 300 rows", 0},
	} {
		t.Run(name, func(t *testing.T) {
			dom := browse(t, typing(page, c.typed))
			if !strings.Contains(dom, `aria-live="polite">`+c.found+"<") {
				t.Errorf("it says %q, want %q", regexp.MustCompile(`aria-live="polite">[^<]*`).FindString(dom), c.found)
			}
			hidden := strings.Count(dom, ` hidden=""><td`)
			if shown := strings.Count(dom, `data-label="ICCID"`) - hidden; shown != c.shown {
				t.Errorf("it shows %d rows, want %d", shown, c.shown)
			}
			if strings.Contains(dom, `class="copy" data-copy`) && !strings.Contains(dom, `">Copy</button>`) {
				t.Error("no correlation ID can be copied")
			}
		})
	}
}

// typing is the page with a visitor who types a text into its search field. The page lets only its own script run,
// by the hash, so that the visitor's needs to be let in too.
func typing(page, text string) string {
	if text == "" {
		return page
	}
	script := `const field = document.getElementById("q"); field.value = "` + text + `"; field.dispatchEvent(new Event("input"));`
	hash := sha256.Sum256([]byte(script))
	page = strings.Replace(page, "script-src '", "script-src 'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"' '", 1)
	return strings.Replace(page, "</body>", "<script>"+script+"</script></body>", 1)
}

func TestThePageInABrowserRunsOnlyItsOwnScript(t *testing.T) {
	page := rendered(t, reporttest.FailedRow(reporttest.SimA, 2))
	dom := browse(t, strings.Replace(page, "</body>", "<script>document.title = 'taken over'</script></body>", 1))
	if strings.Contains(dom, "<title>taken over") {
		t.Error("a script that is not the page's own has run")
	}
	if !strings.Contains(dom, `aria-live="polite">1 row<`) {
		t.Error("the page's own script has not run")
	}
}
