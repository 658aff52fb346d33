// Package report holds what simhook writes down: one result row per SIM, the
// journal that makes a run resumable, and the summary of a run.
package report

import "time"

// Status says what became of a SIM, or of a row that names none.
type Status string

const (
	StatusOK        Status = "ok"        // both types are as they were asked to be
	StatusFailed    Status = "failed"    // a passing fault outlasted the retries: run again
	StatusRefused   Status = "refused"   // the API said no for good
	StatusInvalid   Status = "invalid"   // the fleet file's row cannot be used
	StatusDuplicate Status = "duplicate" // the ICCID stood on an earlier line with the same URL
)

// Outcome says what became of one notification type of a SIM. Empty: it was
// not asked for, or not come to.
type Outcome string

const (
	Registered   Outcome = "registered"
	Unchanged    Outcome = "unchanged" // it was there already, with this URL
	Replaced     Outcome = "replaced"  // another URL was there
	Unregistered Outcome = "unregistered"
	Absent       Outcome = "absent"  // there was nothing to remove
	Foreign      Outcome = "foreign" // somebody else's URL was there and was left
	Failed       Outcome = "failed"
	Refused      Outcome = "refused"

	// Of a plan: what a run would do.
	WouldRegister   Outcome = "would_register"
	WouldReplace    Outcome = "would_replace"
	WouldUnregister Outcome = "would_unregister"
)

// Good reports whether the type is as it was asked to be.
func (o Outcome) Good() bool {
	switch o {
	case Registered, Unchanged, Replaced, Unregistered, Absent, Foreign:
		return true
	}
	return false
}

// Planned reports whether the outcome is a plan's: a difference that was found
// and left.
func (o Outcome) Planned() bool {
	return o == WouldRegister || o == WouldReplace || o == WouldUnregister
}

// Changed reports whether a webhook was set or removed.
func (o Outcome) Changed() bool {
	return o == Registered || o == Replaced || o == Unregistered
}

// Call is what happened to one notification type of a SIM. HTTPStatus, Error
// and CorrelationID are those of the last attempt.
type Call struct {
	Outcome       Outcome
	HTTPStatus    int    // 0: no answer
	Error         string // one line, without the correlation ID
	Attempts      int
	CorrelationID string
	PreviousURL   string // the webhook found there before, where it was read
}

// Row is the result of one SIM, or of one row of the fleet file that is none.
type Row struct {
	ICCID           string // normalised; as found, if invalid
	Line            int    // in the fleet file, from 1, header included
	Action          string
	Status          Status
	WebhookURL      string
	SubscriptionEnd Call
	UsageThreshold  Call
	Error           string // the row's first error, for people
	StartedAt       time.Time
	FinishedAt      time.Time
	BaseURL         string // of the API that was called
}
