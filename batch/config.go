package batch

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
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

// Config says what a run does, and with what. Action, Client and either Fleet or Undo are needed.
type Config struct {
	CallOptions

	Action Action
	Types  []api.NotificationType // nil: both of [api.NotificationTypes]
	Fleet  *fleet.Fleet           // the SIMs
	Undo   *Undo                  // the results to undo: Restore takes its SIMs from them
	Shard  report.Shard           // the part of the fleet that this run takes; zero: all of it

	// Results is the path of the results file, which makes the run resumable. "": results are kept in memory
	// until the run is over, and only OnResult sees them.
	Results string
	// OnResult is told the result of each SIM once it is written down, and of each row of the fleet that names no
	// SIM. It is called by one goroutine at a time, and delays the run while it works.
	OnResult func(report.Row)
	APIName  string // of the API in the results; "": the client's base URL

	// DryRun changes nothing. A reconciliation reads what each SIM has and writes down what it would do; the other
	// actions make no call at all, and have only a plan.
	DryRun         bool
	OnlyURL        string  // unregister only where this is the webhook
	RecordPrevious bool    // unregister looks first, and notes what it removes
	Prune          bool    // reconcile removes what it registered for SIMs that have left the fleet
	MaxDelete      MaxSIMs // SIMs that Prune may remove webhooks of
	Verify         int     // SIMs that are read back at the end

	Workers     int           // calls in flight at the most; 0: DefaultWorkers
	MaxFailures MaxSIMs       // zero: the run goes on whatever fails
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
	case c.Action == Restore && (c.Undo == nil || c.Fleet != nil):
		return c, errors.New("restore takes its SIMs from results: set Undo, and no Fleet")
	case c.Action != Restore && (c.Fleet == nil || c.Undo != nil):
		return c, fmt.Errorf("%s takes its SIMs from a fleet: set Fleet, and no Undo", c.Action)
	case c.Workers < 0 || c.Verify < 0 || c.MaxDuration < 0 || c.Grace < 0:
		return c, errors.New("none of Workers, Verify, MaxDuration and Grace can be negative")
	}
	if len(c.Types) == 0 {
		c.Types = api.NotificationTypes()
	}
	c.Workers = cmp.Or(c.Workers, DefaultWorkers)
	c.Pace.Workers = c.Workers
	c.Grace = cmp.Or(c.Grace, defaultGrace)
	c.APIName = cmp.Or(c.APIName, c.Client.BaseURL())
	c.ID = cmp.Or(c.ID, NewID())
	return c, nil
}

// plans reports whether the run is a reconciliation that only says what it would do.
func (c *Config) plans() bool { return c.DryRun && c.Action == Reconcile }

// looksOnly reports whether no call is made at all, and no file written.
func (c *Config) looksOnly() bool { return c.DryRun && c.Action != Reconcile }
