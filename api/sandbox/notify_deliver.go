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

	// maxDrained is how much of an answer is read so that its connection can be used again, in bytes.
	maxDrained = 64 << 10
)

// DeliveryOptions say how notifications are sent.
type DeliveryOptions struct {
	// Every is how often a notification is sent to a random webhook. 0: only those that Notify creates
	// are sent.
	Every time.Duration

	// Username and Password are for Basic authentication. "": none, or what stands in the webhook's URL.
	Username, Password string

	// Retry is the time before a delivery that failed is repeated. It doubles with every failure up to
	// 30 s. 0 means 1 s.
	Retry time.Duration

	// Attempts are made before a notification is given up. 0 means 10.
	Attempts int

	// Transport replaces the pool of connections. Tests in virtual time need it.
	Transport http.RoundTripper
}

// Deliver sends notifications until ctx ends. Whatever is not answered 2xx is sent again, to the webhook
// that is registered then; if none is, the notification is withdrawn.
func (s *Sandbox) Deliver(ctx context.Context, o DeliveryOptions) {
	c := newCourier(s, o)
	defer c.client.CloseIdleConnections()
	var underWay sync.WaitGroup
	defer underWay.Wait()
	var tick <-chan time.Time
	if o.Every > 0 {
		ticker := time.NewTicker(o.Every)
		defer ticker.Stop()
		tick = ticker.C
	}
	var (
		places = make(chan struct{}, maxOutbox)
		place  = places // nil: one is held for the next delivery
		queue  <-chan *Delivery
	)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			s.notifyAny()
		case place <- struct{}{}:
			place, queue = nil, s.outbox.queue
		case d := <-queue:
			place, queue = places, nil
			underWay.Go(func() {
				c.deliver(ctx, d)
				<-places
			})
		}
	}
}

// courier delivers notifications of a sandbox.
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
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrained) // only for the sake of the connection
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

// settle notes what became of a notification.
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
