package main

import (
	"bytes"
	"io/fs"

	"github.com/urfave/cli/v2"

	"simhook/api"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
	"simhook/cmd/simhook/internal/output"
	"simhook/cmd/simhook/internal/sources"
	"simhook/report"
	"simhook/report/page"
	"simhook/report/results"
)

func (p *program) reportCommand() *cli.Command {
	return &cli.Command{
		Name:        "report",
		Usage:       "sum up results files, and merge those of shards",
		UsageText:   "simhook report [options] RESULTS.csv|FOLDER|PATTERN…",
		Description: help.Report,
		Flags:       options.Report(),
		Action: func(c *cli.Context) error {
			s := p.settings(c)
			r := &reporter{
				program: p, paths: c.Args().Slice(), json: s.enabled("json"),
				html: s.text("html"), failed: s.text("failed"),
			}
			var err error
			if merged := s.text("merge"); merged != "" {
				if r.merged, err = resultsFile(merged); err != nil {
					s.fail("merge", err.Error())
				}
			}
			switch {
			case s.err != nil:
				return s.err
			case len(r.paths) == 0:
				return usagef("no file given: name a results file")
			}
			if r.paths, err = sources.Expand(r.paths); err != nil {
				return &fileError{err}
			}
			if err := r.keepApart(); err != nil {
				return err
			}
			outputs := []outputFile{{"html", r.html}, {"failed", r.failed}}
			if err := checkOutputs(outputs, append(r.paths, r.merged)...); err != nil {
				return err
			}
			return r.Run()
		},
	}
}

// reporter sums up results files.
type reporter struct {
	*program
	paths  []string
	json   bool
	html   string // file for the page; "": none
	failed string // file for the SIMs to try again; "": none
	merged string // file for the results of all shards; "": none
}

// Run merges the files if that is asked for, writes the other files, and prints the sum. Its errors are those of merge,
// a *fileError for a file that cannot be read, a *settingError for one that holds no results, and an *outputError.
func (r *reporter) Run() error {
	if r.merged != "" {
		if err := r.merge(); err != nil {
			return err
		}
	}
	files, err := sources.Open(r.paths, r.stdin)
	if err != nil {
		return unreadable(r.paths[0], err)
	}
	defer files.Close()
	r.paths = files.Names
	var tally report.Tally
	page := page.New(files.Names, api.MaskURLs)
	var again bytes.Buffer
	retry := report.NewRetryFleet(&again, results.LabelsOf(files.Paths))
	for row, err := range results.Newest(files.Paths...) {
		if err != nil {
			return unreadable(files.NameOf(err), err)
		}
		tally.Add(&row)
		if r.html != "" {
			page.Add(&row)
		}
		if r.failed != "" {
			retry.Add(&row)
		}
	}
	if err := r.writePage(page); err != nil {
		return err
	}
	if err := r.writeRetry(retry, &again); err != nil {
		return err
	}
	return r.print(&tally)
}

// unreadable is a *fileError, or a *settingError where the file can be read but holds no results.
func unreadable(path string, err error) error {
	if is[*fs.PathError](err) {
		return &fileError{err}
	}
	return settingf("%s: %v", path, err)
}

func (r *reporter) print(tally *report.Tally) error {
	d := output.NewDigest(r.paths, tally)
	if r.json {
		return r.printJSON(d)
	}
	return r.printData(d.Text())
}
