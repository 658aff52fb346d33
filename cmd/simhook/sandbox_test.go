package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
	if !strings.Contains(stderr.String(), `stopped. {"calls":{"POST":10}`) {
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
		quota, window, err := parseQuota(text)
		if err != nil || quota != want.quota || window != want.window {
			t.Errorf("%s: %d in %s, %v", text, quota, window, err)
		}
	}
	for _, text := range []string{"", "1000", "x/m", "0/m", "-1/m", "5/", "5/0s", "5/fortnight"} {
		if _, _, err := parseQuota(text); err == nil {
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
		least, most, err := parseLatency(text)
		if diff := cmp.Diff(want, [2]time.Duration{least, most}); err != nil || diff != "" {
			t.Errorf("%q: %v %s", text, err, diff)
		}
	}
	for _, text := range []string{"50", "2s-50ms", "-1s", "1s-"} {
		if _, _, err := parseLatency(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
