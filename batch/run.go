package batch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/batch/pace"
	"simhook/report"
	"simhook/report/cell"
	"simhook/report/results"
)

// Config says what a run is to do, and with what.
type Config struct {
	Action  Action
	Types   []api.NotificationType
	Fleet   *fleet.Fleet
	Undo    *Undo // the results to undo; Restore has them in place of a fleet
	Client  *api.Client
	Journal *results.Journal
	APIName string       // of the API in the results; empty: the client's base URL
	Pace    pace.Options // of reads and of writes, which have a quota each
	Shard   report.Shard // the part of the fleet that this run takes

	DryRun         bool      // of a reconciliation: look, change nothing
	OnlyURL        string    // unregister only where this is the webhook
	RecordPrevious bool      // unregister looks first, and notes what it removes
	Prune          bool      // reconcile removes what it registered for SIMs that have left the fleet
	MaxDelete      MaxDelete // SIMs that Prune may remove webhooks of
	Verify         int       // SIMs that are read back at the end

	Workers      int           // calls in flight at the most
	Retries      int           // further attempts of a call after a passing failure
	RetryMaxTime time.Duration // longest time spent on one call; and without any answer from the API
	MaxFailures  MaxFailures
	MaxDuration  time.Duration // stop cleanly after it; 0: never
	Grace        time.Duration // for calls in flight when the run is to end; 0: 10 s

	ID  string // the run's part of the correlation IDs, see NewID
	Log *slog.Logger
}

// defaultGrace is how long calls in flight may take to finish.
const defaultGrace = 10 * time.Second

// Reasons for a run to end before all SIMs were called for.
var (
	ErrStopped     = errors.New("stopped")
	ErrMaxDuration = errors.New("--max-duration is over")
)

// PanicError says that a bug was met. The SIM's row says so too.
type PanicError struct{ ICCID, Reason string }

func (e *PanicError) Error() string {
	return fmt.Sprintf("internal error while handling SIM %s: %s", e.ICCID, e.Reason)
}

// Run is one run over a fleet: one goroutine reads it, a fixed number of workers
// call, one goroutine writes.
type Run struct {
	cfg     Config
	log     *slog.Logger
	writes  *pace.Pacer
	reads   *pace.Pacer
	breaker *breaker
	handler *handler
	counts  counts
	plan    Plan
	left    left
	elsewhere

	stopping chan struct{} // closed: no new SIM
	stop     sync.Once
	cause    error              // why, set before stopping is closed
	endWaits context.CancelFunc // ends waits of calls
	failed   int                // of the SIMs written down; the writer's, as handled is
	handled  int

	mu       sync.Mutex // guards what follows
	tally    report.Tally
	pruned   report.Tally // SIMs that have left the fleet
	sample   sample
	panicked error
	started  time.Time
	recent   recent
	complete bool
	kept     int
}

// New prepares a run.
func New(cfg Config) *Run {
	if cfg.Grace == 0 {
		cfg.Grace = defaultGrace
	}
	if cfg.APIName == "" {
		cfg.APIName = cfg.Client.BaseURL()
	}
	cfg.Pace.Workers, cfg.Pace.Log = cfg.Workers, cfg.Log
	r := &Run{
		cfg: cfg, log: cfg.Log,
		writes: pace.New(cfg.Pace), reads: pace.New(cfg.Pace),
		stopping: make(chan struct{}),
	}
	r.breaker = &breaker{patience: cfg.RetryMaxTime, giveUp: r.abort, log: cfg.Log}
	r.handler = &handler{
		action: cfg.Action, types: cfg.Types, baseURL: cfg.APIName,
		dryRun: cfg.DryRun, onlyURL: cfg.OnlyURL, recordPrevious: cfg.RecordPrevious,
		caller: &caller{
			client: cfg.Client, writes: r.writes, reads: r.reads, breaker: r.breaker,
			retries: cfg.Retries, maxTime: cfg.RetryMaxTime, run: cfg.ID, counts: &r.counts, abort: r.abort,
		},
	}
	return r
}

// Stop lets the run end: no new SIM is taken, and calls in flight get the grace
// period to finish. The first cause is the one that Do returns.
func (r *Run) Stop(cause error) {
	r.stop.Do(func() {
		r.cause = cause
		close(r.stopping)
	})
}

// abort is Stop where waiting is pointless too.
func (r *Run) abort(cause error) {
	r.Stop(cause)
	r.endWaits()
}

// Do calls for every SIM that Plan found to be left, until all have a row, or the
// run is stopped, or the context ends: then calls in flight are cut. It returns
// why it ended early, if it did; what became of the SIMs stands in the rows and
// in the Summary.
func (r *Run) Do(ctx context.Context) error {
	calls, endCalls := context.WithCancelCause(ctx)
	defer endCalls(nil)
	waits, endWaits := context.WithCancel(calls)
	defer endWaits()
	r.endWaits = endWaits

	r.mu.Lock()
	r.started = time.Now()
	r.recent.begin(r.started)
	r.mu.Unlock()
	defer r.watch(ctx, endCalls)()

	var pacers sync.WaitGroup
	defer pacers.Wait()
	pacing, endPacing := context.WithCancel(ctx)
	defer endPacing()
	for _, p := range []*pace.Pacer{r.writes, r.reads} {
		pacers.Go(func() { p.Run(pacing) })
	}

	sims, results := make(chan sim), make(chan result)
	var group errgroup.Group
	group.Go(func() error {
		defer close(sims)
		return r.read(ctx, sims, results)
	})
	for range r.cfg.Workers {
		group.Go(func() error {
			r.work(phase{waits: waits, calls: calls}, sims, results)
			return nil
		})
	}
	var readErr error
	go func() {
		readErr = group.Wait()
		close(results)
	}()
	if failure := r.write(results); failure != nil {
		return failure
	}
	if err := r.finish(readErr); err != nil || !r.complete {
		return err
	}
	return r.verify(phase{waits: waits, calls: calls})
}

// finish completes the results if every SIM has its row, or says why not.
func (r *Run) finish(readErr error) error {
	var cause error
	select {
	case <-r.stopping:
		cause = r.cause
	default:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	failed := r.tally.Statuses[report.StatusFailed] + r.pruned.Statuses[report.StatusFailed]
	handled := r.tally.Handled() + r.pruned.Handled()
	switch {
	case readErr != nil && !errors.Is(readErr, errStopped):
		return readErr
	case handled < r.plan.ToDo() || cause != nil && failed > 0 || errors.As(cause, new(*TooManyFailures)):
		return cause
	}
	r.complete = true
	kept, err := r.cfg.Journal.Complete(r.plan.Rows)
	r.kept = kept
	return errors.Join(err, r.panicked)
}

// watch ends the run when its time is over or the context ends, and cuts calls
// when they outlast the grace period. The function it returns ends the watch.
func (r *Run) watch(ctx context.Context, endCalls context.CancelCauseFunc) (end func()) {
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		var over <-chan time.Time
		if r.cfg.MaxDuration > 0 {
			timer := time.NewTimer(r.cfg.MaxDuration)
			defer timer.Stop()
			over = timer.C
		}
		select {
		case <-over:
			r.Stop(ErrMaxDuration)
		case <-ctx.Done():
			r.Stop(ErrStopped)
		case <-r.stopping:
		case <-done:
			return
		}
		grace := time.NewTimer(r.cfg.Grace)
		defer grace.Stop()
		select {
		case <-grace.C:
			endCalls(ErrStopped)
		case <-ctx.Done():
		case <-done:
		}
	})
	return func() {
		close(done)
		watching.Wait()
	}
}

// work handles SIMs until there are no more.
func (r *Run) work(p phase, sims <-chan sim, results chan<- result) {
	written := make(chan struct{}, 1)
	for s := range sims {
		row, tried := r.handle(p, s)
		if !tried {
			continue
		}
		results <- result{row, written}
		<-written // else a kill would lose more than what is in flight
	}
}

// handle turns a panic into a row: one SIM's bug must not end all others.
func (r *Run) handle(p phase, s sim) (row report.Row, tried bool) {
	defer func() {
		if reason := recover(); reason != nil {
			err := &PanicError{ICCID: s.iccid, Reason: cell.Clean(fmt.Sprint(reason), 200)}
			r.log.Error(err.Error(), "iccid", s.iccid, "stack", string(debug.Stack()))
			r.mu.Lock()
			r.panicked = err
			r.mu.Unlock()
			now := time.Now()
			row, tried = report.Row{
				ICCID: s.iccid, Line: s.line, Action: string(r.cfg.Action), Status: report.StatusFailed, WebhookURL: s.webhookURL,
				Error: "internal error", StartedAt: now, FinishedAt: now, BaseURL: r.cfg.APIName,
			}, true
		}
	}()
	return r.handler.handle(p, s)
}
