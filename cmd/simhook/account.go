package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/account"
	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/lookup"
	"simhook/cmd/simhook/internal/options"
	"simhook/cmd/simhook/internal/output"
)

func (p *program) fleetCommand() *cli.Command {
	return &cli.Command{
		Name:        "fleet",
		Usage:       "write a fleet file of the account's SIMs",
		UsageText:   "simhook fleet [options] [FLEET.csv]",
		Description: help.Fleet,
		Flags:       options.Fleet(),
		Action: func(c *cli.Context) error {
			s := p.settings(c)
			l := p.reading(s)
			l.access.Account = true
			path := accountFile(l.access.Sandbox)
			if c.Args().Present() {
				var err error
				if path, err = onlyFile(c, "the fleet's CSV file"); err != nil {
					return err
				}
			}
			wanted := s.accountOptions()
			if s.err != nil {
				return s.err
			}
			return l.run(c.Context, func(ctx context.Context, conn *access.Connection, caller *batch.Caller) error {
				wanted.API, wanted.Log = conn.Name, l.log
				found, err := p.updateFleet(ctx, path, caller, wanted)
				if err == nil && l.json {
					err = p.printJSON(found)
				}
				return err
			})
		},
	}
}

func (p *program) statusCommand() *cli.Command {
	return &cli.Command{
		Name:        "status",
		Usage:       "show the webhooks and subscriptions of single SIMs",
		UsageText:   "simhook status [options] ICCID…",
		Description: help.Status,
		Flags:       options.Status(),
		Action: func(c *cli.Context) error {
			s := p.settings(c)
			l := p.reading(s)
			iccids, err := iccidsOf(c.Args().Slice())
			if err == nil {
				err = s.err
			}
			if err != nil {
				return err
			}
			return l.run(c.Context, func(ctx context.Context, _ *access.Connection, caller *batch.Caller) error {
				return l.status(ctx, caller, iccids)
			})
		},
	}
}

// iccidsOf reads ICCIDs from the command line.
func iccidsOf(args []string) (iccids []string, err error) {
	if len(args) == 0 {
		return nil, usagef("no SIM given: name an ICCID")
	}
	for _, arg := range args {
		iccid, _, err := fleet.NormaliseICCID(arg, true)
		if err != nil {
			return nil, usagef("%q is no ICCID: %v", arg, err)
		}
		iccids = append(iccids, iccid)
	}
	return iccids, nil
}

// reading is a command that only reads.
type reading struct {
	*program
	log     *slog.Logger
	logging logSettings
	access  access.Access
	calls   batch.CallOptions
	json    bool
}

// reading reads the options of a command that only reads.
func (p *program) reading(s *settings) *reading {
	return &reading{program: p, access: s.access(), calls: s.calls(), logging: s.log(), json: s.enabled("json")}
}

// run connects, and reads until a signal comes.
func (l *reading) run(ctx context.Context, read func(context.Context, *access.Connection, *batch.Caller) error) error {
	ctx, release := l.untilSignal(ctx)
	defer release()
	l.log = l.logging.logger(l.console, l.terminal)
	conn, err := connected(l.access.Connect(l.version, 0, false, l.log, output.LogAttempts(l.log)))
	if err != nil {
		return err
	}
	defer conn.Close()
	l.calls.Client, l.calls.Log = conn.Client, l.log
	caller, err := batch.NewCaller(l.calls)
	if err != nil {
		return err
	}
	defer caller.Close()
	l.console.Say("%s", l.access.Where())
	return read(ctx, conn, caller)
}

// accountFile is the fleet file where none is named.
func accountFile(rehearsal bool) string {
	if rehearsal {
		return "rehearsal.csv"
	}
	return "account.csv"
}

// accountOptions are the options that say which subscriptions count.
func (s *settings) accountOptions() account.Options {
	o := account.Options{
		Query: api.SubscriptionQuery{
			Email: s.text("email"), ProductID: s.text("product"), After: s.time("after"), Before: s.time("before"),
			Size: s.number("page-size", 1, 10_000),
		},
		SinceLast: s.enabled("since-last"), Force: s.enabled("force"),
	}
	if list := s.text("status"); list != "" {
		o.Statuses = strings.Split(strings.ToUpper(strings.ReplaceAll(list, " ", "")), ",")
	}
	if o.SinceLast && !o.Query.After.IsZero() {
		s.fail("since-last", "it says by itself after which time to ask: leave out --after")
	}
	return o
}

// time is a day, or a time of RFC 3339; zero: none.
func (s *settings) time(option string) time.Time {
	value := s.text(option)
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t
		}
	}
	if value != "" {
		s.refuse(option, "use a day such as 2026-03-01, or a time such as 2026-03-01T22:00:00Z")
	}
	return time.Time{}
}

// updateFleet writes the account's SIMs to a fleet file, and says what was found.
func (p *program) updateFleet(ctx context.Context, path string, caller *batch.Caller, wanted account.Options) (account.Found, error) {
	if path == stdinPath {
		return account.Found{}, usagef("the account's SIMs are written to a file: name one")
	}
	if err := account.Check(path); err != nil {
		return account.Found{}, usagef("%v", err)
	}
	read := 0
	pages := func(ctx context.Context, query api.SubscriptionQuery) (api.Page, error) {
		page, err := caller.Subscriptions(ctx, query)
		if read++; read%100 == 0 {
			p.console.Say("reading the account: %s so far", output.Counted(read, "page"))
		}
		return page, err
	}
	found, err := account.Update(ctx, path, pages, wanted)
	switch {
	case errors.Is(err, account.ErrNoLast):
		return found, usagef("%s: %v", path, err)
	case ctx.Err() != nil:
		return found, context.Cause(ctx)
	case err != nil:
		return found, err
	}
	p.console.Say("%s", lookup.AccountText(path, found))
	return found, nil
}

// readAccount makes the fleet file from the account, where that is asked for.
func (b *bulk) readAccount(ctx context.Context, conn *access.Connection, cfg batch.CallOptions) error {
	if !b.fromAccount {
		return nil
	}
	cfg.Client = conn.Client
	caller, err := batch.NewCaller(cfg)
	if err != nil {
		return err
	}
	defer caller.Close()
	wanted := account.Options{API: conn.Name, Log: b.log, Query: api.SubscriptionQuery{Size: options.PageSize}}
	_, err = b.updateFleet(ctx, b.source, caller, wanted)
	return err
}

// status prints what the API knows of SIMs.
func (l *reading) status(ctx context.Context, caller *batch.Caller, iccids []string) error {
	var all []lookup.Status
	refused, failed := 0, 0
	for _, iccid := range iccids {
		one, err := lookup.ReadSIM(ctx, caller, iccid)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case is[*api.CredentialsError](err), is[*batch.WrongBaseURLError](err):
			return err
		case err != nil && (api.Temporary(err) || is[*batch.GoneError](err)):
			failed++
		case err != nil:
			refused++
		}
		if all = append(all, one); !l.json {
			if err := l.printData(one.Text()); err != nil {
				return err
			}
		}
	}
	if l.json {
		if err := l.printJSON(all); err != nil {
			return err
		}
	}
	switch {
	case failed > 0:
		return &rowsError{true, output.Counted(failed, "SIM") + " could not be read: run the same command again later"}
	case refused > 0:
		return &rowsError{false, output.Counted(refused, "SIM") + " could not be read, for the reasons above"}
	}
	return nil
}
