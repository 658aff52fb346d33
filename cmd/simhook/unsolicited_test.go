package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"simhook/api/sandbox"
)

// A server that answers twice makes net/http write a line of its own to standard error. It must not get between lines of
// JSON.
func TestAnAnswerThatNoCallAskedForGetsIntoNoLog(t *testing.T) {
	api := sandbox.New(sandbox.Options{})
	var twice atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			api.ServeHTTP(w, r)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"notifications\":[]}")
		pause(t, 30*time.Millisecond) // the connection is idle by now
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		twice.Add(1)
		pause(t, 30*time.Millisecond)
	}))
	defer server.Close()
	cmd := command(t, map[string]string{
		"SIMHOOK_BASE_URL": server.URL + sandbox.BasePath, "SIMHOOK_TOKEN_URL": server.URL + sandbox.TokenPath,
		"SIMHOOK_CLIENT_ID": "id", "SIMHOOK_CLIENT_SECRET": "secret", "SIMHOOK_WEBHOOK_URL": rigWebhook,
		"SIMHOOK_ALLOW_BAD_LUHN": "1", "SIMHOOK_LOG_FORMAT": "json",
	}, "reconcile", "--dry-run", newFleet(t, 5), "--rate", "10/s", "--workers", "1")
	output, err := cmd.CombinedOutput()
	server.Close()
	if err != nil || twice.Load() == 0 {
		t.Fatalf("%v, %d answers too many\n%s", err, twice.Load(), output)
	}
	for line := range strings.Lines(string(output)) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}
