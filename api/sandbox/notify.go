package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"simhook/api"
)

// maxOutbox is how many notifications wait to be sent, and how many are being sent, at the most.
const maxOutbox = 10_000

// Errors of Notify.
var (
	ErrNoWebhook  = errors.New("no webhook is registered for the SIM and type")
	ErrOutboxFull = errors.New("too many notifications wait to be sent")
)

// State is how far a notification has come.
type State string

// The states of a notification.
const (
	Waiting   State = "waiting"   // for its first attempt, or for the next
	Delivered State = "delivered" // answered 2xx
	Withdrawn State = "withdrawn" // the webhook was unregistered before it could be delivered
	GivenUp   State = "given up"  // all attempts failed
)

// Delivery is a notification, and what came of it so far.
type Delivery struct {
	Notification api.Notification
	CreatedAt    time.Time
	WebhookURL   string // of the last attempt
	Attempts     int
	State        State
	Outcome      string // of the last attempt: a status, or why there is none
}

// Notifications counts what the sandbox has sent.
type Notifications struct {
	Created   int `json:"created"`
	Attempts  int `json:"attempts"`
	Delivered int `json:"delivered"`
	Withdrawn int `json:"withdrawn"`
	GivenUp   int `json:"given_up"`
}

// outbox is what a sandbox sends. Its mutex is the sandbox's.
type outbox struct {
	run    string // makes IDs differ from those of other sandboxes
	queue  chan *Delivery
	recent last[*Delivery]
}

func newOutbox() outbox {
	return outbox{
		run:   fmt.Sprintf("%08x", rand.Uint32()), // not from the seed: a listener would take them for repeats
		queue: make(chan *Delivery, maxOutbox),
	}
}

// Notify creates a notification for the webhook that a SIM has for a type, and returns its ID. Deliver
// sends it. Errors are ErrNoWebhook and ErrOutboxFull.
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
	d := &Delivery{Notification: s.outbox.compose(s.stats.Notifications.Created+1, iccid, t, now), CreatedAt: now, State: Waiting}
	select {
	case s.outbox.queue <- d:
	default:
		return "", ErrOutboxFull
	}
	s.stats.Notifications.Created++
	s.outbox.recent.add(d)
	return d.Notification.ID, nil
}

// notifyAny creates a notification for any webhook, if there is one.
func (s *Sandbox) notifyAny() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if iccid, t, found := s.webhooks.any(s.random); found {
		_, _ = s.notify(iccid, t) // with the outbox full this one is left out
	}
}

// Deliveries returns the last 100 notifications, the newest first.
func (s *Sandbox) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Delivery
	for _, d := range s.outbox.recent.newestFirst() {
		list = append(list, *d)
	}
	return list
}

// compose writes a notification as the newer documentation has it, about a plan of 1 GiB.
func (o *outbox) compose(number int, iccid string, t api.NotificationType, now time.Time) api.Notification {
	const plan = 1 << 30
	n := api.Notification{
		ID:             fmt.Sprintf("%s-%d", o.run, number),
		Type:           t,
		ICCID:          iccid,
		SubscriptionID: "c2FuZGJveA==",
		ExpirationDate: now.UTC().Truncate(time.Second),
		CurrentBalance: new(int64),
	}
	if t == api.UsageThreshold {
		n.Threshold = 80
		n.ExpirationDate = n.ExpirationDate.AddDate(0, 1, 0)
		*n.CurrentBalance = plan / 5
	}
	return n
}

// body is what is sent.
func (d *Delivery) body() []byte {
	text, err := json.Marshal(d.Notification)
	if err != nil {
		panic("a notification of the sandbox's own cannot be encoded: " + err.Error())
	}
	return text
}

// any chooses a webhook at random. Where a map's iteration begins is random, so that the first SIM with a
// webhook will do.
func (w *webhooks) any(random *rand.Rand) (iccid string, t api.NotificationType, found bool) {
	if w.count == 0 {
		return "", "", false
	}
	types := api.NotificationTypes()
	first := random.IntN(len(types))
	for iccid, sim := range w.sims {
		for i := range types {
			t := types[(first+i)%len(types)]
			if sim.url[slot(t)] != 0 {
				return iccid, t, true
			}
		}
	}
	return "", "", false
}
