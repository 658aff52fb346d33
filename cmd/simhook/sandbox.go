package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"simhook/api/sandbox"
	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/arguments"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
)

func (p *program) sandboxCommand() *cli.Command {
	return &cli.Command{
		Name:        "sandbox",
		Usage:       "serve a Connect API in memory to rehearse against",
		UsageText:   "simhook sandbox [options]",
		Description: help.Sandbox,
		Flags:       options.Sandbox(new(ruleTexts), modelNames()),
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usagef("the sandbox takes no file: %q", c.Args().First())
			}
			s := p.settings(c)
			log := logSettings{}.logger(p.console, p.terminal)
			deliveries, err := s.deliveries(log)
			if err != nil {
				return err
			}
			options, err := s.sandbox(log)
			if err != nil {
				return err
			}
			if path := s.text("account"); path != "" {
				account, err := fleet.Open(c.Context, path, p.stdin, "", fleet.Options{AllowBadLuhn: true, IgnoreURLs: true})
				if err != nil {
					return err
				}
				defer account.Close()
				if options.SIMs, err = fleet.ICCIDs(account); err != nil {
					return err
				}
			}
			command := &sandboxServer{
				program: p, addr: s.text("addr"), options: options, deliveries: deliveries,
			}
			_, command.secretFile = s.clientSecret()
			return command.Run(c.Context)
		},
	}
}

// sandboxServer is the command: it serves a sandbox until a signal comes.
type sandboxServer struct {
	*program
	addr       string
	options    sandbox.Options
	deliveries sandbox.DeliveryOptions
	secretFile string
}

// Run serves until a signal comes. That is a success.
func (b *sandboxServer) Run(ctx context.Context) error {
	local, err := access.StartSandbox(b.addr, b.options)
	if err != nil {
		return settingf("%v", err)
	}
	defer local.Stop()
	ctx, release := b.onSignals(ctx, func(cancel context.CancelCauseFunc, _ int) { cancel(nil) })
	defer release()
	b.introduce(local.URL)
	var delivering sync.WaitGroup
	defer delivering.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	delivering.Go(func() { local.Deliver(ctx, b.deliveries) })
	select {
	case <-ctx.Done():
	case <-local.Server.Ended():
		return fmt.Errorf("the sandbox ended: %w", local.Server.Err())
	}
	local.Stop()
	stats, err := json.Marshal(local.Stats())
	if err != nil {
		return fmt.Errorf("encoding the statistics: %w", err)
	}
	b.console.Say("stopped. %s", stats)
	return nil
}

// introduce prints the environment that points the other commands to the sandbox.
func (b *sandboxServer) introduce(url string) {
	id, secret := b.options.ClientID, "SIMHOOK_CLIENT_SECRET=sandbox"
	if id == "" {
		id = access.SandboxName
	}
	switch {
	case b.secretFile != "":
		secret = "SIMHOOK_CLIENT_SECRET_FILE=" + arguments.Quoted(b.secretFile)
	case b.options.ClientSecret != "":
		secret = ""
	}
	lines := []string{
		"sandbox listening on " + url,
		"export SIMHOOK_BASE_URL=" + url + sandbox.BasePath,
		"export SIMHOOK_TOKEN_URL=" + url + sandbox.TokenPath,
		"export SIMHOOK_CLIENT_ID=" + arguments.Quoted(id),
	}
	if secret != "" {
		lines = append(lines, "export "+secret)
	}
	b.console.Say("%s", strings.Join(lines, "\n"))
}
