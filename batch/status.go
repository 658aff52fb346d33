package batch

import (
	"time"

	"simhook/report"
)

// Status is how far a run is.
type Status struct {
	Plan      Plan
	OK        int // by this run, as are the next two
	Failed    int
	Refused   int
	Attempts  int64
	Throttled int64
	Elapsed   time.Duration
	Paused    string // why no calls are made at present; empty: they are
}

// Handled is how many SIMs have their result.
func (s Status) Handled() int { return s.OK + s.Failed + s.Refused }

// Status tells how far the run is. It may be called at any time.
func (r *Run) Status() Status {
	now := time.Now()
	r.mu.Lock()
	s := Status{
		Plan:    r.plan,
		OK:      r.tally.Statuses[report.StatusOK] + r.pruned.Statuses[report.StatusOK],
		Failed:  r.tally.Statuses[report.StatusFailed] + r.pruned.Statuses[report.StatusFailed],
		Refused: r.tally.Statuses[report.StatusRefused] + r.pruned.Statuses[report.StatusRefused],
	}
	if !r.started.IsZero() {
		s.Elapsed = now.Sub(r.started)
	}
	r.mu.Unlock()
	s.Attempts, s.Throttled = r.counts.attempts.Load(), r.counts.throttled.Load()
	gate := r.writes.ClosedUntil()
	switch since := r.breaker.pausedSince(); {
	case !since.IsZero():
		s.Paused = "the API has not answered for " + now.Sub(since).Round(time.Second).String()
	case gate.Sub(now) > time.Second:
		s.Paused = "quota used up until " + gate.Format(time.TimeOnly)
	}
	return s
}

// Summary is what the run came to. ExitCode and Reason are the caller's to fill.
func (r *Run) Summary() report.Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	s := report.Summary{
		Run: r.cfg.ID, Action: string(r.cfg.Action), Shard: r.cfg.Shard.Label(), Fleet: r.sourceName(), Results: r.cfg.Journal.PartialPath(), BaseURL: r.cfg.APIName,
		StartedAt: r.started.UTC(), FinishedAt: now.UTC(), Seconds: now.Sub(r.started).Seconds(),
		Rows:      r.plan.Rows,
		Earlier:   r.plan.Done,
		OK:        r.plan.Done + r.tally.Statuses[report.StatusOK],
		Failed:    r.tally.Statuses[report.StatusFailed],
		Refused:   r.tally.Statuses[report.StatusRefused],
		Invalid:   r.plan.Invalid,
		Duplicate: r.plan.Duplicate,
		Kept:      r.kept,
		Pruned:    r.pruned.Statuses[report.StatusOK],
		PrunedNot: r.pruned.Handled() - r.pruned.Statuses[report.StatusOK],
		Verified:  r.sample.verified, Mismatches: r.sample.mismatches,
		Attempts: r.counts.attempts.Load(), Retries: r.counts.retries.Load(), Throttled: r.counts.throttled.Load(),
		SubscriptionEnd: r.tally.SubscriptionEnd, UsageThreshold: r.tally.UsageThreshold,
		Causes:   append(r.tally.Causes(), r.pruned.Causes()...),
		Complete: r.complete,
	}
	if r.pruned.Rows() > 0 {
		s.PrunedOutcomes = r.pruned.Outcomes()
	}
	s.Remaining = s.Rows - s.OK - s.Failed - s.Refused - s.Invalid - s.Duplicate
	if r.complete {
		s.Results = r.cfg.Journal.Path()
	}
	return s
}
