package report

import (
	"slices"
	"strings"
	"time"
)

// Status is the result of a SIM, or of a row of the fleet file that names none.
type Status string

// The statuses.
const (
	StatusOK        Status = "ok"        // all types are as the run wants them
	StatusFailed    Status = "failed"    // a temporary fault lasted longer than the retries: run again
	StatusRefused   Status = "refused"   // the API refuses, and will refuse again
	StatusInvalid   Status = "invalid"   // the fleet file's row cannot be used
	StatusDuplicate Status = "duplicate" // an earlier line has the same ICCID and URL
)

// Outcome is the result of one notification type of a SIM. It is empty for a type that the run does not want, or
// did not reach.
type Outcome string

// The outcomes.
const (
	Registered   Outcome = "registered"
	Unchanged    Outcome = "unchanged" // this URL was registered already
	Replaced     Outcome = "replaced"  // another URL was registered before
	Unregistered Outcome = "unregistered"
	Absent       Outcome = "absent"  // no webhook was registered
	Foreign      Outcome = "foreign" // another URL is registered, and was left
	Failed       Outcome = "failed"
	Refused      Outcome = "refused"

	// WouldRegister and the following are only in a plan: what a run would do.
	WouldRegister   Outcome = "would_register"
	WouldReplace    Outcome = "would_replace"
	WouldUnregister Outcome = "would_unregister"
)

// Good reports whether the type is as the run wants it.
func (o Outcome) Good() bool {
	switch o {
	case Registered, Unchanged, Replaced, Unregistered, Absent, Foreign:
		return true
	}
	return false
}

// Planned reports whether the outcome is a plan's: a difference that was found and not changed.
func (o Outcome) Planned() bool {
	return o == WouldRegister || o == WouldReplace || o == WouldUnregister
}

// Changed reports whether a webhook was set or removed.
func (o Outcome) Changed() bool {
	return o == Registered || o == Replaced || o == Unregistered
}

// Call is the result of the calls for one notification type of a SIM. HTTPStatus, Error and CorrelationID are
// those of the last attempt.
type Call struct {
	Type          string // the API's name of it, such as SUBSCRIPTION_END
	Outcome       Outcome
	HTTPStatus    int    // 0: no answer
	Error         string // one line, without the correlation ID
	Attempts      int
	CorrelationID string
	PreviousURL   string // the webhook registered before, if it was read
}

// Run is the run that made the last attempt, which the correlation ID begins with; "": none was made.
func (c *Call) Run() string {
	run, _, _ := strings.Cut(c.CorrelationID, "-")
	return run
}

// SIM is the ICCID that the last attempt was about, which stands in the correlation ID; "": none was made.
func (c *Call) SIM() string {
	parts := strings.Split(c.CorrelationID, "-") // RUN-ICCID-KIND-NUMBER
	if len(parts) != 4 {
		return ""
	}
	return parts[1]
}

// PartialSuffix is the ending of the results of a run that has not finished, behind the name of the results.
const PartialSuffix = ".partial"

// Row is the result of one SIM, or of one row of the fleet file that names none.
type Row struct {
	ICCID      string // normalised; if invalid, as in the fleet file
	Line       int    // in the fleet file, from 1, header included
	Action     string
	Status     Status
	WebhookURL string
	URLFrom    URLSource
	Calls      []Call // of each type that the run is about; copies of a row share them
	Error      string // the row's first error, for people
	StartedAt  time.Time
	FinishedAt time.Time
	BaseURL    string // of the API that was called
	Labels     []Label
}

// URLSource is where a row has its webhook URL from; "": that is not known, as of what older versions have written.
type URLSource string

// The sources.
const (
	URLOfFleet  URLSource = "fleet"  // the row of the fleet file
	URLOfOption URLSource = "option" // the run, because the row has none
)

// URLSourceColumn is the column of results that says it. It stands where the labels begin, so that results without it can be read,
// too.
const URLSourceColumn = "webhook_url_from"

// Label is a cell of a column that the fleet has beside those that simhook reads, such as a customer's name. It is carried
// along, so that people recognise the SIM.
type Label struct{ Name, Value string }

// Label is the value of a label; "": the row has none of that name.
func (r *Row) Label(name string) string {
	for _, l := range r.Labels {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

// Call is the row's call of a type. A type that the row does not have is added to it.
func (r *Row) Call(t string) *Call {
	if call := r.Find(t); call != nil {
		return call
	}
	r.Calls = append(slices.Clip(r.Calls), Call{Type: t})
	return &r.Calls[len(r.Calls)-1]
}

// Find is the row's call of a type; nil: it has none.
func (r *Row) Find(t string) *Call {
	for i := range r.Calls {
		if r.Calls[i].Type == t {
			return &r.Calls[i]
		}
	}
	return nil
}

// Outcome is that of a type; "": the row has none.
func (r *Row) Outcome(t string) Outcome {
	if call := r.Find(t); call != nil {
		return call.Outcome
	}
	return ""
}
