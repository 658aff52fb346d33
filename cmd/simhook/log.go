package main

import (
	"io"
	"log/slog"
	"strconv"
	"strings"

	"simhook/cmd/simhook/internal/config"
	"simhook/cmd/simhook/internal/output"
)

// logSettings say what is logged and how.
type logSettings struct {
	format string // "": text on a terminal, else json
	level  slog.Level
}

// logFormat looks for the options of the log before the command line is parsed: a mistake in it is logged too.
func (p *program) logFormat(args []string) (json bool, level slog.Level) {
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	value := func(option string) string {
		found, _ := config.Given{Env: p.env, File: p.file, Command: command}.Lookup(option)
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
