package arguments_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"
	"pgregory.net/rapid"

	"simhook/cmd/simhook/internal/arguments"
)

func someFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "results"},
		&cli.StringFlag{Name: "workers", Aliases: []string{"w"}},
		&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}},
		&cli.BoolFlag{Name: "json"},
	}
}

func TestArrange(t *testing.T) {
	for name, c := range map[string]struct{ args, options, files []string }{
		"no arguments":                              {},
		"a file alone":                              {args: []string{"f"}, files: []string{"f"}},
		"options behind the file":                   {args: []string{"f", "--results", "r", "--json"}, options: []string{"--results=r", "--json=true"}, files: []string{"f"}},
		"options on both sides":                     {args: []string{"--json", "f", "-w", "3"}, options: []string{"--json=true", "--w=3"}, files: []string{"f"}},
		"a switch does not take the file":           {args: []string{"-n", "f"}, options: []string{"--n=true"}, files: []string{"f"}},
		"a switch that is turned off":               {args: []string{"--json=false", "f"}, options: []string{"--json=false"}, files: []string{"f"}},
		"a value with an equals sign in it":         {args: []string{"--results=a=b"}, options: []string{"--results=a=b"}},
		"an empty value":                            {args: []string{"--results=", "f"}, options: []string{"--results="}, files: []string{"f"}},
		"a value that begins with a dash":           {args: []string{"--results=-r"}, options: []string{"--results=-r"}},
		"standard input":                            {args: []string{"-", "--json"}, options: []string{"--json=true"}, files: []string{"-"}},
		"standard input as a value":                 {args: []string{"--results", "-"}, options: []string{"--results=-"}},
		"only files behind two dashes":              {args: []string{"--json", "--", "--results", "-n"}, options: []string{"--json=true"}, files: []string{"--results", "-n"}},
		"one dash before a long option":             {args: []string{"-results", "r"}, options: []string{"--results=r"}},
		"help comes alone":                          {args: []string{"--json", "f", "--help"}, options: []string{"--help"}},
		"several files, which the command may want": {args: []string{"a", "--json", "b"}, options: []string{"--json=true"}, files: []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			options, files, err := arguments.Arrange(someFlags(), c.args)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{c.options, c.files}, [][]string{options, files}); diff != "" {
				t.Errorf("options and files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestArrangeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an unknown option":                      {[]string{"f", "--result", "r"}, "unknown option --result. Did you mean --results?"},
		"an unknown option without its value":    {[]string{"--resul=s3cret"}, "unknown option --resul. Did you mean --results?"},
		"an option without value at the end":     {[]string{"f", "--results"}, "--results needs a value"},
		"an option without value before another": {[]string{"--results", "--json", "f"}, "--results needs a value"},
		"a switch with a value":                  {[]string{"--json=yes please"}, "--json takes no value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := arguments.Arrange(someFlags(), c.args)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// Wherever options stand, the same options and the same files come out in their order.
func TestArrangeDoesNotDependOnWhereOptionsStand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := rapid.SliceOfN(rapid.StringMatching(`[a-z][a-z.]{0,5}`), 0, 4).Draw(t, "files")
		options := rapid.SliceOfN(rapid.SampledFrom([][]string{{"--json"}, {"-n"}, {"--results", "r"}, {"--workers=3"}}), 0, 4).Draw(t, "options")
		var mixed, first []string
		rest := files
		for _, option := range options {
			before := rapid.IntRange(0, len(rest)).Draw(t, "before")
			mixed = append(append(mixed, rest[:before]...), option...)
			rest = rest[before:]
			first = append(first, option...)
		}
		mixed = append(mixed, rest...)
		gotOptions, gotFiles, err := arguments.Arrange(someFlags(), mixed)
		if err != nil {
			t.Fatal(err)
		}
		wantOptions, _, err := arguments.Arrange(someFlags(), first)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantOptions, gotOptions); diff != "" {
			t.Error(diff)
		}
		if len(files) != len(gotFiles) || len(files) > 0 && !cmp.Equal(files, gotFiles) {
			t.Errorf("files %q, want %q", gotFiles, files)
		}
	})
}
