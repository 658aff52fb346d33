package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"simhook/api"
)

// maxOutbox is how many notifications can wait to be sent, and how many can be under way.
const maxOutbox = 10_000

// Errors of Notify.
var (
	ErrNoWebhook  = errors.New("no webhook is registered for the SIM and type")
	ErrOutboxFull = errors.New("too many notifications wait to be sent")
)

// State is what has happened to a notification.
type State string

// The states of a notification.
const (
	Waiting   State = "waiting"   // for its first or next attempt
	Delivered State = "delivered" // answered 2xx
	Withdrawn State = "withdrawn" // the webhook was removed before an attempt succeeded
	GivenUp   State = "given up"  // all attempts failed
)

// Delivery is a notification and the attempts to deliver it.
type Delivery struct {
	Notification api.Notification
	CreatedAt    time.Time
	WebhookURL   string // of the last attempt
	Attempts     int
	State        State
	Outcome      string // of the last attempt: the status, or the cause of the failure
}

// Notifications counts what the sandbox has sent.
type Notifications struct {
	Created   int `json:"created"`
	Attempts  int `json:"attempts"`
	Delivered int `json:"delivered"`
	Withdrawn int `json:"withdrawn"`
	GivenUp   int `json:"given_up"`
}

// outbox holds the notifications. The sandbox's mutex guards it.
type outbox struct {
	run    string // begins the IDs, which differ from those of other sandboxes
	queue  chan *Delivery
	recent recent[*Delivery]
}

func newOutbox() outbox {
	return outbox{
		run:   fmt.Sprintf("%08x", rand.Uint32()), // not from the seed: a listener takes the same ID for a repeat
		queue: make(chan *Delivery, maxOutbox),
	}
}

// Notify creates a notification for the webhook of a SIM and type, and returns its ID. [Sandbox.Deliver] sends
// it. The errors are ErrNoWebhook and ErrOutboxFull.
func (s *Sandbox) Notify(iccid string, t api.NotificationType) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.notify(iccid, t)
}

func (s *Sandbox) notify(iccid string, t api.NotificationType) (id string, err error) {
	if s.webhooks.get(iccid, t) == "" {
		return "", ErrNoWebhook
	}
	now := time.Now()
	n := s.outbox.compose(s.stats.Notifications.Created+1, iccid, t, now)
	d := &Delivery{Notification: n, CreatedAt: now, State: Waiting}
	select {
	case s.outbox.queue <- d:
	default:
		return "", ErrOutboxFull
	}
	s.stats.Notifications.Created++
	s.outbox.recent.add(d)
	return d.Notification.ID, nil
}

// notifyAny creates a notification for a random webhook, if there is one and the outbox has room.
func (s *Sandbox) notifyAny() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if iccid, t, found := s.webhooks.pick(s.random); found {
		_, _ = s.notify(iccid, t)
	}
}

// Deliveries returns the newest 100 notifications, the newest first.
func (s *Sandbox) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Delivery
	for _, d := range s.outbox.recent.newestFirst() {
		list = append(list, *d)
	}
	return list
}

// compose writes a notification with the fields of the newer documentation. Its plan has 1 GiB.
func (o *outbox) compose(number int, iccid string, t api.NotificationType, now time.Time) api.Notification {
	const plan = 1 << 30
	n := api.Notification{ID: fmt.Sprintf("%s-%d", o.run, number), Type: t, ICCID: iccid}
	if t == api.DownloadProgress {
		n.EID, n.DownloadProgressStep = "123456789", "BPP_INSTALLATION"
		n.NotificationPointDescription, n.NotificationStatus = "BPP Installation", "SUCCESS"
		return n
	}
	n.SubscriptionID, n.ExpirationDate, n.CurrentBalance = "c2FuZGJveA==", now.UTC().Truncate(time.Second), new(int64)
	if t == api.UsageThreshold {
		n.Threshold = 80
		n.ExpirationDate = n.ExpirationDate.AddDate(0, 1, 0)
		*n.CurrentBalance = plan / 5
	}
	return n
}

// body is the JSON that is sent.
func (d *Delivery) body() []byte {
	text, err := json.Marshal(d.Notification)
	if err != nil {
		panic("encoding a notification of the sandbox: " + err.Error())
	}
	return text
}

// pick chooses a webhook at random. A map's iteration begins at a random place, so the first SIM with a webhook
// is a random one.
func (w *webhooks) pick(random *rand.Rand) (iccid string, t api.NotificationType, found bool) {
	if w.count == 0 {
		return "", "", false
	}
	first := random.IntN(len(w.types))
	for iccid, number := range w.sims {
		urls := w.urlsOf(number)
		for i := range urls {
			i = (first + i) % len(urls)
			if urls[i] != 0 {
				return iccid, w.types[i], true
			}
		}
	}
	return "", "", false
}
