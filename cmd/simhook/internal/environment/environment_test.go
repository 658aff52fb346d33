package environment_test

import (
	"errors"
	"slices"
	"testing"

	"simhook/cmd/simhook/internal/environment"
)

func TestAVariableThatIsNearlyOneOfSimhooksIsRefused(t *testing.T) {
	known := []string{"SIMHOOK_DRY_RUN", "SIMHOOK_WEBHOOK_URL", "SIMHOOK_RATE", "SIMHOOK_YES", "SIMHOOK_CLIENT_SECRET"}
	for name, want := range map[string]string{
		"SIMHOOK_DRYRUN": "SIMHOOK_DRY_RUN", "SIMHOOK_WEBHOOKURL": "SIMHOOK_WEBHOOK_URL", "SIMHOOK_WEBHOOK_URI": "SIMHOOK_WEBHOOK_URL",
		"SIMHOOK_RATES": "SIMHOOK_RATE", "SIMHOOK_DRY-RUN": "SIMHOOK_DRY_RUN", "SIMHOOK_dry_run": "SIMHOOK_DRY_RUN", "SIMHOOK_CLIENT_SECRT": "SIMHOOK_CLIENT_SECRET",
		"SIMHOOK_DRY_RUN": "", "SIMHOOK_REGION": "", "SIMHOOK_TEAM": "", "SIMHOOK_NO": "", "OTHER_DRYRUN": "",
		"SIMHOOK_LISTEN_SERVICE_HOST": "", "SIMHOOK_LISTEN_SERVICE_PORT_HTTP": "", "SIMHOOK_LISTEN_PORT": "",
		"SIMHOOK_LISTEN_PORT_8443_TCP_ADDR": "", "SIMHOOK_SERVICE_HOST": "", "SIMHOOK_PORT_80_TCP": "",
	} {
		_, err := environment.Check([]string{name + "=1"}, known)
		mistyped, _ := errors.AsType[*environment.MistypedError](err)
		if (want == "") != (mistyped == nil) || mistyped != nil && mistyped.Meant != want {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	unknown, err := environment.Check([]string{"SIMHOOK_TEAM=a", "SIMHOOK_DRYRUN=", "SIMHOOK_X_PORT=tcp://1", "SIMHOOK_REGION=b"}, known)
	if err != nil || !slices.Equal(unknown, []string{"SIMHOOK_REGION", "SIMHOOK_TEAM"}) {
		t.Error(unknown, err)
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	for name, want := range map[string]string{"SIMHOOK_CLIENT_SECRET": "***", "SIMHOOK_ACCESS_TOKEN": "***", "SIMHOOK_RATE": "x"} {
		if got := environment.Shown(name, "x"); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
