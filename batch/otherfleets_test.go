package batch

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"simhook/api/sandbox"
	"simhook/report"
	"simhook/report/reporttest"
)

// fleets are several fleets of one account, with their results in one folder.
type fleets struct {
	*rig
	folder string
	log    bytes.Buffer // of the last run
}

func newFleets(t *testing.T, folder string) *fleets {
	g := &fleets{rig: newRig(t, sandbox.Options{}, 0), folder: filepath.Join(t.TempDir(), folder)}
	if err := os.Mkdir(g.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return g
}

// over runs a command over the fleet of a name, which has the SIMs from one number up to another. Its results are as the command
// line names them.
func (g *fleets) over(name string, from, to int, change func(*Config)) report.Summary {
	g.t.Helper()
	g.setSIMs(from, to)
	g.log.Reset()
	summary, err := g.run(func(c *Config) {
		change(c)
		c.Log = slog.New(slog.NewTextHandler(&g.log, nil))
		c.History = filepath.Join(g.folder, name)
		c.Results = c.History + "." + string(c.Action) + ".csv"
	})
	if err != nil {
		g.t.Errorf("%s: %v", name, err)
	}
	return summary
}

// setSIMs writes the fleet of the SIMs from one number up to another.
func (g *fleets) setSIMs(from, to int) {
	var text strings.Builder
	text.WriteString("iccid\n")
	for n := from; n < to; n++ {
		text.WriteString(testICCID(n) + "\n")
	}
	g.setFleetText(text.String())
}

func (g *fleets) keep(sims int, why string) {
	g.t.Helper()
	if n := g.sandbox.Registrations(); n != 2*sims {
		g.t.Errorf("%d webhooks are registered, not %d", n, 2*sims)
	}
	if !strings.Contains(g.log.String(), why) {
		g.t.Errorf("the log does not say %q:\n%s", why, g.log.String())
	}
}

const movedAway = "are in the results of another one, and keep their webhooks"

// Fleets are told apart by their whole names, in any folder.
func TestASIMThatMovedToAnotherFleetKeepsItsWebhooks(t *testing.T) {
	for name, c := range map[string]struct{ folder, from, to string }{
		"two names":                         {"fleets", "north", "south"},
		"to a name that begins as this one": {"fleets", "fleet", "fleet.berlin"},
		"and back":                          {"fleets", "fleet.berlin", "fleet"},
		"a folder with a bracket":           {"fleets [prod]", "north", "south"},
		"a folder with a star":              {"fleets *", "north", "south"},
		"a name that holds a kind":          {"fleets", "fleet", "fleet.register.berlin"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newFleets(t, c.folder)
				g.over(c.from, 0, 10, pruning)
				g.over(c.to, 9, 20, pruning)
				g.over(c.from, 0, 9, pruning)
				g.keep(20, movedAway)
			})
		})
	}
}

// All that a fleet's own runs leave beside its results is no other fleet.
func TestAFleetsOwnFilesKeepNoSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFleets(t, "fleets [own]")
		g.over("fleet", 0, 20, func(c *Config) { unlimited(c); c.Action = Register })
		g.over("fleet", 0, 20, pruning)
		for _, name := range []string{"fleet.register.csv.partial", "fleet.register.sandbox.csv", "fleet.reconcile.restore.csv", "fleet.register.0-of-2.csv"} {
			g.copy("fleet.register.csv", name, nil)
		}
		g.copy("fleet.reconcile.csv", "copy.csv", nil)
		g.over("fleet", 0, 19, pruning)
		g.keep(19, "")
	})
}

// copy copies a file of the folder, and changes it.
func (g *fleets) copy(from, to string, change func(string) string) {
	g.t.Helper()
	text := reporttest.Content(g.t, filepath.Join(g.folder, from))
	if change != nil {
		text = change(text)
	}
	reporttest.Write(g.t, filepath.Join(g.folder, to), text)
}

// Another fleet's results may be in the middle of a run, or damaged.
func TestNothingIsPrunedThatResultsBesideTheseMayHave(t *testing.T) {
	for name, c := range map[string]struct {
		to     string
		change func(string) string
		says   string
	}{
		"a run that is not finished":   {"south.register.csv.partial", nil, movedAway},
		"another ending":               {"south.txt", nil, movedAway},
		"a capital ending":             {"south.register.CSV", nil, movedAway},
		"semicolons of a spreadsheet":  {"south.register.csv", func(s string) string { return strings.ReplaceAll(s, ",", ";") }, "south.register.csv"},
		"a byte order mark":            {"any.csv", func(s string) string { return "\ufeff" + s }, "any.csv"},
		"UTF-16 of a spreadsheet":      {"any.csv", func(s string) string { return "\xff\xfe" + strings.Join(strings.Split(s, ""), "\x00") + "\x00" }, "any.csv"},
		"a line above the header":      {"any.csv", func(s string) string { return "South\n" + s }, "any.csv"},
		"a line behind the last":       {"south.register.csv", func(s string) string { return s + "checked by Kim\n" }, "south.register.csv"},
		"a header that is gone":        {"south.register.csv", func(s string) string { _, rest, _ := strings.Cut(s, "\n"); return rest }, "south.register.csv"},
		"a program's own kind of rows": {"south.register.csv", func(string) string { return "hello\n" }, "move it to another folder"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newFleets(t, "fleets")
				g.over("north", 0, 10, pruning)
				g.over("south", 9, 20, func(c *Config) { unlimited(c); c.Action = Register })
				g.copy("south.register.csv", c.to, c.change)
				if c.to != "south.register.csv" {
					if err := os.Remove(filepath.Join(g.folder, "south.register.csv")); err != nil {
						t.Fatal(err)
					}
				}
				g.over("north", 0, 9, pruning)
				g.keep(20, c.says)
			})
		})
	}
}

// Files that are clearly no results do not stand in the way of pruning.
func TestOtherFilesBesideTheResultsDoNotKeepPruningBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newFleets(t, "fleets")
		g.over("north", 0, 10, pruning)
		for name, text := range map[string]string{
			"south.csv": "iccid\n" + testICCID(9) + "\n", "notes.txt": "hello\n", "empty.csv": "", "south.register.csv.partial": "",
			"again.csv": "iccid,webhook_url,status,reason,correlation_id\n" + testICCID(9) + ",,failed,,\n",
		} {
			reporttest.Write(t, filepath.Join(g.folder, name), text)
		}
		g.over("north", 0, 9, pruning)
		g.keep(9, "")
	})
}

// The runs of results are found in any folder, so that they can be taken back.
func TestTheRunsOfResultsAreFoundInAFolderOfAnyName(t *testing.T) {
	for _, folder := range []string{"fleets", "fleets [prod]", "fleets *"} {
		synctest.Test(t, func(t *testing.T) {
			g := newFleets(t, folder)
			g.over("north", 0, 3, pruning)
			_, runs, err := RunsOf(filepath.Join(g.folder, "north.reconcile.csv"))
			if err != nil || len(runs) != 1 || runs[0].Changes != 6 {
				t.Errorf("in %q: %v, %+v", folder, err, runs)
			}
		})
	}
}

// Only results keep SIMs of other fleets, whatever else lies in the folder.
func TestOtherFilesOfAFolderStopNoPruning(t *testing.T) {
	for name, content := range map[string]string{
		"help.txt":               "columns: subscription_end_correlation_id, subscription_end_previous_url\n",
		"rollout.plan.csv":       "task,owner\nring up,Kim\n",
		"leavers.unregister.csv": "iccid,left\n8944474600000109251,2026-01-01\n",
		"again.csv":              "iccid,webhook_url,status,reason,correlation_id\n8944474600000109251,,failed,x,abcdefgh-8944474600000109251-UT-1\n",
		"pivot.tsv":              "iccid\tstatus\n8944474600000109251\tok\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newFleets(t, "fleets")
				g.over("north", 0, 20, pruning)
				g.copy("north.reconcile.csv", name, func(string) string { return content })
				g.over("north", 0, 19, pruning)
				g.keep(19, "")
			})
		})
	}
}
