package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/forward"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/listen"
	"simhook/cmd/simhook/internal/options"
	"simhook/cmd/simhook/internal/output"
)

func (p *program) listenCommand() *cli.Command {
	return &cli.Command{
		Name:        "listen",
		Usage:       "receive notifications and write them down",
		UsageText:   "simhook listen [options]",
		Description: help.Listen,
		Flags:       options.Listen(),
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usagef("listen takes no file: %q (a fleet is named by --expect, the file of notifications by --results)",
					c.Args().First())
			}
			l, err := p.settings(c).listener(p)
			if err != nil {
				return err
			}
			p.rotates = true
			hangups := make(chan os.Signal, 1)
			signal.Notify(hangups, syscall.SIGHUP)
			defer signal.Stop(hangups)
			return l.Run(c.Context, hangups)
		},
	}
}

// listener receives notifications until a signal stops it.
type listener struct {
	*program
	addr         string
	cert, key    string // files; "": http
	fleetPath    string // "": no fleet is expected
	fleetOptions fleet.Options
	options      listen.Options
}

// listener reads the options of listen. Its errors are a *usageError or a *settingError.
func (s *settings) listener(p *program) (*listener, error) {
	l := &listener{
		program:   p,
		addr:      s.text("addr"),
		cert:      s.text("tls-cert"),
		key:       s.text("tls-key"),
		fleetPath: s.text("expect"),
		options: listen.Options{
			Log: s.log().logger(p.console, p.terminal), Console: p.console,
			Path: s.webhookPath(), Results: s.text("results"), RotateSize: s.size("rotate-size"),
		},
	}
	if s.enabled("json") {
		l.options.Print = p.stdout
	}
	l.options.Targets = s.targets()
	l.fleetOptions = fleet.Options{
		Delimiter: s.delimiter(), Column: s.text("column"), AllowBadLuhn: s.enabled("allow-bad-luhn"),
		IgnoreURLs: true,
	}
	if (l.cert == "") != (l.key == "") {
		s.fail("tls-cert", "https needs both --tls-cert and --tls-key")
	}
	if s.err != nil {
		return nil, s.err
	}
	err := checkOutputs([]outputFile{{"results", l.options.Results}},
		l.fleetPath, l.cert, l.key, s.text("credentials-file"))
	if is[*usageError](err) { // opening the file gives the better error for all else
		return nil, err
	}
	err = nil
	if path := s.text("credentials-file"); path != "" {
		l.options.Username, l.options.Password, err = access.ReadLogin(path, l.options.Log)
	}
	return l, err
}

// targets get the notifications that are stored.
func (s *settings) targets() map[string]forward.Target {
	targets := map[string]forward.Target{}
	if target := s.text("forward"); target != "" {
		if err := fleet.ValidateWebhookURL(target); err != nil {
			s.fail("forward", err.Error())
		}
		targets["forward"] = forward.ToURL(target)
	}
	if command := s.text("exec"); command != "" {
		targets["exec"] = forward.ToCommand(command)
	}
	return targets
}

// Run serves until a signal comes, which is success. It then lets requests under way finish. A second signal ends it at
// once.
func (l *listener) Run(ctx context.Context, hangups <-chan os.Signal) error {
	stopping, stop := context.WithCancel(ctx)
	defer stop()
	ctx, release := l.onSignals(ctx, func(cancel context.CancelCauseFunc, count int) {
		if count == 1 {
			stop()
			return
		}
		cancel(batch.ErrStopped)
	})
	defer release()

	err := l.prepare(stopping)
	if err != nil {
		return err
	}
	server, err := listen.Open(l.options)
	if err != nil {
		return err
	}
	defer server.Close() // all that was acknowledged is in the file
	if err := server.Listen(l.addr); err != nil {
		return settingf("listening: %v", err)
	}
	err = server.Serve(stopping, hangups)
	return errors.Join(err, server.Shutdown(ctx))
}

// prepare reads the certificate and the fleet, if they are given.
func (l *listener) prepare(ctx context.Context) error {
	var err error
	if l.cert != "" {
		if l.options.Certificate, err = listen.LoadCertificate(l.cert, l.key); err != nil {
			return settingf("the certificate: %v", err)
		}
		access.WarnIfReadable(l.key, l.options.Log)
	}
	if l.fleetPath != "" {
		l.options.Expected, err = l.expectedFleet(ctx)
	}
	return err
}

// expectedFleet reads the fleet that notifications are expected from.
func (l *listener) expectedFleet(ctx context.Context) (*listen.Expectation, error) {
	source, err := fleet.Open(ctx, l.fleetPath, l.stdin, "", l.fleetOptions)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	expected, unusable, err := listen.Expect(ctx, source)
	if err == nil && unusable > 0 {
		l.console.Say("%s of %s cannot be used: simhook check says why", output.Counted(unusable, "row"), source.Name())
	}
	return expected, err
}

// webhookPath is the path of the webhook. The listener's own paths are refused.
func (s *settings) webhookPath() string {
	path := s.text("path")
	switch {
	case !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# "):
		s.refuse("path", "use a path such as /notifications")
	case path == listen.HealthPath || path == listen.MetricsPath:
		s.refuse("path", "is the listener's own: use another")
	}
	return path
}

// size is a number of bytes above zero, or zero where the option is not given.
func (s *settings) size(option string) int64 {
	text := s.text(option)
	if text == "" {
		return 0
	}
	size, err := parseSize(text)
	s.check(option, err)
	return size
}

// parseSize reads a whole number with a unit: B, kB, MB, GB, KiB, MiB or GiB.
func parseSize(text string) (int64, error) {
	number := strings.TrimRight(text, "kKMGiB")
	unit, known := map[string]int64{
		"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
	}[text[len(number):]]
	n, err := strconv.ParseInt(number, 10, 64)
	const limit = 1 << 50 // 1 PiB, more than any file has
	if err != nil || !known || n <= 0 || n > limit/unit {
		return 0, fmt.Errorf("%q: use a size such as 64MiB, 100MB or 1GB", text)
	}
	return n * unit, nil
}
