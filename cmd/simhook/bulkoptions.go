package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/fleet"
	"simhook/batch/pace"
	"simhook/cmd/simhook/internal/access"
	"simhook/cmd/simhook/internal/config"
	"simhook/cmd/simhook/internal/deadline"
	"simhook/cmd/simhook/internal/environment"
	"simhook/cmd/simhook/internal/limits"
	"simhook/cmd/simhook/internal/metrics"
)

// Bounds of numbers on the command line. A greater number is taken for a typing error.
const (
	maxWorkers = 4096
	maxRetries = 1000
	maxVerify  = 1_000_000
)

// runBulk reads the command line of a command that goes over a fleet, and runs it. read reads the options that only
// this command has.
func (p *program) runBulk(c *cli.Context, action batch.Action, read func(*settings, *bulk)) error {
	s := p.settings(c)
	fromAccount := action == batch.Reconcile && s.enabled("from-account")
	fleet := accountFile(s.enabled("sandbox"))
	if !fromAccount || c.Args().Present() {
		var err error
		if fleet, err = onlyFile(c, "the fleet's CSV file"); err != nil {
			return err
		}
	}
	b := p.bulk(s, action, fleet)
	b.fromAccount, b.access.Account = fromAccount, fromAccount
	b.fleetOptions = s.fleet()
	b.fleetOptions.Labels = !s.enabled("no-extra-columns")
	b.acceptRefused = s.limit("accept-refused", batch.ParseAcceptRefused)
	b.knownRefused = s.text("accept-refused-file")
	b.types = s.types()
	b.shard = s.shard()
	b.calls.Pace = s.pace(s.parts(b.shard))
	if fromAccount && !b.shard.Whole() {
		s.fail("from-account", "each shard would read the account: let simhook fleet write the fleet file first")
	}
	read(s, b)
	ending := ""
	if b.access.Sandbox { // a rehearsal has results of its own, so that it does not stand in the way of the run
		ending = ".sandbox"
	}
	b.results = s.results(fleet, resultsKind(action, b.dryRun)+ending, b.shard)
	if b.dryRun && b.prune {
		b.past = s.past(b, string(action)+ending)
	}
	return b.start(c.Context, s)
}

// bulk reads the options that all runs have.
func (p *program) bulk(s *settings, action batch.Action, source string) *bulk {
	b := &bulk{
		program:     p,
		action:      action,
		source:      source,
		dryRun:      s.enabled("dry-run"),
		yes:         s.enabled("yes"),
		json:        s.enabled("json"),
		summary:     s.text("summary"),
		progress:    s.choice("progress", "auto", "bar", "log", "none"),
		workers:     s.number("workers", 1, maxWorkers),
		calls:       s.calls(),
		maxFailures: s.limit("max-failures", batch.ParseMaxFailures),
		maxDuration: s.duration("max-duration"),
		deadline:    s.deadline(),
		access:      s.access(),
		logging:     s.log(),
		canary:      s.number("canary", 0, maxVerify),

		metricsListen: s.text("metrics-listen"),
		metricsFile:   s.text("metrics-file"),
		metricsPush:   s.gateway(),
	}
	b.access.RegisterMethod = s.registerMethod()
	if b.access.Speed = s.number("sandbox-speed", 1, access.MaxSpeed); b.access.Speed > 1 && !b.access.Sandbox {
		s.fail("sandbox-speed", "is for a rehearsal: give --sandbox too")
	}
	return b
}

// start runs it, unless an option was wrong.
func (b *bulk) start(ctx context.Context, s *settings) error {
	if s.err != nil {
		return s.err
	}
	if b.mustConfirm() && !b.canConfirm() {
		return usagef("removing webhooks needs --yes where no operator can be asked")
	}
	if err := b.checkOutputs(); err != nil {
		return err
	}
	b.log = b.logging.logger(b.console, b.terminal)
	s.logGiven(b.log)
	if can := limits.Workers(b.workers); can < b.workers {
		b.log.Warn("this process may open too few files for so many workers: raise ulimit -n for all of them", "workers", can, "wanted", b.workers)
		b.workers = can
	}
	b.calls.Log = b.log
	b.metrics = b.newMetrics()
	return b.Run(ctx)
}

// logGiven logs what is set outside the command line.
func (s *settings) logGiven(log *slog.Logger) {
	for _, flag := range s.c.Command.Flags {
		name := flag.Names()[0]
		shown := api.MaskURLs(environment.Shown(config.Variable(name), s.text(name)))
		switch s.source(name) {
		case byEnvironment:
			log.Debug("set by the environment", "variable", config.Variable(name), "value", shown)
		case byFile:
			log.Debug("set by the settings file", "setting", s.given.Place(name), "value", shown)
		}
	}
}

// url is a webhook URL; "": none.
func (s *settings) url(option string) string {
	url := s.text(option)
	if url != "" {
		s.check(option, fleet.ValidateWebhookURL(url))
	}
	return url
}

// limit is a number of SIMs, or a percentage.
func (s *settings) limit(option string, parse func(string) (batch.MaxSIMs, error)) batch.MaxSIMs {
	limit, err := parse(s.text(option))
	s.check(option, err)
	return limit
}

func (s *settings) fleet() fleet.Options {
	return fleet.Options{
		Delimiter:    s.delimiter(),
		Column:       s.text("column"),
		AllowBadLuhn: s.enabled("allow-bad-luhn"),
		WebhookURL:   s.url("webhook-url"),
	}
}

func (s *settings) delimiter() string {
	delimiter := s.text("delimiter")
	switch delimiter {
	case "auto", ",", ";", "|", "tab", "\t", `\t`:
	default:
		s.refuse("delimiter", `use auto, ",", ";", "|" or tab`)
	}
	return delimiter
}

// types are the notification types to set, each once, in the order of the API's documentation.
func (s *settings) types() []api.NotificationType {
	list := s.text("types")
	switch list {
	case "":
		return api.NotificationTypes()
	case "all":
		return api.AllNotificationTypes()
	}
	wanted := map[api.NotificationType]bool{}
	for name := range strings.SplitSeq(list, ",") {
		t, err := api.ParseNotificationType(name)
		s.check("types", err)
		wanted[t] = true
	}
	var types []api.NotificationType
	for _, t := range api.AllNotificationTypes() {
		if wanted[t] {
			types = append(types, t)
		}
	}
	return types
}

// pace is how fast to call where this many processes share the rate.
func (s *settings) pace(parts int) pace.Options {
	rate, err := pace.ParseRate(s.text("rate"))
	s.check("rate", err)
	share := s.share("quota-share")
	if share == 0 {
		s.refuse("quota-share", "use a percentage above 0%")
	}
	return pace.Options{Rate: rate, Share: share, Parts: parts}
}

func (s *settings) access() access.Access {
	return access.Access{
		Sandbox:     s.enabled("sandbox"),
		BaseURL:     s.text("base-url"),
		TokenURL:    s.text("token-url"),
		Credentials: s.credentials(),
		Timeout:     s.duration("timeout"),
	}
}

// calls are the options of all calls.
func (s *settings) calls() batch.CallOptions {
	retries := s.number("retries", 0, maxRetries)
	if retries == 0 {
		retries = batch.NoRetries
	}
	return batch.CallOptions{Pace: s.pace(1), Retries: retries, RetryMaxTime: s.duration("retry-max-time")}
}

// registerMethod is POST or PUT; "": whichever the API takes.
func (s *settings) registerMethod() string {
	switch method := strings.ToUpper(s.text("register-method")); method {
	case http.MethodPost, http.MethodPut:
		return method
	case "", "AUTO":
	default:
		s.refuse("register-method", "use auto, POST or PUT")
	}
	return ""
}

// deadline is when something else ends the run; zero: it is not known.
func (s *settings) deadline() time.Time {
	at, err := deadline.Parse(s.text("deadline"), time.Now())
	s.check("deadline", err)
	return at
}

// gateway is the URL of a Pushgateway, which may hold a password; "": none.
func (s *settings) gateway() string {
	url := s.text("metrics-push")
	if url != "" {
		s.check("metrics-push", metrics.CheckGateway(url))
	}
	return url
}

func readDone(s *settings, b *bulk) {
	b.again, b.blind = s.enabled("again"), !s.enabled("record-previous")
}
