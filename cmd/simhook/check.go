package main

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
	"simhook/cmd/simhook/internal/output"
)

func (p *program) checkCommand() *cli.Command {
	return &cli.Command{
		Name:        "check",
		Usage:       "examine a fleet file without calling anything",
		UsageText:   "simhook check [options] FLEET.csv",
		Description: help.Check,
		Flags:       options.Check(),
		Action: func(c *cli.Context) error {
			path, err := onlyFile(c, "the fleet's CSV file")
			if err != nil {
				return err
			}
			s := p.settings(c)
			check := &check{program: p, path: path, options: s.fleet(), json: s.enabled("json")}
			if s.err != nil {
				return s.err
			}
			return check.Run(c.Context)
		},
	}
}

// check examines a fleet file.
type check struct {
	*program
	path    string
	options fleet.Options
	json    bool
}

// Run prints what is found. Its error is a *fleet.Error if no row can be used, and a *rowsError if some cannot.
func (k *check) Run(ctx context.Context) error {
	ctx, release := k.untilSignal(ctx)
	defer release()
	source, err := fleet.Open(ctx, k.path, k.stdin, "", k.options)
	if err != nil {
		return err
	}
	defer source.Close()
	found, err := fleet.Check(ctx, source)
	if err != nil {
		return err
	}
	for _, line := range source.Found() {
		k.console.Say("%s", line)
	}
	if err := k.print(found); err != nil {
		return err
	}
	switch bad := found.Invalid + found.Conflicts.Count; {
	case found.Valid == 0:
		return &fleet.Error{Name: source.Name(), Err: errors.New("has no row that can be used")}
	case bad > 0:
		return &rowsError{false, output.Counted(bad, "row") + " cannot be used"}
	}
	return nil
}

func (k *check) print(r fleet.Report) error {
	if k.json {
		return k.printJSON(r)
	}
	return k.printData(output.CheckText(r))
}
