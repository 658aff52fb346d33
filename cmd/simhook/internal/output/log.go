package output

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// NewLogger writes records of at least this level to out, as text or json. With the format "" it writes for people on a
// terminal, and JSON elsewhere.
func NewLogger(out io.Writer, format string, level slog.Level, terminal bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	switch {
	case format == "json", format == "" && !terminal:
		return slog.New(slog.NewJSONHandler(out, options))
	case !terminal:
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(&compactHandler{mu: &sync.Mutex{}, out: out, level: level})
}

// compactHandler writes a record for a terminal: the time of day, the level unless it is info, the message, the
// attributes. It does not support groups, which simhook does not use.
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
	with.attrs = append(slices.Clip(h.attrs), attrs...)
	return &with
}

// WithGroup returns the handler itself.
func (h *compactHandler) WithGroup(string) slog.Handler { return h }
