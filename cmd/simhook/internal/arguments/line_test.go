package arguments_test

import (
	"os/exec"
	"testing"

	"simhook/cmd/simhook/internal/arguments"
)

func TestALineCanBePastedIntoAShell(t *testing.T) {
	for want, args := range map[string][]string{
		"simhook report fleet.csv":                          {"report", "fleet.csv"},
		"simhook register --webhook-url 'https://h/?a=1&b'": {"register", "--webhook-url", "https://h/?a=1&b"},
		`simhook check 'it'\''s here.csv' ''`:               {"check", "it's here.csv", ""},
	} {
		line := arguments.Line(args...)
		if line != want {
			t.Errorf("got  %s\nwant %s", line, want)
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", `simhook() { for word; do printf '<%s>' "$word"; done; }; `+line).Output()
		pasted := ""
		for _, arg := range args {
			pasted += "<" + arg + ">"
		}
		if err != nil || string(out) != pasted {
			t.Errorf("a shell reads %s, want %s (%v)", out, pasted, err)
		}
	}
}
