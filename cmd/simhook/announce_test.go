package main

import (
	"fmt"
	"strings"
	"testing"

	"simhook/api"
	"simhook/api/sandbox"
)

func TestUnregisterAsksOnATerminal(t *testing.T) {
	for name, c := range map[string]struct {
		answer   string
		args     []string
		exitCode int
		asked    bool
		calls    int
	}{
		"yes removes":                  {"y\n", nil, exitOK, true, 6},
		"no removes nothing":           {"n\n", nil, exitAgain, true, 0},
		"no answer removes nothing":    {"", nil, exitAgain, true, 0},
		"--yes is not asked about":     {"", []string{"--yes"}, exitOK, false, 6},
		"--dry-run is not asked about": {"", []string{"--dry-run"}, exitOK, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			sims := newFleet(t, 3)
			server := serveGate(t, sandbox.Options{})
			for i := range 3 {
				for _, nt := range api.NotificationTypes() {
					server.Set(fmt.Sprintf("894400000000%07d", i), nt, "https://example.com/hook")
				}
			}
			p, stderr := newProgram(server.environment(), strings.NewReader(c.answer), nil)
			p.canAsk = true
			code := p.run(t.Context(), append([]string{"unregister", sims}, c.args...))
			if code != c.exitCode {
				t.Errorf("exit code %d, want %d:\n%s", code, c.exitCode, stderr)
			}
			if asked := strings.Contains(stderr.String(), "Remove the webhooks of 3 SIMs? (API: "+server.url+"/connect-api, client ID: id) [y/N] "); asked != c.asked {
				t.Errorf("asked: %t, want %t", asked, c.asked)
			}
			if calls := server.Stats().Calls["DELETE"]; calls != c.calls {
				t.Errorf("%d calls, want %d", calls, c.calls)
			}
		})
	}
}
