package main

import (
	"net/http"
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/api"
	"simhook/batch"
	"simhook/report"
)

// runBulk reads the command line of register and unregister, and runs what it asks for.
func (p *program) runBulk(c *cli.Context, action batch.Action) error {
	fleet, err := onlyFile(c, "the fleet's CSV file")
	if err != nil {
		return err
	}
	s := p.settings(c)
	log, shard := s.log(), s.shard()
	b := &bulk{
		program:      p,
		action:       action,
		fleetPath:    fleet,
		fleetOptions: s.fleet(),
		types:        s.types(),
		shard:        shard,
		results:      s.results(fleet, action, shard),
		dryRun:       s.enabled("dry-run"),
		yes:          s.enabled("yes"),
		json:         s.enabled("json"),
		summary:      s.text("summary"),
		progress:     s.choice("progress", "auto", "bar", "log", "none"),
		pace:         s.pace(shard),
		workers:      s.number("workers", 1, maxWorkers),
		retries:      s.number("retries", 0, maxRetries),
		retryMaxTime: s.duration("retry-max-time"),
		maxFailures:  s.maxFailures(),
		maxDuration:  s.duration("max-duration"),
		access:       s.access(),
	}
	if s.err != nil {
		return s.err
	}
	if b.mustConfirm() && !b.canConfirm() {
		return usagef("removing webhooks needs --yes where nobody can be asked")
	}
	b.log = log.logger(p.console, p.terminal)
	return b.Run(c.Context)
}

func (s *settings) fleet() batch.FleetOptions {
	url := s.text("webhook-url")
	if url != "" {
		s.check("webhook-url", batch.ValidateWebhookURL(url))
	}
	return batch.FleetOptions{
		Delimiter:    s.delimiter(),
		Column:       s.text("column"),
		AllowBadLuhn: s.enabled("allow-bad-luhn"),
		WebhookURL:   url,
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

// types are those asked for, each once, in the order of the API's documentation.
func (s *settings) types() []api.NotificationType {
	list := s.text("types")
	if list == "" {
		return api.NotificationTypes()
	}
	wanted := map[api.NotificationType]bool{}
	for name := range strings.SplitSeq(list, ",") {
		t, err := api.ParseNotificationType(name)
		s.check("types", err)
		wanted[t] = true
	}
	var types []api.NotificationType
	for _, t := range api.NotificationTypes() {
		if wanted[t] {
			types = append(types, t)
		}
	}
	return types
}

func (s *settings) pace(shard report.Shard) batch.PaceOptions {
	rate, err := batch.ParseRate(s.text("rate"))
	s.check("rate", err)
	share := s.share("quota-share")
	if share == 0 {
		s.refuse("quota-share", "use a percentage above 0%")
	}
	return batch.PaceOptions{Rate: rate, Share: share, Parts: s.parts(shard)}
}

func (s *settings) maxFailures() batch.MaxFailures {
	limit, err := batch.ParseMaxFailures(s.text("max-failures"))
	s.check("max-failures", err)
	return limit
}

func (s *settings) access() access {
	return access{
		sandbox:        s.enabled("sandbox"),
		baseURL:        s.text("base-url"),
		tokenURL:       s.text("token-url"),
		credentials:    s.credentials(),
		timeout:        s.duration("timeout"),
		registerMethod: s.registerMethod(),
	}
}

func (s *settings) registerMethod() string {
	method := strings.ToUpper(s.text("register-method"))
	if method != http.MethodPost && method != http.MethodPut {
		s.refuse("register-method", "use POST or PUT")
	}
	return method
}
