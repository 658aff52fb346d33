package suggest_test

import (
	"testing"

	"simhook/cmd/simhook/internal/suggest"
)

func TestTheClosestWordIsWithinTwoErrors(t *testing.T) {
	known, grave := []string{"register", "unregister", "report", "restore", "apply", "json", "yes"}, []string{"unregister", "restore", "apply", "yes"}
	for word, want := range map[string]string{
		"regster": "register", "regitser": "register", "rport": "report", "reports": "report", "jsno": "", "jso": "json",
		"nregister": "register", "unregistr": "unregister", "restor": "restore", "aply": "apply",
		"store": "", "rester": "register", "reply": "", "supply": "", "y": "", "yet": "", "": "", "reg": "", "delete": "", "deregister": "register",
	} {
		if got := suggest.Closest(word, known, grave); got != want {
			t.Errorf("%q gives %q, want %q", word, got, want)
		}
	}
}
