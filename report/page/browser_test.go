package page

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
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

// browser runs a browser without a screen on a page from a file, which must make no request.
func browser(t *testing.T, page string, args ...string) []byte {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no browser is installed: Debian's package chromium is one")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "report.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--host-resolver-rules=MAP * ~NOTFOUND", "file://" + file}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return out
}

// browse is the page as its scripts have left it.
func browse(t *testing.T, page string, args ...string) string {
	t.Helper()
	return string(browser(t, page, append(args, "--dump-dom")...))
}

func TestThePageInABrowserFindsAnICCID(t *testing.T) {
	rows := largeFleet(20_000, 300)
	wanted := ""
	for _, row := range rows {
		if row.Status == report.StatusRefused {
			wanted = row.ICCID
		}
	}
	page := rendered(t, rows...)
	cases := []struct{ name, typed, want string }{
		{"all rows before anything is typed", "", "300 rows, 300 shown, Copy"},
		{"one row by its ICCID", wanted, "1 of 300 rows, 1 shown, Copy"},
		{"a row by part of its ICCID", wanted[8:], "1 of 300 rows, 1 shown, Copy"},
		{"rows of which every word fits", "REFUSED " + wanted, "1 of 300 rows, 1 shown, Copy"},
		{"none where a word does not", "timeout " + wanted, "0 of 300 rows, 0 shown, Copy"},
		{"a row by its correlation ID", "k3v9x2ab-" + wanted + "-SE-6", "1 of 300 rows, 1 shown, Copy"},
		{"nothing for what is a pattern's sign", ".*", "0 of 300 rows, 0 shown, Copy"},
	}
	var pages []string
	for _, c := range cases {
		pages = append(pages, visited(page, `
const field = document.getElementById("q");
if ("`+c.typed+`") { field.value = "`+c.typed+`"; field.dispatchEvent(new Event("input")); }
const shown = [...document.querySelectorAll("#rows tbody tr")].filter(row => row.getBoundingClientRect().height > 0).length;
const copy = [...document.querySelectorAll(".copy")].find(button => button.checkVisibility() || shown === 0);
parent.postMessage("`+c.name+`: " + document.getElementById("found").textContent + ", " + shown + " shown, " + copy.textContent, "*");`))
	}
	found := framed(t, []int{1280}, pages...)
	for _, c := range cases {
		if !strings.Contains(found, c.name+": "+c.want+"\n") {
			t.Errorf("%s: want %s of\n%s", c.name, c.want, found)
		}
	}
}

// framed shows pages in frames of these widths, in one browser, and is what they post, line by line.
func framed(t *testing.T, widths []int, pages ...string) string {
	t.Helper()
	frames := ""
	for _, page := range pages {
		for _, width := range widths {
			frames += fmt.Sprintf(`<iframe width="%d" height="900" srcdoc="%s"></iframe>`, width, html.EscapeString(page))
		}
	}
	dom := browse(t, `<!doctype html><pre id="found"></pre><script>addEventListener("message", e => { found.textContent += e.data + "\n"; });</script>`+
		frames, "--virtual-time-budget=10000")
	found := html.UnescapeString(regexp.MustCompile(`(?s)<pre id="found">(.*?)</pre>`).FindStringSubmatch(dom)[1])
	if n, want := strings.Count(found, "\n"), len(pages)*len(widths); n != want {
		t.Fatalf("%d of %d frames were looked at:\n%s", n, want, found)
	}
	return found
}

// visited is the page with a script of its visitor's. The page lets only its own script run, by the hash, so that the visitor's
// needs to be let in too.
func visited(page, script string) string {
	hash := sha256.Sum256([]byte(script))
	page = strings.Replace(page, "script-src '", "script-src 'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"' '", 1)
	return strings.Replace(page, "</body>", "<script>"+script+"</script></body>", 1)
}

// TestThePageInABrowserFitsAPhoneAndAScreen looks for texts that run into each other or off the page, in frames as wide as a phone,
// a tablet and a screen.
func TestThePageInABrowserFitsAPhoneAndAScreen(t *testing.T) {
	const look = `
const faults = [];
const labels = [...document.querySelectorAll("svg text")].map(e => ({name: e.textContent, box: e.getBoundingClientRect(), of: e.closest("svg")})).filter(l => l.box.width > 0);
labels.forEach((a, i) => labels.slice(i + 1).forEach(b => {
  if (a.of === b.of && a.box.left < b.box.right && b.box.left < a.box.right && a.box.top < b.box.bottom && b.box.top < a.box.bottom) faults.push(a.name + " runs into " + b.name);
}));
for (const l of labels) if (l.box.left < 0 || l.box.right > innerWidth) faults.push(l.name + " is cut off");
if (document.documentElement.scrollWidth > innerWidth) faults.push("the page is " + document.documentElement.scrollWidth + " wide");
parent.postMessage("at " + innerWidth + (labels.length < 15 ? " there are few labels" : "") + ": " + faults.join("; "), "*");`
	short, long := largeFleet(500, 20), largeFleet(60_000, 300)
	var pages []string
	for _, rows := range [][]report.Row{short, long} {
		for i := range rows {
			rows[i].Labels = []report.Label{{Name: "customer", Value: "A customer with a long name"}, {Name: "site", Value: "Site 7"}}
		}
		pages = append(pages, visited(rendered(t, rows...), look))
	}
	for line := range strings.Lines(framed(t, []int{360, 390, 768, 970, 1280}, pages...)) {
		if !regexp.MustCompile(`^at [0-9]+: \n$`).MatchString(line) {
			t.Error(line)
		}
	}
}

func TestThePageInABrowserPrintsOnLessThanFivePages(t *testing.T) {
	rows := largeFleet(60_000, 2000)
	for i := range rows {
		rows[i].Labels = []report.Label{{Name: "customer", Value: "A customer with a long name"}, {Name: "site", Value: "Site 7"}}
	}
	pdf := filepath.Join(t.TempDir(), "report.pdf")
	browser(t, rendered(t, rows...), "--no-pdf-header-footer", "--print-to-pdf="+pdf)
	text, err := os.ReadFile(pdf)
	if err != nil {
		t.Fatal(err)
	}
	if pages := len(regexp.MustCompile(`/Type /Page\b`).FindAll(text, -1)); pages < 2 || pages >= 5 {
		t.Errorf("it prints on %d pages", pages)
	}
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
