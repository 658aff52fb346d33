package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/file"
)

func (p *program) restoreCommand() *cli.Command {
	return &cli.Command{
		Name:        "restore",
		Usage:       "put back the webhooks that earlier runs replaced or removed, and remove those that they set",
		UsageText:   "simhook restore [options] RESULTS.csv",
		Description: help.Restore,
		Flags:       options.Restore(),
		Action:      func(c *cli.Context) error { return p.runSteps(c, batch.Restore, "the results file of the run to undo") },
	}
}

func (p *program) applyCommand() *cli.Command {
	return &cli.Command{
		Name:        "apply",
		Usage:       "do exactly what a plan of reconcile --dry-run says",
		UsageText:   "simhook apply [options] PLAN.csv",
		Description: help.Apply,
		Flags:       options.Apply(),
		Action: func(c *cli.Context) error {
			return p.runSteps(c, batch.Apply, "the plan that reconcile --dry-run left")
		},
	}
}

// runSteps reads the command line of a command whose SIMs come from results or a plan, and runs it.
func (p *program) runSteps(c *cli.Context, action batch.Action, what string) error {
	path, err := onlyFile(c, what)
	if err != nil {
		return err
	}
	path = file.Follow(path)
	switch finished, isPartial := strings.CutSuffix(path, report.PartialSuffix); {
	case path == stdinPath:
		return usagef("%s needs a results file, which standard input is not", action)
	case isPartial && action == batch.Restore:
		return usagef("%s is not finished: name %s, and restore takes back what the unfinished run changed, too", path, finished)
	case isPartial:
		return usagef("%s is not finished: run its command again first", path)
	}
	s := p.settings(c)
	b := p.bulk(s, action, path)
	b.results = s.results(path, string(action), report.Shard{})
	if action == batch.Restore {
		b.undo.Run, b.undo.AllowBadLuhn = s.text("run"), s.enabled("allow-bad-luhn")
		if s.enabled("list") && s.err == nil {
			return p.listRuns(path)
		}
	}
	return b.start(c.Context, s)
}

// listRuns prints the runs that a results file belongs to.
func (p *program) listRuns(path string) error {
	_, runs, err := batch.RunsOf(path)
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, run := range runs {
		continues := ""
		if run.Operation != run.ID {
			continues = ", continues run " + run.Operation
		}
		fmt.Fprintf(&text, "%s  %s  %s  %s%s\n", run.ID, run.Began.UTC().Format("2006-01-02 15:04:05 UTC"), run.Action,
			output.Counted(run.Changes, "change"), continues)
	}
	if len(runs) == 0 {
		return &fileError{fmt.Errorf("%s: no history beside it tells of its runs", path)}
	}
	return p.printData(text.String())
}
