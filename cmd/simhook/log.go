package main

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"strings"

	"simhook/api"
	"simhook/cmd/simhook/internal/output"
)

// logSettings say what is logged and how.
type logSettings struct {
	format string // "": text on a terminal, else json
	level  slog.Level
}

// logFormat looks for the options of the log before the command line is parsed: a mistake in it is logged too.
func (p *program) logFormat(args []string) (json bool, level slog.Level) {
	value := func(option string) string {
		found, _ := p.env(envName(option))
		for i, arg := range args {
			name, given, together := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			switch {
			case name != option || !strings.HasPrefix(arg, "-"):
			case together:
				found = given
			case option == "quiet":
				found = "true"
			case i+1 < len(args):
				found = args[i+1]
			}
		}
		return found
	}
	_ = level.UnmarshalText([]byte(value("log-level"))) // else info; the settings refuse it later
	if quiet, _ := strconv.ParseBool(value("quiet")); quiet {
		level = slog.LevelError
	}
	return value("log-format") == "json", level
}

func (s *settings) log() logSettings {
	var l logSettings
	if s.text("log-format") != "" {
		l.format = s.choice("log-format", "text", "json")
	}
	if err := l.level.UnmarshalText([]byte(s.choice("log-level", "debug", "info", "warn", "error"))); err != nil {
		s.fail("log-level", err.Error())
	}
	if s.enabled("quiet") {
		l.level = slog.LevelError
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
