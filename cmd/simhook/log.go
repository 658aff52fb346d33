package main

import (
	"context"
	"io"
	"log/slog"

	"simhook/api"
	"simhook/cmd/simhook/internal/output"
)

// logSettings say what is logged and how.
type logSettings struct {
	format string // "": text on a terminal, else json
	level  slog.Level
}

func (s *settings) log() logSettings {
	var l logSettings
	if s.text("log-format") != "" {
		l.format = s.choice("log-format", "text", "json")
	}
	if err := l.level.UnmarshalText([]byte(s.choice("log-level", "debug", "info", "warn", "error"))); err != nil {
		s.fail("log-level", err.Error())
	}
	return l
}

func (l logSettings) logger(out io.Writer, terminal bool) *slog.Logger {
	return output.NewLogger(out, l.format, l.level, terminal)
}

// logAttempts logs every attempt of a call at level debug, under the names that the results have. An attempt holds no
// secret. It returns nil where that level is not logged.
func logAttempts(log *slog.Logger) func(api.Attempt) {
	if !log.Enabled(context.Background(), slog.LevelDebug) {
		return nil
	}
	return func(a api.Attempt) {
		attrs := []any{
			"iccid", a.ICCID, "type", string(a.Type), "method", a.Method, "correlation_id", a.CorrelationID,
			"duration_seconds", a.Duration.Seconds(),
		}
		if a.Status != 0 {
			attrs = append(attrs, "http_status", a.Status)
		}
		if a.Err != nil {
			attrs = append(attrs, "error", api.Cause(a.Err))
		}
		log.Debug("attempt", attrs...)
	}
}
