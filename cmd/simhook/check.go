package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/report"
)

func (p *program) checkCommand() *cli.Command {
	return &cli.Command{
		Name:        "check",
		Usage:       "examine a fleet file without calling anything",
		UsageText:   "simhook check [options] FLEET.csv",
		Description: checkHelp,
		Flags: joined([]cli.Flag{
			&cli.StringFlag{Name: "webhook-url", Usage: "webhook `URL` of the SIMs whose row has none in a webhook_url column"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON", DisableDefaultText: true},
		}, fleetOptions()),
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
	options batch.FleetOptions
	json    bool
}

// Run prints what is found. Its error is a *batch.FleetError if no row can be used, and a *rowsError if some
// cannot.
func (k *check) Run(ctx context.Context) error {
	ctx, release := k.untilSignal(ctx)
	defer release()
	fleet, err := batch.OpenFleet(ctx, k.path, k.stdin, "", k.options)
	if err != nil {
		return err
	}
	defer fleet.Close()
	found, err := batch.Check(ctx, fleet, report.NewTable())
	if err != nil {
		return err
	}
	if err := k.print(found); err != nil {
		return err
	}
	switch bad := found.Invalid + found.Conflicts.Count; {
	case found.Valid == 0:
		return &batch.FleetError{Name: fleet.Name(), Err: errors.New("has no row that can be used")}
	case bad > 0:
		return &rowsError{false, counted(bad, "row") + " cannot be used"}
	}
	return nil
}

func (k *check) print(r batch.CheckReport) error {
	if k.json {
		return k.printJSON(r)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s valid, %s invalid, %s duplicate, %s with conflicting webhook URLs\n",
		counted(r.Rows, "row"), thousands(r.Valid), thousands(r.Invalid), thousands(r.Duplicates.Count), thousands(r.Conflicts.Count))
	for _, group := range append(r.Problems, r.Conflicts, r.Duplicates) {
		if group.Count > 0 {
			first := group.Samples[0]
			fmt.Fprintf(&text, "  %s %s (%s); for instance %q: %s\n", thousands(group.Count), group.Kind, lines(group), first.Cell, first.What)
		}
	}
	for _, group := range r.Normalised {
		fmt.Fprintf(&text, "  read all the same: %s with %s (%s)\n", thousands(group.Count), group.Kind, lines(group))
	}
	return k.printData(text.String())
}

// lines are the numbers of a group's first lines.
func lines(g batch.CheckGroup) string {
	numbers := make([]string, len(g.Samples))
	for i, sample := range g.Samples {
		numbers[i] = fmt.Sprint(sample.Line)
	}
	word := "lines "
	if g.Count == 1 {
		word = "line "
	}
	more := ""
	if g.Count > len(g.Samples) {
		more = ", …"
	}
	return word + strings.Join(numbers, ", ") + more
}
