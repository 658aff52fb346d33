package sandbox

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"simhook/api/sandbox/quota"
)

// defaultTokenLifetime is the documented lifetime of a token.
const defaultTokenLifetime = 5 * time.Minute

// Options choose what the API's documentation leaves open, and which faults happen. The zero value is an API
// without quota and faults. Rates are shares of the calls, from 0 to 1.
type Options struct {
	ClientID, ClientSecret string        // "": any that is not empty
	TokenLifetime          time.Duration // 0: 5 minutes
	RevokeEvery            time.Duration // how often all tokens are revoked; 0: never

	// Quota is the number of calls in each Window, for each kind of call that has a quota of its own. Windows are fixed and
	// begin with the sandbox, unless QuotaModel says otherwise. 0: no quota.
	Quota  int
	Window time.Duration

	// Speed makes time run so many times as fast for the quota, TokenLifetime and RevokeEvery, to rehearse a long run in a short
	// time. Latencies stay as they are. What is announced is what holds: shorter windows and lifetimes. A window of less than a
	// second would be too short to follow, so it stays a second and has more calls. 0: 1
	Speed int

	// QuotaModel is how the quota is kept: the name of one of quota.Models, or DeltaSeconds. "": in fixed windows.
	QuotaModel  string
	QuotaPer    QuotaPer // which calls have a quota of their own
	QuotaStatus int      // of a refusal, 429 or 503; 0: 429

	SilentQuota bool // answers do not announce the quota in headers
	RetryAfter  bool // a 429 has the header Retry-After

	// A call is counted and carried out at once, and answered after a latency. It is drawn evenly from this range.
	LatencyMin, LatencyMax time.Duration

	ErrorRate    float64 // 500, 502, 503 and 504 in turn; half of these calls are carried out
	ResetRate    float64 // a write is carried out and the connection breaks
	HangRate     float64 // the call is carried out and no answer comes
	TruncateRate float64 // the call is carried out and the answer is cut off

	Rules []Rule // faults of exactly chosen calls; SetRules changes them

	// Watch is told of each call at every Stage, while the API is not down. The call waits until Watch returns. It
	// is called by several goroutines at once, and may use the sandbox: to kill a client or change a webhook at
	// an exact call, for example. nil: nothing is told.
	Watch func(Event)

	ConflictOnRegister   bool   // a POST over an existing webhook is answered 409; else it replaces the webhook
	NotFoundOnUnregister bool   // a DELETE without a webhook is answered 404; else 204
	MisspeltType         bool   // GET says SUBSCRITPION_END
	RegisterMethod       string // POST or PUT: the other one is answered 405; "": both register

	Unknown, Foreign func(iccid string) bool // which SIMs are answered 404, and which 403

	// SIMs are the ICCIDs of the account, for the list of subscriptions. Each has one or two, which are always the same, in
	// the order of this list. nil: no list of the account is known; it has no subscriptions, and any SIM is in it.
	SIMs []string

	FirstPage    int    // the number of the first page of subscriptions, 0 or 1
	NewestFirst  bool   // the list begins with the newest subscription, so adding SIMs shifts its pages; else with the oldest
	ShiftPages   int    // so many new subscriptions come in front of the list after each page that is read, which shifts the next
	NextPageBase string // base URL in the links to other pages, such as http://10.0.0.7:8080; "": the one that was called

	Seed uint64 // of the random latencies and faults; the same seed draws the same ones
}

// DeltaSeconds is the quota model of fixed windows whose reset is announced in seconds from now, in the headers of the IETF's
// draft (draft-ietf-httpapi-ratelimit-headers-06).
const DeltaSeconds = "delta-seconds"

// QuotaModels are the names of all quota models, the usual one first. Package quota says what each does.
func QuotaModels() []string {
	var names []string
	for _, m := range quota.Models() {
		names = append(names, m.Name)
	}
	return append(names, DeltaSeconds)
}

// QuotaPer says which calls have a quota of their own.
type QuotaPer string

// The ways to part calls.
const (
	PerDirection QuotaPer = ""        // reads, and writes
	PerType      QuotaPer = "type"    // reads, and the writes of each notification type
	PerMethod    QuotaPer = "method"  // each HTTP method
	PerAccount   QuotaPer = "account" // all calls have one
)

// quota names the quota that a call uses.
func (p QuotaPer) quota(c call) string {
	switch {
	case p == PerAccount:
		return "all"
	case p == PerMethod:
		return c.Method
	case c.typeName == "":
		return "reads"
	case p == PerType:
		return c.typeName
	default:
		return "writes"
	}
}

// shortestWindow is the shortest window that Speed makes. Clients that follow a quota take shorter ones for errors.
const shortestWindow = time.Second

// spedUp are the options in a time that runs Speed times as fast.
func (o Options) spedUp() Options {
	if o.Speed <= 1 {
		return o
	}
	speed := time.Duration(o.Speed)
	o.TokenLifetime = max(o.TokenLifetime/speed, time.Millisecond)
	if o.RevokeEvery > 0 {
		o.RevokeEvery = max(o.RevokeEvery/speed, time.Millisecond)
	}
	if o.Quota > 0 && o.Window > 0 {
		window := max(o.Window/speed, min(o.Window, shortestWindow))
		o.Quota = int(float64(o.Quota)*float64(window)*float64(speed)/float64(o.Window) + 0.5)
		o.Window = window
	}
	return o
}

// ParseQuota reads none or N/TIME. The time may be a unit alone.
func ParseQuota(text string) (quota int, window time.Duration, err error) {
	if text == "none" {
		return 0, 0, nil
	}
	number, per, found := strings.Cut(text, "/")
	quota, err = strconv.Atoi(number)
	if per != "" && (per[0] < '0' || per[0] > '9') {
		per = "1" + per
	}
	window, perErr := time.ParseDuration(per)
	if !found || err != nil || quota <= 0 || perErr != nil || window <= 0 {
		return 0, 0, fmt.Errorf("%q: use a number of calls per time such as 1000/m or 200/3s, or none", text)
	}
	return quota, window, nil
}

// ParseLatency reads one time, or two with a dash between them.
func ParseLatency(text string) (least, most time.Duration, err error) {
	if text == "" {
		return 0, 0, nil
	}
	low, high, isRange := strings.Cut(text, "-")
	if !isRange {
		high = low
	}
	least, lowErr := time.ParseDuration(low)
	most, highErr := time.ParseDuration(high)
	if errors.Join(lowErr, highErr) != nil || least < 0 || most < least {
		return 0, 0, fmt.Errorf("%q: use a time such as 50ms, or two such as 50ms-2s", text)
	}
	return least, most, nil
}
