package sandbox

import "time"

// defaultTokenLifetime is the documented lifetime of a token.
const defaultTokenLifetime = 5 * time.Minute

// Options choose among what the API's documentation leaves open, and which faults happen how often. The
// zero value is an API without quota and faults. Rates are shares of the calls, from 0 to 1.
type Options struct {
	ClientID, ClientSecret string        // "" accepts any that is not empty
	TokenLifetime          time.Duration // 0: 5 minutes
	RevokeEvery            time.Duration // all tokens are revoked at each multiple of it; 0: never

	// Quota is the number of calls in each Window, counted for reads and writes apart, in fixed
	// windows that are aligned to the sandbox's start. 0: no quota.
	Quota  int
	Window time.Duration

	SilentQuota bool // the quota is enforced but not announced in headers
	RetryAfter  bool // a 429 says Retry-After

	// A call is answered after a latency drawn evenly from this range, but counted and effective at once.
	LatencyMin, LatencyMax time.Duration

	ErrorRate    float64 // 500, 502, 503 and 504 in turn, half of them after the call took effect
	ResetRate    float64 // the connection breaks after a write took effect
	HangRate     float64 // no answer comes after the call took effect
	TruncateRate float64 // the answer is cut off after the call took effect

	ConflictOnRegister   bool   // 409 for a POST where there is a webhook
	NotFoundOnUnregister bool   // 404 for a DELETE where there is none, instead of 204
	MisspeltType         bool   // GET says SUBSCRITPION_END
	RegisterMethod       string // "": POST and PUT; else the other one is answered 405

	Unknown, Foreign func(iccid string) bool // SIMs answered 404 and 403

	Seed uint64 // of the random numbers behind latencies and faults
}
