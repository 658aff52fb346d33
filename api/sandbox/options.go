package sandbox

import "time"

// defaultTokenLifetime is the documented lifetime of a token.
const defaultTokenLifetime = 5 * time.Minute

// Options choose what the API's documentation leaves open, and which faults happen. The zero value is an API
// without quota and faults. Rates are shares of the calls, from 0 to 1.
type Options struct {
	ClientID, ClientSecret string        // "": any that is not empty
	TokenLifetime          time.Duration // 0: 5 minutes
	RevokeEvery            time.Duration // how often all tokens are revoked; 0: never

	// Quota is the number of reads in each Window, and the number of writes. Windows are fixed and begin with
	// the sandbox. 0: no quota.
	Quota  int
	Window time.Duration

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

	Seed uint64 // of the random latencies and faults; the same seed draws the same ones
}
