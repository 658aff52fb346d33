package listen

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"simhook/api"
	"simhook/cmd/simhook/internal/output"
	"simhook/report/inbox"
)

// unhealthyFor is how long the server calls itself unhealthy after a notification could not be written. It cannot be
// until the next success: a load balancer that sees it unhealthy sends nothing that could succeed.
const unhealthyFor = 30 * time.Second

// routes answers at the webhook and at the server's own paths; all else is not found.
func (s *Server) routes(receiver http.Handler) http.Handler {
	metrics := s.metrics()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case s.path, s.path + "/":
			receiver.ServeHTTP(w, r)
		case HealthPath:
			s.health(w)
		case MetricsPath:
			metrics.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
			const reason = "there is nothing at this path: --path says where the webhook is"
			s.refused(http.StatusNotFound, r.RemoteAddr, reason)
		}
	})
}

// receive writes a notification to the file. Only then is it acknowledged.
func (s *Server) receive(ctx context.Context, n api.Notification) error {
	now := time.Now()
	row, err := receiptOf(n, now)
	if err != nil {
		return err
	}
	novelty, err := s.inbox.Add(ctx, row)
	if err != nil {
		if ctx.Err() == nil { // else only the sender has gone
			s.counts.failed(now)
		}
		return err
	}
	s.counts.accepted(novelty)
	if s.log.Enabled(ctx, slog.LevelDebug) {
		s.log.Debug("notification", "id", n.ID, "type", string(n.Type), "iccid", n.ICCID,
			"repeated", novelty == inbox.Repeated)
	}
	if novelty == inbox.Repeated {
		return nil
	}
	for _, f := range s.forwarders {
		f.Wake()
	}
	if e := s.expected; e != nil && e.Note(n.ICCID) {
		s.console.Say("all %s of %s have been heard from", output.Counted(e.SIMs(), "SIM"), e.name)
	}
	s.lines.print(n, row.ReceivedAt)
	return nil
}

// receiptOf is the row of a notification.
func receiptOf(n api.Notification, at time.Time) (inbox.Row, error) {
	r := inbox.Row{
		ReceivedAt: at, ID: n.ID, Type: string(n.Type), ICCID: n.ICCID, SubscriptionID: n.SubscriptionID,
		Threshold: n.Threshold, ExpirationDate: n.ExpirationDate, CurrentBalance: n.CurrentBalance,
	}
	if further := n.Further(); len(further) > 0 {
		other, err := json.Marshal(further)
		if err != nil {
			return r, fmt.Errorf("encoding the other fields of notification %s: %w", n.ID, err)
		}
		r.Other = string(other)
	}
	return r, nil
}

// reception counts a request, and logs one that was not acknowledged.
func (s *Server) reception(r api.Reception) {
	s.counts.read(r.Bytes)
	if r.Err != nil {
		s.refused(r.Status, r.Remote, r.Err.Error())
	}
	if r.Err == nil || r.Status >= http.StatusInternalServerError || r.Bytes == 0 {
		return
	}
	err := s.rejects.Add(inbox.Reject{
		ReceivedAt: time.Now(), Remote: r.Remote, Status: r.Status, Reason: r.Err.Error(),
		ContentType: r.ContentType, Body: r.Body,
	})
	if err != nil {
		s.log.Error("a request that was refused could not be kept", "error", err.Error())
	}
}

// refused counts every request, and logs one a second of each status: anyone can send them.
func (s *Server) refused(status int, remote, reason string) {
	if unlogged, log := s.counts.refused(status, time.Now()); log {
		s.log.Warn("not acknowledged", "http_status", status, "reason", reason, "remote", remote,
			"more_since_the_last", unlogged)
	}
}

func (s *Server) health(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if s.counts.failing(time.Now()) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = fmt.Fprintln(w, "notifications cannot be written") // the client may have gone
		return
	}
	_, _ = fmt.Fprintln(w, "ok")
}

// logCounts logs the counts if they have changed since the last time.
func (s *Server) logCounts() {
	stats, changed := s.counts.changes()
	if changed {
		s.log.Info("notifications", "received", stats.received, "repeated", stats.repeated,
			"changed", stats.changed, "refused", stats.refusals())
	}
}
