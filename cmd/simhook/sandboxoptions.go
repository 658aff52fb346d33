package main

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/api/sandbox"
)

func sandboxOptions() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "addr", Value: "127.0.0.1:8080", Usage: "`HOST:PORT` to listen on; port 0 takes a free one"},
		&cli.StringFlag{Name: "client-id", Usage: "the only client `ID` accepted", DefaultText: "any"},
		&cli.StringFlag{Name: "client-secret-file", Usage: "`FILE` with the only client secret accepted; or SIMHOOK_CLIENT_SECRET", DefaultText: "any"},
		&cli.StringFlag{Name: "token-lifetime", Value: "5m", Usage: "`TIME` an access token lives"},
		&cli.StringFlag{Name: "revoke-every", DefaultText: "never", Usage: "revoke all tokens every `TIME`"},
		&cli.StringFlag{Name: "quota", Value: "1000/m", Usage: "`QUOTA` of calls in a window, such as 1000/m or 200/3s, or none"},
		&cli.StringFlag{Name: "quota-model", Value: "window", Usage: "`HOW` the quota is kept and announced: " + modelNames()},
		&cli.StringFlag{Name: "quota-per", Value: "direction", Usage: "`WHAT` has a quota of its own: direction (reads, writes), type, method, or account"},
		&cli.StringFlag{Name: "quota-status", Value: "429", Usage: "`STATUS` of a call beyond the quota: 429 or 503"},
		&cli.BoolFlag{Name: "silent-quota", Usage: "do not announce the quota in headers", DisableDefaultText: true},
		&cli.BoolFlag{Name: "retry-after", Usage: "send Retry-After with a 429", DisableDefaultText: true},
		&cli.StringFlag{Name: "latency", DefaultText: "none", Usage: "`TIME` an answer takes, such as 50ms or 50ms-2s"},
		&cli.StringFlag{Name: "error-rate", Value: "0%", Usage: "`PERCENT` of calls answered 500, 502, 503 or 504"},
		&cli.StringFlag{Name: "reset-rate", Value: "0%", Usage: "`PERCENT` of writes whose connection breaks"},
		&cli.StringFlag{Name: "hang-rate", Value: "0%", Usage: "`PERCENT` of calls that get no answer"},
		&cli.StringFlag{Name: "truncate-rate", Value: "0%", Usage: "`PERCENT` of answers that are cut off"},
		&cli.GenericFlag{Name: "fail", Value: new(ruleTexts), Usage: "`RULE` for calls that fail, such as POST=503@7; can be repeated", DefaultText: "none"},
		&cli.BoolFlag{Name: "conflict", Usage: "answer 409 to a POST over an existing webhook, which otherwise replaces it", DisableDefaultText: true},
		&cli.BoolFlag{Name: "not-found", Usage: "answer 404 to a DELETE without a webhook, otherwise 204", DisableDefaultText: true},
		&cli.BoolFlag{Name: "misspelt-type", Usage: "spell it SUBSCRITPION_END in preferences, as the documentation does", DisableDefaultText: true},
		&cli.StringFlag{Name: "register-method", DefaultText: "both", Usage: "the only `METHOD` that registers: POST or PUT"},
		&cli.StringFlag{Name: "unknown", Usage: "`FILE` of ICCIDs, one on each line, of SIMs answered 404"},
		&cli.StringFlag{Name: "foreign", Usage: "`FILE` of ICCIDs, one on each line, of SIMs answered 403"},
		&cli.StringFlag{Name: "notify", DefaultText: "never", Usage: "send a notification to a random webhook every `TIME`"},
		&cli.StringFlag{Name: "notify-credentials-file", Usage: "`FILE` with user:password for the webhooks (Basic authentication)"},
		&cli.StringFlag{Name: "seed", Value: "0", Usage: "`N` that random latencies and faults begin with"},
	}
}

// sandbox reads the options of a sandbox. Its errors are a *usageError, a *settingError or a *fileError.
func (s *settings) sandbox(log *slog.Logger) (sandbox.Options, error) {
	o := sandbox.Options{
		ClientID:             s.text("client-id"),
		TokenLifetime:        s.duration("token-lifetime"),
		RevokeEvery:          s.duration("revoke-every"),
		SilentQuota:          s.enabled("silent-quota"),
		RetryAfter:           s.enabled("retry-after"),
		ErrorRate:            s.share("error-rate"),
		ResetRate:            s.share("reset-rate"),
		HangRate:             s.share("hang-rate"),
		TruncateRate:         s.share("truncate-rate"),
		ConflictOnRegister:   s.enabled("conflict"),
		NotFoundOnUnregister: s.enabled("not-found"),
		MisspeltType:         s.enabled("misspelt-type"),
		Seed:                 s.seed(),
	}
	var err error
	o.Quota, o.Window, err = sandbox.ParseQuota(s.text("quota"))
	s.check("quota", err)
	s.quotaModel(&o)
	o.LatencyMin, o.LatencyMax, err = sandbox.ParseLatency(s.text("latency"))
	s.check("latency", err)
	if s.text("register-method") != "" {
		o.RegisterMethod = s.registerMethod()
	}
	if s.err != nil {
		return o, s.err
	}
	if o.Rules, err = s.rules(); err != nil {
		return o, err
	}
	o.ClientSecret, _ = s.variable(envName("client-secret"))
	if path := s.text("client-secret-file"); path != "" {
		if o.ClientSecret, err = readSecret(path, log); err != nil {
			return o, err
		}
	}
	if o.Unknown, err = sandbox.ReadSIMs(s.text("unknown")); err == nil {
		o.Foreign, err = sandbox.ReadSIMs(s.text("foreign"))
	}
	if err != nil {
		return o, &fileError{err}
	}
	return o, nil
}

func (s *settings) seed() uint64 {
	seed, err := strconv.ParseUint(s.text("seed"), 10, 64)
	if err != nil {
		s.refuse("seed", "use a whole number")
	}
	return seed
}

// modelNames lists the ways to keep a quota.
func modelNames() string { return strings.Join(sandbox.QuotaModels(), ", ") }

// quotaModel reads how the quota is kept.
func (s *settings) quotaModel(o *sandbox.Options) {
	if o.QuotaModel = s.text("quota-model"); !slices.Contains(sandbox.QuotaModels(), o.QuotaModel) {
		s.refuse("quota-model", "use one of "+modelNames())
	}
	switch per := sandbox.QuotaPer(s.text("quota-per")); per {
	case "direction":
	case sandbox.PerType, sandbox.PerMethod, sandbox.PerAccount:
		o.QuotaPer = per
	default:
		s.refuse("quota-per", "use direction, type, method or account")
	}
	switch status := s.text("quota-status"); status {
	case "429", "503":
		o.QuotaStatus, _ = strconv.Atoi(status)
	default:
		s.refuse("quota-status", "use 429 or 503")
	}
}

// deliveries reads the options for sending notifications. Its errors are a *usageError or a *settingError.
func (s *settings) deliveries(log *slog.Logger) (sandbox.DeliveryOptions, error) {
	o := sandbox.DeliveryOptions{Every: s.duration("notify")}
	if s.err != nil {
		return o, s.err
	}
	var err error
	if path := s.text("notify-credentials-file"); path != "" {
		o.Username, o.Password, err = readLogin(path, log)
	}
	return o, err
}
