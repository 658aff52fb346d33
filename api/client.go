package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// The production environment, from the API's documentation. Pre-production has another base URL and the
// same token URL and credentials.
const (
	ProductionBaseURL  = "https://services.truphone.com/connect-api"
	ProductionTokenURL = "https://services.truphone.com/auth/realms/tru-staff/protocol/openid-connect/token"
)

// The documented quota: 1,000 requests a minute for each resource endpoint and each set of credentials. The
// operator can raise it, so prefer the quota that an [Answer] announces.
const (
	DefaultQuota       = 1000
	DefaultQuotaWindow = time.Minute
)

// Client calls the Connect API. It is safe for concurrent use.
type Client struct {
	base           string // without a trailing slash
	tokens         TokenSource
	transport      http.RoundTripper
	timeout        time.Duration
	registerMethod string
	headers        sharedHeaders
	onAttempt      func(Attempt)
	tokens401      tokenProof
	reached        atomic.Bool // something has answered
	proven         atomic.Bool // the API itself has
	idleRequests   chan *reusedRequest
	http1          atomic.Bool // the API has answered by HTTP/1
}

// NewClient checks the settings. It opens no connection and asks for no token yet.
func NewClient(cfg Config) (*Client, error) {
	base, err := parseBaseURL(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	if cfg.Tokens == nil {
		return nil, errors.New("the source of access tokens is missing")
	}
	if cfg.Connections < 0 || cfg.Timeout < 0 {
		return nil, errors.New("connections and timeout cannot be negative")
	}
	method := strings.ToUpper(cfg.RegisterMethod)
	switch method {
	case "", http.MethodPost, http.MethodPut:
	default:
		return nil, fmt.Errorf("register method %q: use POST or PUT", cfg.RegisterMethod)
	}
	if cfg.Connections == 0 {
		cfg.Connections = defaultConnections
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Transport == nil {
		if err := checkProxy(base); err != nil {
			return nil, err
		}
		cfg.Transport = newTransport(cfg.Connections)
	}
	return &Client{
		base:           base,
		tokens:         cfg.Tokens,
		transport:      cfg.Transport,
		timeout:        cfg.Timeout,
		registerMethod: method,
		headers:        newSharedHeaders(cfg.UserAgent),
		onAttempt:      cfg.OnAttempt,
		idleRequests:   make(chan *reusedRequest, cfg.Connections),
	}, nil
}

// BaseURL is the URL the client calls, without a trailing slash.
func (c *Client) BaseURL() string { return c.base }

// Proven reports whether the API itself has answered a call: with a success, or with an error of its own shape. Until
// then, all that answered may be something else, for instance at a wrong base URL.
func (c *Client) Proven() bool { return c.proven.Load() }

// Ready obtains an access token if the client has no valid one. Without it, the first call does this.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.token(ctx)
	return err
}

// Register sets the webhook of one SIM for one notification type. Any 2xx is a success. An existing webhook
// is replaced; some deployments answer with an [Error] of status 409 instead.
func (c *Client) Register(
	ctx context.Context, iccid string, t NotificationType, webhookURL, correlationID string,
) (Answer, error) {
	return c.RegisterBy(ctx, cmp.Or(c.registerMethod, http.MethodPost), iccid, t, webhookURL, correlationID)
}

// RegisterMethod is that of [Config.RegisterMethod]; "": it is not known which the API takes.
func (c *Client) RegisterMethod() string { return c.registerMethod }

// RegisterBy is Register by POST or PUT, whatever [Config.RegisterMethod] says. A deployment that does not know the method
// answers with an [Error] of status 405. PUT replaces an existing webhook.
func (c *Client) RegisterBy(
	ctx context.Context, method, iccid string, t NotificationType, webhookURL, correlationID string,
) (Answer, error) {
	if method != http.MethodPost && method != http.MethodPut {
		return Answer{}, fmt.Errorf("register method %q: use POST or PUT", method)
	}
	return c.do(ctx, call{
		method:        method,
		resource:      oneWebhook,
		iccid:         iccid,
		notification:  t,
		correlationID: correlationID,
		registers:     true,
		webhookURL:    webhookURL,
	})
}

// Unregister removes the webhook of one SIM for one notification type. If there is none, some deployments
// answer 2xx and others 404.
func (c *Client) Unregister(
	ctx context.Context, iccid string, t NotificationType, correlationID string,
) (Answer, error) {
	return c.do(ctx, call{
		method:        http.MethodDelete,
		resource:      oneWebhook,
		iccid:         iccid,
		notification:  t,
		correlationID: correlationID,
	})
}

// Preferences reads which webhooks one SIM has.
func (c *Client) Preferences(ctx context.Context, iccid, correlationID string) (Preferences, Answer, error) {
	var prefs Preferences
	answer, err := c.do(ctx, call{
		method:        http.MethodGet,
		resource:      preferencesOfSIM,
		iccid:         iccid,
		correlationID: correlationID,
		parse: func(_ http.Header, body []byte) (err error) {
			prefs, err = parsePreferences(body)
			return err
		},
	})
	return prefs, answer, err
}

// SubscriptionsPage reads one page of the account's subscriptions. The next one is asked for with [Page.Next]. The list may
// change while it is read: pages can then repeat entries, or skip them.
func (c *Client) SubscriptionsPage(
	ctx context.Context, query SubscriptionQuery, correlationID string,
) (Page, Answer, error) {
	target, err := query.target()
	if err != nil {
		return Page{}, Answer{}, err
	}
	var page Page
	answer, err := c.do(ctx, call{
		method:        http.MethodGet,
		resource:      subscriptionsOfAccount,
		target:        target,
		correlationID: correlationID,
		maxBody:       maxList,
		parse: func(header http.Header, body []byte) (err error) {
			page, err = parsePage(header, body, target)
			return err
		},
	})
	return page, answer, err
}

// SIMSubscriptions reads the subscriptions of one SIM.
func (c *Client) SIMSubscriptions(
	ctx context.Context, iccid, correlationID string,
) ([]Subscription, Answer, error) {
	var list []Subscription
	answer, err := c.do(ctx, call{
		method:        http.MethodGet,
		resource:      subscriptionsOfSIM,
		iccid:         iccid,
		correlationID: correlationID,
		maxBody:       maxList,
		parse: func(_ http.Header, body []byte) (err error) {
			list, err = parseSubscriptions(body, iccid)
			return err
		},
	})
	return list, answer, err
}

// SIM reads one SIM.
func (c *Client) SIM(ctx context.Context, iccid, correlationID string) (SIM, Answer, error) {
	var sim SIM
	answer, err := c.do(ctx, call{
		method:        http.MethodGet,
		resource:      theSIM,
		iccid:         iccid,
		correlationID: correlationID,
		parse: func(_ http.Header, body []byte) (err error) {
			sim, err = parseSIM(body, iccid)
			return err
		},
	})
	return sim, answer, err
}

// TokensObtained is how many access tokens the client's source has obtained so far, including the first.
// It is 0 for a source that is given its token, such as [StaticToken].
func (c *Client) TokensObtained() int {
	if source, counts := c.tokens.(interface{ Renewals() int }); counts {
		return source.Renewals()
	}
	return 0
}

// Close closes the idle connections. Calls in progress continue.
func (c *Client) Close() {
	c.dropIdleRequests()
	if pool, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}
