package batch

import (
	"math/big"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"simhook/api/sandbox"
	"simhook/batch/fleet"
	"simhook/report/history"
)

// eachICCID rewrites the ICCIDs of a history, as a program does that saves it again.
func eachICCID(text string, change func(iccid string) string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		cells := strings.SplitN(line, ",", 4)
		if len(cells) == 4 && cells[2] != "" && cells[2] != "iccid" {
			cells[2] = change(cells[2])
		}
		b.WriteString(strings.Join(cells, ","))
	}
	return b.String()
}

func throughFloat(iccid string) string {
	number, _, _ := big.ParseFloat(iccid, 10, 53, big.ToNearestEven)
	return number.Text('f', 0)
}

func inFifteenDigits(iccid string) string { return iccid[:15] + strings.Repeat("0", len(iccid)-15) }

// A spreadsheet has saved the history, or lines are missing from it: the SIMs that it names may be others than those that were
// changed. What a crash leaves in it does no harm.
func TestARestoreActsOnNoSIMOfAHistoryThatWasChanged(t *testing.T) {
	const sims = 20
	lineOf := func(text string, n int) string {
		for line := range strings.Lines(text) {
			if strings.Contains(line, testICCID(n)) {
				return line
			}
		}
		return ""
	}
	same := func(text string) string { return text }
	wrongDigit := testICCID(7)[:18] + string('0'+(testICCID(7)[18]-'0'+1)%10)
	for name, c := range map[string]struct {
		history, results func(string) string // nil: the file is gone
		allow            bool
		says             string // "": nothing, and all SIMs are restored
	}{
		"both are whole":                        {same, same, false, ""},
		"the results are gone":                  {same, nil, false, ""},
		"half a line at the end":                {func(s string) string { return s + s[90:130] }, same, false, ""},
		"zeros at the end":                      {func(s string) string { return s + strings.Repeat("\x00", 600) }, same, false, ""},
		"zeros in the place of a line":          {func(s string) string { return strings.Replace(s, lineOf(s, 7), "\x00\x00\n", 1) }, same, false, ""},
		"line ends of Windows":                  {func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, same, false, ""},
		"rounded":                               {func(s string) string { return eachICCID(s, throughFloat) }, same, false, "HISTORY: line 3: the SIM " + throughFloat(testICCID(0)) + " "},
		"rounded, and bad digits are allowed":   {func(s string) string { return eachICCID(s, throughFloat) }, same, true, "Use the file as simhook wrote it"},
		"rounded, and no results":               {func(s string) string { return eachICCID(s, throughFloat) }, nil, true, "a spreadsheet has probably rounded the column. Use the file as simhook wrote it"},
		"cut to fifteen digits":                 {func(s string) string { return eachICCID(s, inFifteenDigits) }, same, false, "HISTORY: line 3: the SIM " + inFifteenDigits(testICCID(0)) + " "},
		"cut to fifteen digits, and no results": {func(s string) string { return eachICCID(s, inFifteenDigits) }, nil, true, "a spreadsheet has probably rounded the column"},
		"both are rounded": {
			func(s string) string { return eachICCID(s, throughFloat) },
			func(s string) string {
				return strings.ReplaceAll(s, "\n"+testICCID(3)+",", "\n"+throughFloat(testICCID(3))+",")
			},
			false, "is not that of its correlation ID",
		},
		"in scientific notation":                {func(s string) string { return eachICCID(s, func(string) string { return "8.94447E+18" }) }, same, false, `HISTORY: line 3: the iccid is "8.94447E+18": a spreadsheet has changed it. Use the file as simhook wrote it`},
		"a line less":                           {func(s string) string { return strings.Replace(s, lineOf(s, 7), "", 1) }, same, false, "HISTORY: no line tells what run"},
		"a mistyped digit":                      {func(s string) string { return strings.ReplaceAll(s, testICCID(7), wrongDigit) }, same, false, "the SIM " + wrongDigit + " is in no row of RESULTS, and its check digit is wrong"},
		"semicolons":                            {func(s string) string { return strings.ReplaceAll(s, ",", ";") }, same, false, "HISTORY: is no history of simhook: a spreadsheet has saved it in another form (semicolons between its cells)"},
		"a history of another program's making": {func(string) string { return "a,b\n1,2\n" }, same, false, "HISTORY: is no history of simhook: its first line is another header"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, sandbox.Options{}, sims)
				oldFleet(g, sims)
				if _, err := g.run(oneTypeOnly); err != nil {
					t.Fatal(err)
				}
				kept := strings.TrimSuffix(g.results, ".csv") + history.Ending
				for path, change := range map[string]func(string) string{kept: c.history, g.results: c.results} {
					content, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					if change == nil {
						err = os.Remove(path)
					} else {
						err = os.WriteFile(path, []byte(change(string(content))), 0o600)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				undo, err := OpenUndo(g.results, UndoOptions{AllowBadLuhn: c.allow})
				if c.says != "" {
					says := strings.NewReplacer("HISTORY", kept, "RESULTS", g.results).Replace(c.says)
					if !is[*fleet.Error](err) || !strings.Contains(err.Error(), says) {
						t.Errorf("it says %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				summary, err := g.run(func(cfg *Config) {
					cfg.Action, cfg.Steps, cfg.Results, cfg.History = Restore, undo, g.results+".restore.csv", undo.History
					unlimited(cfg)
				})
				if n := g.having(oldWebhook, sims); err != nil || n != 2*sims || summary.OK != sims {
					t.Errorf("%v; %d old webhooks, %+v", err, n, summary)
				}
			})
		})
	}
}

// A SIM whose check digit is wrong, and that had no row when its run was killed, is restored where that is asked for.
func TestASIMWithAWrongCheckDigitIsRestoredWhereThatIsAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 20
		g := newRig(t, sandbox.Options{}, sims)
		oldFleet(g, sims)
		if _, err := g.run(oneTypeOnly); err != nil {
			t.Fatal(err)
		}
		kept := strings.TrimSuffix(g.results, ".csv") + history.Ending
		content, err := os.ReadFile(kept)
		if err != nil {
			t.Fatal(err)
		}
		odd := testICCID(7)[:18] + string('0'+(testICCID(7)[18]-'0'+1)%10)
		rows, err := os.ReadFile(g.results)
		if err != nil {
			t.Fatal(err)
		}
		for path, text := range map[string][]byte{kept: content, g.results: rows} {
			var left strings.Builder
			for line := range strings.Lines(string(text)) {
				if path == kept || !strings.HasPrefix(line, testICCID(7)) {
					left.WriteString(strings.ReplaceAll(line, testICCID(7), odd))
				}
			}
			if err := os.WriteFile(path, []byte(left.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := OpenUndo(g.results, UndoOptions{}); err == nil || !strings.Contains(err.Error(), "--allow-bad-luhn") {
			t.Errorf("it says %v", err)
		}
		if _, err := OpenUndo(g.results, UndoOptions{AllowBadLuhn: true}); err != nil {
			t.Error(err)
		}
	})
}

// A run that goes on after a kill finds done what the killed one had recorded: its row tells of a change, and its own lines do not.
func TestALineOfAnEarlierRunTellsOfAChangeToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sims = 20
		g := newRig(t, sandbox.Options{}, sims)
		oldFleet(g, sims)
		for _, url := range []string{testWebhook, "https://example.com/later"} {
			g.urls = url
			if _, err := g.run(oneTypeOnly); err != nil {
				t.Fatal(err)
			}
		}
		_, runs, err := RunsOf(g.results)
		if err != nil || len(runs) != 2 {
			t.Fatalf("%+v, %v", runs, err)
		}
		kept := strings.TrimSuffix(g.results, ".csv") + history.Ending
		content, err := os.ReadFile(kept)
		if err != nil {
			t.Fatal(err)
		}
		var left strings.Builder
		for line := range strings.Lines(string(content)) {
			if !strings.Contains(line, runs[1].ID+","+testICCID(7)) {
				left.WriteString(line)
			}
		}
		if err := os.WriteFile(kept, []byte(left.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, run := range []string{"", runs[1].ID} {
			if _, err := OpenUndo(g.results, UndoOptions{Run: run}); err != nil {
				t.Errorf("run %q: %v", run, err)
			}
		}
	})
}

func oneTypeOnly(c *Config) {
	c.Types = oneType()
	unlimited(c)
}
