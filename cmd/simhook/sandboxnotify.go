package main

import (
	"log/slog"

	"simhook/api/sandbox"
)

// deliveries reads the options of how a sandbox sends notifications. Its errors are a *usageError or a
// *settingError.
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
