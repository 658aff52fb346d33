package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"simhook/api"
)

const (
	deliveryConnections = 32
	deliveryTimeout     = 10 * time.Second
	maxRetryDelay       = 30 * time.Second

	// maxDrained is how much of an answer is read before its connection can be used again, in bytes.
	maxDrained = 64 << 10
)

// DeliveryOptions say how notifications are sent.
type DeliveryOptions struct {
	// Every is how often a random webhook gets a notification. 0: only Notify creates notifications.
	Every time.Duration

	// Username and Password are for Basic authentication. "": those in the webhook's URL, if any.
	Username, Password string

	// Retry is the time between the first attempt and the second. It doubles with every failure, up to 30 s.
	// 0 means 1 s.
	Retry time.Duration

	// Attempts is how many attempts a notification gets. 0 means 10.
	Attempts int

	// Transport sends the requests. nil: a pool of 32 connections per host. Tests in virtual time need another.
	Transport http.RoundTripper
}

// Deliver sends notifications until ctx ends. A notification that is not answered 2xx is sent again, to the webhook
// that is registered by then. Without one, the notification is withdrawn.
func (s *Sandbox) Deliver(ctx context.Context, o DeliveryOptions) {
	c := newCourier(s, o)
	defer c.client.CloseIdleConnections()
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	var tick <-chan time.Time
	if o.Every > 0 {
		ticker := time.NewTicker(o.Every)
		defer ticker.Stop()
		tick = ticker.C
	}
	var (
		slots = make(chan struct{}, maxOutbox) // one item for each delivery that has begun, or is next
		slot  = slots                          // nil: the next delivery has its slot
		queue <-chan *Delivery                 // nil: the next delivery waits for a slot
	)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			s.notifyAny()
		case slot <- struct{}{}:
			slot, queue = nil, s.outbox.queue
		case d := <-queue:
			slot, queue = slots, nil
			deliveries.Go(func() {
				c.deliver(ctx, d)
				<-slots
			})
		}
	}
}

// courier delivers the notifications of a sandbox.
type courier struct {
	*Sandbox
	DeliveryOptions
	client *http.Client
}

func newCourier(s *Sandbox, o DeliveryOptions) *courier {
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	if o.Attempts <= 0 {
		o.Attempts = 10
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			MaxConnsPerHost:     deliveryConnections,
			MaxIdleConnsPerHost: deliveryConnections,
			IdleConnTimeout:     time.Minute,
		}
	}
	return &courier{s, o, &http.Client{
		Transport:     o.Transport,
		Timeout:       deliveryTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// deliver makes the attempts of one notification.
func (c *courier) deliver(ctx context.Context, d *Delivery) {
	body, delay := d.body(), c.Retry
	for {
		url, registered := c.Webhook(d.Notification.ICCID, d.Notification.Type)
		if !registered {
			c.settle(d, Withdrawn)
			return
		}
		delivered, outcome := c.attempt(ctx, url, body)
		attempts := c.note(d, url, outcome)
		switch {
		case delivered:
			c.settle(d, Delivered)
			return
		case attempts == c.Attempts:
			c.settle(d, GivenUp)
			return
		}
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		delay = min(2*delay, maxRetryDelay)
	}
}

func (c *courier) attempt(ctx context.Context, url string, body []byte) (delivered bool, outcome string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false, err.Error()
	}
	req.Header.Set("Content-Type", "application/json")
	if c.Username != "" {
		req.SetBasicAuth(c.Username, c.Password)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return false, api.Cause(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrained) // lets the connection be used again
	return resp.StatusCode/100 == 2, fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
}

// note counts an attempt.
func (c *courier) note(d *Delivery, url, outcome string) (attempts int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d.WebhookURL, d.Outcome = url, outcome
	d.Attempts++
	c.stats.Notifications.Attempts++
	return d.Attempts
}

// settle ends a notification in its final state.
func (c *courier) settle(d *Delivery, state State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d.State = state
	switch n := &c.stats.Notifications; state {
	case Delivered:
		n.Delivered++
	case Withdrawn:
		n.Withdrawn++
	case GivenUp:
		n.GivenUp++
	}
}
