package main

import (
	"github.com/urfave/cli/v2"

	"simhook/api"
	"simhook/batch"
	"simhook/report"
)

func (p *program) restoreCommand() *cli.Command {
	return &cli.Command{
		Name:        "restore",
		Usage:       "put back the webhooks that an earlier run replaced or removed, and remove those that it set",
		UsageText:   "simhook restore [options] RESULTS.csv",
		Description: restoreHelp,
		Flags:       restoreOptions(),
		Action:      p.runRestore,
	}
}

// runRestore reads the command line of restore, and runs it.
func (p *program) runRestore(c *cli.Context) error {
	path, err := onlyFile(c, "the results file of the run to undo")
	if err != nil {
		return err
	}
	switch {
	case path == stdinPath:
		return usagef("restore needs a results file, which standard input is not")
	case unfinished(path):
		return usagef("%s is not finished: run its command again first", path)
	}
	s := p.settings(c)
	b := p.bulk(s, batch.Restore, path)
	b.types = api.NotificationTypes()
	b.pace = s.pace(1)
	b.results = s.results(path, string(batch.Restore), report.Shard{})
	return b.start(c.Context, s)
}
