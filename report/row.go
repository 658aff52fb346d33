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
)

// Good reports whether the type is as it was asked to be.
func (o Outcome) Good() bool {
	switch o {
	case Registered, Unchanged, Replaced, Unregistered, Absent, Foreign:
		return true
	}
	return false
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

// record is a Row as gocsv sees it: the columns of the results file, in order.
type record struct {
	ICCID                        string `csv:"iccid"`
	Line                         int    `csv:"line"`
	Action                       string `csv:"action"`
	Status                       string `csv:"status"`
	WebhookURL                   string `csv:"webhook_url"`
	SubscriptionEnd              string `csv:"subscription_end"`
	SubscriptionEndHTTPStatus    number `csv:"subscription_end_http_status"`
	SubscriptionEndError         string `csv:"subscription_end_error"`
	SubscriptionEndAttempts      number `csv:"subscription_end_attempts"`
	SubscriptionEndCorrelationID string `csv:"subscription_end_correlation_id"`
	SubscriptionEndPreviousURL   string `csv:"subscription_end_previous_url"`
	UsageThreshold               string `csv:"usage_threshold"`
	UsageThresholdHTTPStatus     number `csv:"usage_threshold_http_status"`
	UsageThresholdError          string `csv:"usage_threshold_error"`
	UsageThresholdAttempts       number `csv:"usage_threshold_attempts"`
	UsageThresholdCorrelationID  string `csv:"usage_threshold_correlation_id"`
	UsageThresholdPreviousURL    string `csv:"usage_threshold_previous_url"`
	Error                        string `csv:"error"`
	StartedAt                    string `csv:"started_at"`
	FinishedAt                   string `csv:"finished_at"`
	BaseURL                      string `csv:"base_url"`
}
