package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"

	"simhook/api"
)

// logSettings say what is logged and how.
type logSettings struct {
	format string // "": by where the log goes
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

// logger writes for people on a terminal, else for machines.
func (l logSettings) logger(out io.Writer, terminal bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.level}
	switch {
	case l.format == "json", l.format == "" && !terminal:
		return slog.New(slog.NewJSONHandler(out, options))
	case !terminal:
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(&compactHandler{mu: &sync.Mutex{}, out: out, level: l.level})
}

// logAttempts logs every attempt of a call at level debug, with the results' names. An attempt holds no secret.
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

// compactHandler writes a record as people like to read it on a terminal: the time of day, the level
// unless it is info, the message, the attributes. Groups are not supported: nothing here uses them.
type compactHandler struct {
	mu    *sync.Mutex
	out   io.Writer
	level slog.Level
	attrs []slog.Attr
}

func (h *compactHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

func (h *compactHandler) Handle(_ context.Context, r slog.Record) error {
	var line bytes.Buffer
	line.WriteString(r.Time.Format("15:04:05 "))
	if r.Level != slog.LevelInfo {
		fmt.Fprintf(&line, "%s: ", strings.ToLower(r.Level.String()))
	}
	line.WriteString(r.Message)
	write := func(a slog.Attr) bool {
		value := a.Value.Resolve().String()
		if value == "" || strings.ContainsAny(value, " \t\n\"=") {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&line, "  %s=%s", a.Key, value)
		return true
	}
	for _, a := range h.attrs {
		write(a)
	}
	r.Attrs(write)
	line.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.out.Write(line.Bytes())
	return err
}

// WithAttrs returns a handler that adds attrs to every record.
func (h *compactHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.attrs = append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)
	return &with
}

// WithGroup returns the handler itself.
func (h *compactHandler) WithGroup(string) slog.Handler { return h }
