package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simhook/cmd/simhook/internal/output"
)

// echo is an API that refuses a webhook and repeats it.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/token" {
		_, _ = io.WriteString(w, `{"access_token":"an-access-token-of-some-length","expires_in":300}`)
		return
	}
	if r.Method == http.MethodGet {
		_, _ = io.WriteString(w, `{"notifications":[]}`)
		return
	}
	var asked struct {
		URL string `json:"webhook_url"`
	}
	_ = json.NewDecoder(r.Body).Decode(&asked)
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "INVALID_REQUEST_PARAMS", "messages": []string{asked.URL + " cannot be reached"}})
}

func TestAWebhooksPasswordIsMaskedEvenWhereTheAPIRepeatsIt(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(server.Close)
	fleet := newFleet(t, 3)
	dir := filepath.Dir(fleet)
	var stdout strings.Builder
	p, stderr := newProgram(map[string]string{
		"SIMHOOK_BASE_URL": server.URL + "/api", "SIMHOOK_TOKEN_URL": server.URL + "/token",
		"SIMHOOK_CLIENT_ID": "id", "SIMHOOK_CLIENT_SECRET": "secret",
		"SIMHOOK_WEBHOOK_URL": "https://user:hunter2@example.com/hook", "SIMHOOK_ALLOW_BAD_LUHN": "true",
	}, strings.NewReader(""), nil)
	p.stdout = output.Masking(&stdout)
	code := p.run(t.Context(), []string{"register", fleet, "--json", "--summary", filepath.Join(dir, "summary.json"), "--log-level", "debug", "--rate", "unlimited"})
	if code != exitRows {
		t.Errorf("exit code %d, want %d", code, exitRows)
	}
	summary, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	p.run(t.Context(), []string{"report", filepath.Join(dir, "fleet.register.csv")})
	for where, text := range map[string]string{"standard output": stdout.String(), "standard error": stderr.String(), "summary": string(summary)} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "https://user:***@example.com/hook cannot be reached") {
			t.Errorf("%s:\n%s", where, text)
		}
	}
	results, err := os.ReadFile(filepath.Join(dir, "fleet.register.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(results), "https://user:hunter2@example.com/hook") {
		t.Error("the results do not have the webhook as it was set")
	}
}
