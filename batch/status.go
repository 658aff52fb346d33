package batch

import (
	"time"

	"simhook/batch/pace"
	"simhook/report"
)

// Status is how far a run is: one snapshot, from which everything that is shown of a run comes, so
// that every number is the same wherever it is read.
type Status struct {
	Plan    Plan
	Elapsed time.Duration // since the first SIM; 0: not begun

	OK        int // SIMs, those of earlier runs included
	Failed    int
	Refused   int
	Remaining int // SIMs of the fleet that are not come to
	Pruned    int // SIMs that have left the fleet and lost their webhooks
	PrunedNot int // those that could not be dealt with

	Attempts  int64 // of calls by this run, retries included
	Retries   map[string]int64
	Throttled int64 // answers 429
	Tokens    int   // access tokens obtained

	CallsPerSecond float64       // in the last minute
	Left           time.Duration // until the end, at the last minute's rate; 0: not known

	Busy    int // calls in flight
	Workers int
	Writes  pace.Status
	Reads   pace.Status

	Limit Limit     // what keeps the run from going faster
	Since time.Time // of an outage, when it began
	Until time.Time // of a used up quota, when it is renewed
}

// Total is how many SIMs are to have a result, those of earlier runs and those that have left the
// fleet included.
func (s Status) Total() int { return s.Plan.Done + s.Plan.ToDo() }

// Done is how many of them have it.
func (s Status) Done() int { return s.OK + s.Failed + s.Refused + s.Pruned + s.PrunedNot }

// RetriesMade is how many attempts followed a passing failure.
func (s Status) RetriesMade() int64 {
	var all int64
	for _, n := range s.Retries {
		all += n
	}
	return all
}

// Limit is what keeps a run from going faster.
type Limit string

// The limits, the weakest first.
const (
	LimitNone     Limit = ""         // nothing is being called
	LimitLatency  Limit = "latency"  // all workers wait for answers
	LimitRate     Limit = "rate"     // the fixed one
	LimitQuota    Limit = "quota"    // the announced one, or the documented one as long as none is
	LimitUsedUp   Limit = "used up"  // the quota: no call may start until it is renewed
	LimitOutage   Limit = "outage"   // the API is failing as a whole, and all calls wait
	LimitStopping Limit = "stopping" // the run is to end, and takes no new SIM
)

// Status tells how far the run is. It may be called at any time.
func (r *Run) Status() Status {
	now := time.Now()
	s := Status{
		Attempts: r.counts.attempts.Load(), Retries: r.counts.retried.reasons(), Throttled: r.counts.throttled.Load(),
		Tokens: r.cfg.Client.TokensObtained(),
		Busy:   int(r.counts.busy.Load()), Workers: r.cfg.Workers,
		Writes: r.writes.Status(now), Reads: r.reads.Status(now),
	}
	r.mu.Lock()
	s.Plan = r.plan
	s.OK = r.plan.Done + r.tally.Statuses[report.StatusOK]
	s.Failed = r.tally.Statuses[report.StatusFailed]
	s.Refused = r.tally.Statuses[report.StatusRefused]
	s.Pruned = r.pruned.Statuses[report.StatusOK]
	s.PrunedNot = r.pruned.Handled() - s.Pruned
	if !r.started.IsZero() {
		s.Elapsed = now.Sub(r.started)
		s.CallsPerSecond, s.Left = r.recent.rates(now, s.Attempts, s.Done()-s.Plan.Done, s.Total()-s.Done())
	}
	r.mu.Unlock()
	s.Remaining = s.Plan.Rows - s.OK - s.Failed - s.Refused - s.Plan.Invalid - s.Plan.Duplicate
	r.limit(&s, now)
	return s
}

// barely is how short a pause is not worth telling.
const barely = time.Second

// limit finds out what keeps the run from going faster.
func (r *Run) limit(s *Status, now time.Time) {
	outage := r.breaker.pausedSince()
	used := s.Writes.ClosedUntil
	if s.Reads.ClosedUntil.After(used) {
		used = s.Reads.ClosedUntil
	}
	switch {
	case s.Elapsed == 0 || s.Done() >= s.Total():
	case r.isStopping():
		s.Limit, s.Left = LimitStopping, 0
	case !outage.IsZero():
		s.Limit, s.Since = LimitOutage, outage
	case used.Sub(now) > barely:
		s.Limit, s.Until = LimitUsedUp, used
	case s.Busy >= s.Workers || s.Writes.PerSecond == 0:
		s.Limit = LimitLatency
	case !r.cfg.Pace.Rate.Auto():
		s.Limit = LimitRate
	default:
		s.Limit = LimitQuota
	}
}

func (r *Run) isStopping() bool {
	select {
	case <-r.stopping:
		return true
	default:
		return false
	}
}

// Summary is what the run came to. ExitCode and Reason are the caller's to fill.
func (r *Run) Summary() report.Summary {
	status := r.Status()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := report.Summary{
		Run: r.cfg.ID, Action: string(r.cfg.Action), Shard: r.cfg.Shard.Label(), Fleet: r.sourceName(), Results: r.cfg.Journal.PartialPath(), BaseURL: r.cfg.APIName,
		StartedAt: r.started.UTC(), FinishedAt: r.started.Add(status.Elapsed).UTC(), Seconds: status.Elapsed.Seconds(),
		Rows:      status.Plan.Rows,
		Earlier:   status.Plan.Done,
		OK:        status.OK,
		Failed:    status.Failed,
		Refused:   status.Refused,
		Invalid:   status.Plan.Invalid,
		Duplicate: status.Plan.Duplicate,
		Remaining: status.Remaining,
		Kept:      r.kept,
		Pruned:    status.Pruned,
		PrunedNot: status.PrunedNot,
		Verified:  r.sample.verified, Mismatches: r.sample.mismatches,
		Attempts: status.Attempts, Retries: status.RetriesMade(), Throttled: status.Throttled,
		SubscriptionEnd: r.tally.SubscriptionEnd, UsageThreshold: r.tally.UsageThreshold,
		Causes:   append(r.tally.Causes(), r.pruned.Causes()...),
		Complete: r.complete,
	}
	if r.pruned.Rows() > 0 {
		s.PrunedOutcomes = r.pruned.Outcomes()
	}
	if r.complete {
		s.Results = r.cfg.Journal.Path()
	}
	return s
}
