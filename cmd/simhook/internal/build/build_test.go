package build

import (
	"runtime/debug"
	"testing"
)

func TestTheVersionAndTheCommitAreToldOnce(t *testing.T) {
	const revision = "0123456789abcdef0123456789abcdef01234567"
	for name, c := range map[string]struct {
		version, commit     string // of the linker
		main, vcs, modified string // of the Go tool
		want                string
	}{
		"a release":               {"1.2.3", "", "v0.0.0-20260501000000-0123456789ab", revision, "false", "1.2.3 (commit 0123456789ab)"},
		"a release without .git":  {"1.2.3", "0123456", "(devel)", "", "", "1.2.3 (commit 0123456)"},
		"neither is known":        {"", "", "(devel)", "", "", "devel"},
		"only a version":          {"1.2.3", "", "", "", "", "1.2.3"},
		"a checkout":              {"", "", "v0.0.0-20260501000000-0123456789ab", revision, "false", "v0.0.0-20260501000000-0123456789ab"},
		"a changed checkout":      {"", "", "v0.0.0-20260501000000-0123456789ab+dirty", revision, "true", "v0.0.0-20260501000000-0123456789ab+dirty"},
		"go run of it":            {"", "", "(devel)", revision, "false", "devel (commit 0123456789ab)"},
		"a release with a change": {"1.2.3", "", "(devel)", revision, "true", "1.2.3 (commit 0123456789ab, modified)"},
	} {
		t.Run(name, func(t *testing.T) {
			info := &debug.BuildInfo{Main: debug.Module{Version: c.main}}
			if c.vcs != "" {
				info.Settings = []debug.BuildSetting{{Key: "vcs.revision", Value: c.vcs}, {Key: "vcs.modified", Value: c.modified}}
			}
			if got := Text(of(info, c.version, c.commit)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
