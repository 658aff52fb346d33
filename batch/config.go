package batch

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/batch/pace"
	"simhook/report"
	"simhook/report/file"
)

// Defaults of zero values.
const (
	DefaultWorkers      = 32              // calls in flight
	DefaultRetries      = 5               // further attempts of a call
	DefaultRetryMaxTime = 5 * time.Minute // for one call
	defaultGrace        = 10 * time.Second
)

// NoRetries is the value of [CallOptions.Retries] that gives every call one attempt.
const NoRetries = -1

// CallOptions say how calls are made. Only Client is needed.
type CallOptions struct {
	Client *api.Client
	Pace   pace.Options // of reads and of writes, which have a quota each

	Retries      int           // further attempts of a call after a passing failure; 0: DefaultRetries
	RetryMaxTime time.Duration // longest time for one call, and without any answer from the API; 0: DefaultRetryMaxTime

	Log *slog.Logger // nil: nothing is logged
}

// Config says what a run does, and with what. Action, Client and either Fleet or Steps are needed.
type Config struct {
	CallOptions

	Action Action
	Types  []api.NotificationType // nil: those of [api.NotificationTypes], or of Steps
	Fleet  *fleet.Fleet           // the SIMs
	Steps  *Steps                 // what Restore and Apply do
	// WebhookURL is for the rows of the fleet that have none of their own; "": they are invalid. Where the fleet itself fills it in,
	// nobody can tell afterwards which rows had none.
	WebhookURL string
	Shard      report.Shard // the part of the fleet that this run takes; zero: all of it

	// Results is the path of the results file, which makes the run resumable. "": results are in a folder for temporary
	// files until the run is closed, and only OnResult sees them.
	Results string
	// History is the path, without its ending, of the file that keeps every change until it is taken back: see package
	// report/history. All commands for a fleet share it. "": Results without its ending.
	History string
	// Past is the path of the results of the run that a dry run plans: Prune finds there which SIMs have left the fleet, since a
	// plan's own results say only what was planned. "": nothing is pruned.
	Past string
	// Again does SIMs again that earlier runs have done.
	Again bool
	// OnResult is told the result of each SIM once it is written down, and of each row of the fleet that names no
	// SIM. It is called by one goroutine at a time, and delays the run while it works.
	OnResult func(report.Row)
	APIName  string // of the API in the results; "": the client's base URL

	// DryRun changes nothing. A reconciliation reads what each SIM has and writes down what it would do; the other
	// actions make no call at all, and have only a plan.
	DryRun bool
	// Blind lets register and unregister change webhooks without reading them first, which saves a call a SIM. What
	// they replace or remove is then not known, and cannot be restored.
	Blind   bool
	OnlyURL string // unregister only where this is the webhook
	Prune   bool   // reconcile removes what it registered for SIMs that have left the fleet
	// FromAccount says that the fleet is what the account lists: a SIM that has left it is another account's, or nobody's.
	FromAccount bool
	MaxDelete   MaxSIMs // SIMs that Prune may remove webhooks of
	Canary      int     // SIMs that are read back before any other SIM is changed; 0: none
	// ExpectGone is the number of SIMs that Prune must find to have left the fleet, whatever MaxDelete allows; nil: any.
	ExpectGone *int
	Verify     int // SIMs that are read back at the end
	// AcceptRefused is how many SIMs may be refused without the run being a failure, and KnownRefused those that do not count;
	// nil: all count.
	AcceptRefused MaxSIMs
	KnownRefused  func(iccid string) bool

	Workers     int           // calls in flight at the most; 0: DefaultWorkers
	MaxFailures MaxSIMs       // zero: the run continues whatever fails
	MaxDuration time.Duration // stop cleanly after it; 0: never
	Grace       time.Duration // for calls in flight when the run is to end; 0: 10 s

	ID string // the run's part of the correlation IDs; "": a random one, see [NewID]

	disk file.Disk // for tests; nil: the real one
}

// complete fills in the defaults. Its error says what is missing or impossible.
func (c CallOptions) complete() (CallOptions, error) {
	switch {
	case c.Client == nil:
		return c, errors.New("no client of the API: set Client")
	case c.Retries < NoRetries:
		return c, fmt.Errorf("%d retries: use a number above 0, or NoRetries", c.Retries)
	case c.RetryMaxTime < 0:
		return c, fmt.Errorf("RetryMaxTime is %v: use a time above 0", c.RetryMaxTime)
	}
	c.Retries = cmp.Or(c.Retries, DefaultRetries)
	c.RetryMaxTime = cmp.Or(c.RetryMaxTime, DefaultRetryMaxTime)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Pace.Log = c.Log
	return c, nil
}

// complete fills in the defaults. Its error says what is missing or impossible.
func (c Config) complete() (Config, error) {
	var err error
	if c.CallOptions, err = c.CallOptions.complete(); err != nil {
		return c, err
	}
	switch {
	case !c.Action.known():
		return c, fmt.Errorf("unknown action %q", c.Action)
	case c.Action.takesSteps() && (c.Steps == nil || c.Fleet != nil):
		return c, fmt.Errorf("%s takes its SIMs from a file of its own: set Steps, and no Fleet", c.Action)
	case !c.Action.takesSteps() && (c.Fleet == nil || c.Steps != nil):
		return c, fmt.Errorf("%s takes its SIMs from a fleet: set Fleet, and no Steps", c.Action)
	case c.Blind && c.OnlyURL != "":
		return c, errors.New("the option OnlyURL needs to read the webhook: leave Blind out")
	case c.WebhookURL != "" && fleet.ValidateWebhookURL(c.WebhookURL) != nil:
		return c, fleet.ValidateWebhookURL(c.WebhookURL)
	case c.Workers < 0 || c.Verify < 0 || c.Canary < 0 || c.MaxDuration < 0 || c.Grace < 0:
		return c, errors.New("none of Workers, Verify, Canary, MaxDuration and Grace can be negative")
	}
	if len(c.Types) == 0 {
		c.Types = api.NotificationTypes()
		if c.Steps != nil {
			c.Types = c.Steps.types
		}
	}
	if c.DryRun {
		c.Canary = 0 // nothing is changed
	}
	c.Workers = cmp.Or(c.Workers, DefaultWorkers)
	c.Pace.Workers = c.Workers
	c.Grace = cmp.Or(c.Grace, defaultGrace)
	c.APIName = cmp.Or(c.APIName, c.Client.BaseURL())
	c.ID = cmp.Or(c.ID, NewID())
	if c.Steps != nil {
		c.History = cmp.Or(c.History, c.Steps.History)
	}
	c.History = cmp.Or(c.History, strings.TrimSuffix(c.Results, filepath.Ext(c.Results)))
	if about := c.stepsAbout(); about != "" && about != c.APIName {
		return c, &WrongAPIError{Name: c.Steps.Name(), About: about, WouldCall: c.APIName}
	}
	return c, nil
}

// stepsAbout is the API that the Steps are about; "": there are none.
func (c *Config) stepsAbout() string {
	if c.Steps == nil {
		return ""
	}
	return c.Steps.apiName
}

// plans reports whether the run is a reconciliation that only says what it would do.
func (c *Config) plans() bool { return c.DryRun && c.Action == Reconcile }

// looksOnly reports whether no call is made at all, and no file written.
func (c *Config) looksOnly() bool { return c.DryRun && c.Action != Reconcile }

// NewID is a random part for the correlation IDs of a run: 8 characters, 40 bits,
// from an alphabet without letters that look like digits.
func NewID() string {
	const alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, 8)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b)
}
