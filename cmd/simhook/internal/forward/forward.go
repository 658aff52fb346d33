package forward

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v4"

	"simhook/report/file"
	"simhook/report/inbox"
)

const (
	workers = 8 // SIMs at once
	// maxAttempts is after how many failures a notification becomes a dead letter while the target works for
	// others. They take about eight minutes.
	maxAttempts  = 20
	firstRetry   = 100 * time.Millisecond
	maxRetry     = 30 * time.Second
	pollInterval = 200 * time.Millisecond
)

// Forwarder hands the notifications of an inbox on to one target.
type Forwarder struct {
	inbox, state, letters string // paths
	target                Target
	log                   *slog.Logger
	wake                  chan struct{}
	tail                  *inbox.Tail

	mu sync.Mutex // of the file of dead letters

	forwarded, dead atomic.Int64
	oldest          atomic.Int64 // when the oldest one on its way was received, in Unix milliseconds; 0: none
}

// Open continues where the file beside the inbox says. The first time that is the beginning of the oldest file. The name
// keeps forwarders of one inbox apart: notifications.NAME.json and notifications.NAME.dead.jsonl.
func Open(path, name string, target Target, log *slog.Logger) (*Forwarder, error) {
	path, err := file.Resolve(path)
	if err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(path, filepath.Ext(path)) + "." + name
	f := &Forwarder{
		inbox: path, state: stem + ".json", letters: stem + ".dead.jsonl", target: target, log: log,
		wake: make(chan struct{}, 1),
	}
	var at inbox.Position
	text, err := os.ReadFile(f.state)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err == nil:
		err = json.Unmarshal(text, &at)
	}
	f.tail = inbox.OpenTail(path, at)
	return f, err
}

// Wake says that there may be something to forward.
func (f *Forwarder) Wake() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Forwarded is how many notifications the target has taken.
func (f *Forwarder) Forwarded() int64 { return f.forwarded.Load() }

// Dead is how many became dead letters.
func (f *Forwarder) Dead() int64 { return f.dead.Load() }

// Lag is how long ago the oldest notification was received that is not yet forwarded.
func (f *Forwarder) Lag() time.Duration {
	oldest := f.oldest.Load()
	if oldest == 0 {
		return 0
	}
	return time.Since(time.UnixMilli(oldest))
}

// Run forwards until ctx ends. What is cut off then is forwarded again by the next one.
func (f *Forwarder) Run(ctx context.Context) {
	defer f.tail.Close()
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	for ctx.Err() == nil {
		rows, after, err := f.tail.Next()
		if err != nil {
			f.log.Error("the notifications to forward cannot be read: trying again", "error", err.Error())
		}
		if len(rows) > 0 {
			f.batch(ctx, rows)
			f.save(ctx, after)
			continue
		}
		f.oldest.Store(0)
		select {
		case <-ctx.Done():
		case <-f.wake:
		case <-poll.C:
		}
	}
}

// save writes down how far it is. A crash before that forwards the same notifications once more.
func (f *Forwarder) save(ctx context.Context, at inbox.Position) {
	if ctx.Err() != nil { // the batch was cut off
		return
	}
	text, err := json.Marshal(at)
	if err == nil {
		err = file.Replace(f.state, append(text, '\n'), 0o600)
	}
	if err != nil {
		f.log.Error("how far forwarding is could not be written down: it may be repeated after a restart",
			"error", err.Error())
	}
}

// batch forwards rows, those of different SIMs at once.
func (f *Forwarder) batch(ctx context.Context, rows []inbox.Row) {
	f.oldest.Store(rows[0].ReceivedAt.UnixMilli())
	bySIM := map[string][]inbox.Row{}
	for _, row := range rows {
		bySIM[row.ICCID] = append(bySIM[row.ICCID], row)
	}
	free := make(chan struct{}, workers)
	var sending sync.WaitGroup
	for _, rows := range bySIM {
		free <- struct{}{}
		sending.Go(func() {
			defer func() { <-free }()
			for _, row := range rows {
				f.forward(ctx, row)
			}
		})
	}
	sending.Wait()
}

// forward repeats until the target takes the notification, it becomes a dead letter, or ctx ends.
func (f *Forwarder) forward(ctx context.Context, row inbox.Row) {
	body, err := bodyOf(row)
	if err != nil {
		f.bury(row, nil, 0, err)
		return
	}
	wait := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstRetry), backoff.WithMaxInterval(maxRetry), backoff.WithMaxElapsedTime(0))
	failures := 0
	for attempt := 1; ctx.Err() == nil; attempt++ {
		err := f.target(ctx, body)
		if err == nil {
			f.forwarded.Add(1)
			return
		}
		if ctx.Err() != nil {
			return
		}
		problem, known := errors.AsType[*Error](err)
		if !known || !problem.Down {
			failures++
		}
		if known && problem.Good || failures >= maxAttempts {
			f.bury(row, body, attempt, err)
			return
		}
		if attempt == 1 || attempt%10 == 0 {
			f.log.Warn("not forwarded: trying again", "id", row.ID, "attempts", attempt, "error", err.Error())
		}
		sleep(ctx, wait.NextBackOff())
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// bodyOf is a notification in the API's form, with received_at.
func bodyOf(r inbox.Row) ([]byte, error) {
	body := map[string]any{}
	if r.Other != "" {
		var other map[string]json.RawMessage
		if err := json.Unmarshal([]byte(r.Other), &other); err != nil {
			return nil, err
		}
		for name, value := range other {
			body[name] = value
		}
	}
	body["received_at"] = r.ReceivedAt
	body["id"], body["type"], body["iccid"] = r.ID, r.Type, r.ICCID
	if r.SubscriptionID != "" {
		body["subscription_id"] = r.SubscriptionID
	}
	if r.Threshold != 0 {
		body["threshold"] = r.Threshold
	}
	if !r.ExpirationDate.IsZero() {
		body["expiration_date"] = r.ExpirationDate
	}
	if r.CurrentBalance != nil {
		body["current_balance"] = *r.CurrentBalance
	}
	return json.Marshal(body)
}

// bury keeps a notification that the target does not take in the file of dead letters.
func (f *Forwarder) bury(row inbox.Row, body []byte, attempts int, cause error) {
	f.dead.Add(1)
	f.log.Error("not forwarded: kept as a dead letter", "id", row.ID, "file", f.letters, "attempts", attempts,
		"error", cause.Error())
	text, err := json.Marshal(map[string]any{
		"failed_at": time.Now().UTC(), "attempts": attempts, "error": cause.Error(), "notification": json.RawMessage(body),
	})
	if err == nil {
		err = f.appendLetter(append(text, '\n'))
	}
	if err != nil {
		f.log.Error("a dead letter could not be kept: it is in the file of notifications", "id", row.ID,
			"error", err.Error())
	}
}

func (f *Forwarder) appendLetter(text []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	letters, err := os.OpenFile(f.letters, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = letters.Write(text)
	return errors.Join(err, letters.Sync(), letters.Close())
}
