package sources_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/cmd/simhook/internal/sources"
)

func TestAFolderAndAPatternStandForTheirFiles(t *testing.T) {
	twoShards := []string{"fleet.register.0-of-2.csv", "fleet.register.1-of-2.csv", "fleet.register.0-of-2.csv.lock", "fleet.history.csv", "fleet.csv", "fleet.register.csv"}
	for name, c := range map[string]struct {
		files []string
		named []string
		want  []string
		says  string // "": it is no error
	}{
		"a folder":            {twoShards, []string{"."}, []string{"fleet.register.0-of-2.csv", "fleet.register.1-of-2.csv"}, ""},
		"a pattern":           {twoShards, []string{"*-of-2.csv"}, []string{"fleet.register.0-of-2.csv", "fleet.register.1-of-2.csv"}, ""},
		"a wide pattern":      {append(twoShards, "fleet.register.1-of-2.csv.torn"), []string{"fleet.register.?-of-2.*"}, []string{"fleet.register.0-of-2.csv", "fleet.register.1-of-2.csv"}, ""},
		"files as they are":   {twoShards, []string{"fleet.csv", "nowhere.csv", "-"}, []string{"fleet.csv", "nowhere.csv", "-"}, ""},
		"a file like [a].csv": {[]string{"[a].csv"}, []string{"[a].csv"}, []string{"[a].csv"}, ""},
		"what is unfinished":  {append(twoShards[:1:1], "fleet.register.1-of-2.csv.partial"), []string{"."}, []string{"fleet.register.0-of-2.csv", "fleet.register.1-of-2.csv.partial"}, ""},
		"shards in the tens":  {[]string{"f.2-of-11.csv", "f.10-of-11.csv"}, []string{"."}, []string{"f.2-of-11.csv", "f.10-of-11.csv"}, ""},

		"no match":       {twoShards, []string{"*.plan.csv"}, nil, "*.plan.csv: no file matches"},
		"no shards":      {twoShards[4:], []string{"."}, nil, "holds no results of shards: name the files, or a pattern such as '*.register.csv'"},
		"a bad pattern":  {twoShards, []string{"[.csv"}, nil, "[.csv: syntax error in pattern"},
		"two commands'":  {append(twoShards, "fleet.reconcile.0-of-2.csv"), []string{"."}, nil, "holds results of several runs: name those of one, such as 'fleet.reconcile.*-of-2.csv' or 'fleet.register.*-of-2.csv'"},
		"two numbers of": {append(twoShards, "fleet.register.0-of-3.csv"), []string{"."}, nil, "'fleet.register.*-of-2.csv' or 'fleet.register.*-of-3.csv'"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range c.files {
				if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			in := func(names []string) (paths []string) {
				for _, name := range names {
					if name != sources.Stdin {
						name = filepath.Join(dir, name)
					}
					paths = append(paths, name)
				}
				return paths
			}
			got, err := sources.Expand(in(c.named))
			if c.says != "" {
				if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), dir+"/", ""), c.says) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if diff := cmp.Diff(in(c.want), got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}
