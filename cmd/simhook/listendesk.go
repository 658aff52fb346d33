package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"simhook/api"
	"simhook/cmd/simhook/internal/output"
	"simhook/report/file"
	"simhook/report/inbox"
)

// unhealthyFor is how long the listener calls itself unhealthy after a notification could not be written.
// Were it until the next success, a load balancer that looks at it would never let that come.
const unhealthyFor = 30 * time.Second

// desk is where notifications come in.
type desk struct {
	inbox    *inbox.Inbox
	expected *expectation // nil: nobody is
	lines    *jsonLines   // nil: none are printed
	counts   listenCounts
	log      *slog.Logger
	console  *output.Console
}

// routes leaves everything but the webhook and the listener's own paths alone.
func (d *desk) routes(path string, receiver http.Handler) http.Handler {
	metrics := d.metrics()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case path:
			receiver.ServeHTTP(w, r)
		case healthPath:
			d.health(w)
		case metricsPath:
			metrics.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
			d.refused(http.StatusNotFound, r.RemoteAddr, "there is nothing at this path: --path says where the webhook is")
		}
	})
}

// receive writes a notification down. Only then is it acknowledged.
func (d *desk) receive(ctx context.Context, n api.Notification) error {
	now := time.Now()
	row, err := receiptOf(n, now)
	if err != nil {
		return err
	}
	repeated, err := d.inbox.Add(ctx, row)
	if err != nil {
		if is[*file.WriteError](err) {
			d.counts.failed(now)
		}
		return err
	}
	d.counts.accepted(repeated)
	if d.log.Enabled(ctx, slog.LevelDebug) {
		d.log.Debug("notification", "id", n.ID, "type", string(n.Type), "iccid", n.ICCID, "repeated", repeated)
	}
	if repeated {
		return nil
	}
	if d.expected.note(n.ICCID) {
		d.console.Say("all %s of %s have been heard from", output.Counted(d.expected.sims(), "SIM"), d.expected.name)
	}
	d.lines.print(n, row.ReceivedAt)
	return nil
}

// receiptOf is the row of a notification.
func receiptOf(n api.Notification, at time.Time) (inbox.Row, error) {
	r := inbox.Row{
		ReceivedAt: at, ID: n.ID, Type: string(n.Type), ICCID: n.ICCID, SubscriptionID: n.SubscriptionID,
		Threshold: n.Threshold, ExpirationDate: n.ExpirationDate, CurrentBalance: n.CurrentBalance,
	}
	if len(n.Other) > 0 {
		other, err := json.Marshal(n.Other)
		if err != nil {
			return r, fmt.Errorf("encoding the other fields of notification %s: %w", n.ID, err)
		}
		r.Other = string(other)
	}
	return r, nil
}

// reception counts and logs what came of a request.
func (d *desk) reception(r api.Reception) {
	d.counts.read(r.Bytes)
	if r.Err != nil {
		d.refused(r.Status, r.Remote, r.Err.Error())
	}
}

func (d *desk) refused(status int, remote, reason string) {
	d.counts.refused(status)
	d.log.Warn("not acknowledged", "http_status", status, "reason", reason, "remote", remote)
}

func (d *desk) health(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if d.counts.failing(time.Now()) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = fmt.Fprintln(w, "notifications cannot be written") // whoever asked may have gone
		return
	}
	_, _ = fmt.Fprintln(w, "ok")
}

// logCounts logs the counts if they have changed since the last time.
func (d *desk) logCounts() {
	stats, changed := d.counts.changes()
	if changed {
		d.log.Info("notifications", "received", stats.Received, "repeated", stats.Repeated, "refused", stats.Refusals())
	}
}
