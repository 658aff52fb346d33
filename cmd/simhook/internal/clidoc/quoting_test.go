package clidoc_test

import (
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/clidoc"
	"simhook/cmd/simhook/internal/help"
)

// awkward is a program whose texts hold what shells and man take for their own signs.
func awkward() *cli.App {
	return &cli.App{
		Name: "simhook", Usage: "tests", UsageText: "simhook COMMAND", Version: "1.0",
		Description: "The program.",
		Commands: []*cli.Command{{
			Name: "send", Usage: "don't [stop]", UsageText: "simhook send", Description: ".Begins with a dot.",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "to", Usage: `the other's` + " `HOST:PORT`" + ` or C:\path`},
				&cli.BoolFlag{Name: "quick", Aliases: []string{"q"}, Usage: "hurry [up]"},
			},
		}},
	}
}

func TestSignsOfShellsAndManAreQuoted(t *testing.T) {
	app := awkward()
	manual := clidoc.Manual{
		App: app, Topics: []help.Topic{{Name: "shared", About: "all", Text: "said once"}}, Groups: []string{"Other"},
		Variable: strings.ToUpper,
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"bash": {clidoc.Bash(app.Commands), []string{"send) words='--help --to --quick' ;;", "--to) words='' ;;"}},
		"zsh": {clidoc.Zsh(app.Commands), []string{
			`'send:don'\''t (stop)'`, `'--to=[the other'\''s HOST:PORT or C:\path]:HOST PORT: '`, `'--quick[hurry (up)]'`,
		}},
		"fish": {clidoc.Fish(app.Commands), []string{
			`-a send -d 'don\'t [stop]'`, `-l to -x -d 'the other\'s HOST:PORT or C:\\path'`, `-l quick -d 'hurry [up]'`,
		}},
		"man": {manual.Man(), []string{".SH \"SHARED\"\nsaid once\n", `.B "simhook\-send(1)"`}},
		"man send": {manual.ManOf(app.Commands[0]), []string{
			"\n\\&.Begins with a dot.\n", `.BI "\-\-to " "HOST:PORT"`, `C:\epath`, `.B "\-\-quick, \-q"`, "\nTO\n",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, want := range c.want {
				if !strings.Contains(c.text, want) {
					t.Errorf("%q is not in\n%s", want, c.text)
				}
			}
		})
	}
}
