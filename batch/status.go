package batch

import (
	"net/http"
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
	Accepted  int // of Refused: see Config.AcceptRefused
	Remaining int // SIMs of the fleet that are not done yet
	Pruned    int // SIMs that have left the fleet and lost their webhooks
	PrunedNot int // those that could not be dealt with

	Attempts  int64 // of calls by this run, retries included
	Answered  int64 // calls that got an answer, whatever it says
	Retries   map[string]int64
	Throttled int64 // answers 429
	Tokens    int   // access tokens obtained

	ReadsPerSecond  float64       // answered in the last 10 s
	WritesPerSecond float64       // the same
	Left            time.Duration // until the end, at the last minute's rate; 0: not known

	Busy    int // calls in flight
	Workers int
	Writes  pace.Status
	Reads   pace.Status

	Limit Limit     // what keeps the run from going faster
	Since time.Time // of an outage, when it began
	Until time.Time // of a used up quota, when it is renewed
	Asked int       // HTTP status of an answer that asked for the pause, where no quota explains it; 0: a quota does
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

// CallsPerSecond is how many calls a second were answered in the last 10 s.
func (s Status) CallsPerSecond() float64 { return s.ReadsPerSecond + s.WritesPerSecond }

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
	counts := &r.caller.counts
	s := Status{
		Plan:     r.plan,
		Attempts: counts.attempts.Load(), Answered: counts.reads.Load() + counts.writes.Load(), Retries: counts.retries.byReason(), Throttled: counts.throttled.Load(),
		Tokens: r.cfg.Client.TokensObtained(),
		Busy:   int(counts.busy.Load()), Workers: r.cfg.Workers,
		Writes: r.caller.writes.Status(now), Reads: r.caller.reads.Status(now),
	}
	r.record.status(&s, now)
	s.Remaining = s.Plan.Rows - s.OK - s.Failed - s.Refused - s.Plan.Invalid - s.Plan.Duplicate
	r.limit(&s, now)
	return s
}

// status fills in what became of the SIMs so far.
func (c *recorder) status(s *Status, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.OK = s.Plan.Done + c.tally.Statuses[report.StatusOK]
	s.Failed = c.tally.Statuses[report.StatusFailed]
	s.Refused = c.tally.Statuses[report.StatusRefused]
	if s.Accepted = c.known; !c.cfg.AcceptRefused.exceeded(s.Refused-c.known, s.Plan.Rows) {
		s.Accepted = s.Refused
	}
	s.Pruned = c.pruned.Statuses[report.StatusOK]
	s.PrunedNot = c.pruned.Handled() - s.Pruned
	if !c.started.IsZero() {
		s.Elapsed = now.Sub(c.started)
		c.lastMinute.add(now, c.answered(), c.tally.Handled()+c.pruned.Handled())
		s.ReadsPerSecond, s.WritesPerSecond = c.lastMinute.rate(now, c.answered())
		if s.CallsPerSecond() > 0 {
			s.Left = c.lastMinute.needed(now, s.Done()-s.Plan.Done, s.Total()-s.Done())
		}
	}
}

// barely is how short a pause is not worth telling.
const barely = time.Second

// limit finds out what keeps the run from going faster.
func (r *Run) limit(s *Status, now time.Time) {
	outage := r.caller.pausedSince()
	closed := s.Writes
	if s.Reads.ClosedUntil.After(closed.ClosedUntil) {
		closed = s.Reads
	}
	_, stopping := r.stopped()
	switch {
	case s.Elapsed == 0 || s.Done() >= s.Total():
	case stopping:
		s.Limit, s.Left = LimitStopping, 0
	case !outage.IsZero():
		s.Limit, s.Since = LimitOutage, outage
	case closed.ClosedUntil.Sub(now) > barely:
		s.Limit, s.Until = LimitUsedUp, closed.ClosedUntil
		if closed.ClosedBy >= 400 && closed.ClosedBy != http.StatusTooManyRequests {
			s.Asked = closed.ClosedBy
		}
	case s.Busy >= s.Workers || s.Writes.PerSecond == 0:
		s.Limit = LimitLatency
	case !r.cfg.Pace.Rate.Auto():
		s.Limit = LimitRate
	default:
		s.Limit = LimitQuota
	}
}

// Summary is what the run came to. ExitCode and Reason are the caller's to fill.
func (r *Run) Summary() report.Summary {
	status := r.Status()
	s := report.Summary{
		Run: r.cfg.ID, Action: string(r.cfg.Action), Shard: r.cfg.Shard.Label(), Fleet: r.cfg.sourceName(), BaseURL: r.cfg.APIName,
		Seconds:   status.Elapsed.Seconds(),
		Rows:      status.Plan.Rows,
		Earlier:   status.Plan.Done,
		OK:        status.OK,
		Failed:    status.Failed,
		Refused:   status.Refused,
		Accepted:  status.Accepted,
		Invalid:   status.Plan.Invalid,
		Duplicate: status.Plan.Duplicate,
		Remaining: status.Remaining,
		Pruned:    status.Pruned,
		PrunedNot: status.PrunedNot,
		Attempts:  status.Attempts, Retries: status.RetriesMade(), Throttled: status.Throttled,
		QuotaUsed: max(status.Writes.Used, status.Reads.Used),
	}
	if r.cfg.Results != "" {
		s.Results = r.journal.PartialPath()
		if r.cfg.looksOnly() || r.record.isComplete() {
			s.Results = r.journal.Path()
		}
	}
	r.record.summarise(&s, status.Elapsed)
	return s
}

// summarise fills in what became of the rows.
func (c *recorder) summarise(s *report.Summary, elapsed time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.StartedAt, s.FinishedAt = c.started.UTC(), c.started.Add(elapsed).UTC()
	s.Kept, s.Complete = c.kept, c.completed
	s.Verified, s.Mismatches = c.sample.verified, c.sample.mismatches
	s.Outcomes = c.tally.Outcomes
	s.Causes = append(c.tally.Causes(), c.pruned.Causes()...)
	if c.pruned.Rows() > 0 {
		s.PrunedOutcomes = c.pruned.Outcomes.All()
	}
}
