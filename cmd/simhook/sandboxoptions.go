package main

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"simhook/api/sandbox"
	"simhook/cmd/simhook/internal/access"
)

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
		Speed:                s.number("sandbox-speed", 1, access.MaxSpeed),
		SIMs:                 sandbox.ICCIDs(0, s.number("sims", 0, 1_000_000)),
		FirstPage:            s.number("first-page", 0, 1),
		NewestFirst:          s.enabled("newest-first"),
		ShiftPages:           s.number("shift-pages", 0, 1000),
		NextPageBase:         s.text("next-page-base"),
	}
	var err error
	o.Quota, o.Window, err = sandbox.ParseQuota(s.text("quota"))
	s.check("quota", err)
	s.quotaModel(&o)
	o.LatencyMin, o.LatencyMax, err = sandbox.ParseLatency(s.text("latency"))
	s.check("latency", err)
	o.RegisterMethod = s.registerMethod()
	if s.err != nil {
		return o, s.err
	}
	if o.Rules, err = s.rules(); err != nil {
		return o, err
	}
	secret, file := s.clientSecret()
	if o.ClientSecret = secret; file != "" {
		if o.ClientSecret, err = access.ReadSecret(file, log); err != nil {
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
		o.Username, o.Password, err = access.ReadLogin(path, log)
	}
	return o, err
}
