package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/history"
	"simhook/report/results"
	"simhook/report/simset"
)

// Plan is what a run is about to do, in numbers.
type Plan struct {
	Rows      int // of the fleet file
	New       int // SIMs without a result
	Again     int // SIMs whose result is not as it should be
	Done      int // SIMs that earlier runs have done
	Invalid   int
	Duplicate int
	Reads     int // calls, where all is as expected
	Writes    int
	ByOption  int // rows without a webhook URL of their own, which have that of the run
	Gone      int // SIMs that have left the fleet and are to lose their webhooks
}

// Calls is the number of calls, where all is as expected.
func (p Plan) Calls() int { return p.Reads + p.Writes }

// ToDo is the number of SIMs that calls are to be made for.
func (p Plan) ToDo() int { return p.New + p.Again + p.Gone }

// planner goes over the fleet, and says of each row what is to be done about it.
type planner struct {
	cfg       *Config
	journal   *results.Journal
	past      *results.Journal     // knows the SIMs that have left the fleet: the same, or of a dry run another; nil: nothing is pruned
	changes   *history.LastChanges // nil: none are known
	others    otherShards
	elsewhere otherFleets
	rounded   roundedSIMs // nil: they are not looked for
	done      string      // a SIM that an earlier run has done; "": none
	backlog   backlog     // what the last pass has left to do
}

// otherShards counts the rows that a pass over the fleet leaves to other shards.
type otherShards struct {
	sims, bad int
	unusable  int         // those that their shards will find invalid or duplicate, bad ones among them
	seen      *simset.Set // nil: duplicates are not looked for
}

// entry is a row of the fleet, and what is known of it.
type entry struct {
	sim
	bad      *report.Row // the row's result, if it names no SIM to call for
	recorded bool        // that result is written already
	done     bool        // by an earlier run
	again    bool        // an earlier run has a result, but not as it should be
}

// plan goes over the fleet once and counts. It makes no call. Its error is a *fleet.Error if the fleet is of no use,
// a *TooManyDeletesError, an *UnexpectedDeletesError, a *RoundedError, or the context's. bad counts the rows that name no SIM.
func (p *planner) plan(ctx context.Context, bad *report.Tally) (Plan, error) {
	var plan Plan
	var firstBad *report.Row
	if p.past != nil {
		p.rounded = roundedSIMs{}
		defer func() { p.rounded = nil }()
	}
	for e, err := range p.pass(ctx) {
		if err != nil {
			return Plan{}, err
		}
		plan.Rows++
		p.backlog.add(e)
		if e.bad == nil && e.urlFrom == report.URLOfOption {
			plan.ByOption++
		}
		switch {
		case e.bad != nil:
			plan.countBad(e.bad)
			bad.Add(e.bad)
			if firstBad == nil {
				firstBad = e.bad
			}
			continue
		case e.done:
			if plan.Done++; plan.Done == 1 {
				p.done = e.iccid
			}
			continue
		case e.again:
			plan.Again++
		default:
			plan.New++
		}
		reads, writes := p.cfg.callsFor(&e.sim)
		plan.Reads, plan.Writes = plan.Reads+reads, plan.Writes+writes
	}
	if err := p.journal.Err(); err != nil {
		return Plan{}, &fleet.Error{Name: p.cfg.sourceName(), Err: err}
	}
	if err := p.planPruning(&plan); err != nil {
		return Plan{}, err
	}
	return plan, p.checkUsable(plan, firstBad)
}

func (p *Plan) countBad(bad *report.Row) {
	if bad.Status == report.StatusDuplicate {
		p.Duplicate++
	} else {
		p.Invalid++
	}
}

// callsFor is how many calls a SIM costs where all is as expected.
func (c *Config) callsFor(s *sim) (reads, writes int) {
	types := len(c.typesOf(s))
	switch {
	case c.Action == Reconcile:
		return 1, 0
	case c.Blind:
		return 0, types
	}
	return 1, types
}

// pass goes over the fleet from its beginning. It ends with the first error.
func (p *planner) pass(ctx context.Context) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		p.journal.Begin()
		if p.past != nil && p.past != p.journal {
			p.past.Begin()
		}
		p.others = otherShards{}
		if p.cfg.Prune && !p.cfg.Shard.Whole() {
			p.others.seen = simset.New()
		}
		n := 0
		for row, err := range p.cfg.rows() {
			if n++; err == nil && n%1024 == 0 {
				err = context.Cause(ctx)
			}
			if err != nil {
				yield(entry{}, err)
				return
			}
			if p.rounded != nil {
				p.rounded.add(&row)
			}
			if !p.owns(row) {
				p.others.count(row, p.cfg.Action)
				continue
			}
			if !yield(p.classify(row), nil) {
				return
			}
		}
	}
}

// owns reports whether a row is for this shard.
func (p *planner) owns(row sourceRow) bool {
	if row.Problem != "" {
		return p.cfg.Shard.OwnsBadRows()
	}
	return p.cfg.Shard.Owns(row.ICCID)
}

func (o *otherShards) count(row sourceRow, action Action) {
	if row.Problem != "" {
		o.bad++
		o.unusable++
		return
	}
	o.sims++
	if row.WebhookURL == "" && action.needsWebhookURL() {
		o.unusable++
		return
	}
	if o.seen != nil {
		if sight, _ := o.seen.See(row.ICCID, row.WebhookURL); sight != simset.First {
			o.unusable++
		}
	}
}

// classify tells what is to be done about a row.
func (p *planner) classify(row sourceRow) entry {
	e := entry{sim: sim{line: row.Line, iccid: row.ICCID, webhookURL: row.WebhookURL, urlFrom: row.urlFrom, steps: row.steps}}
	switch {
	case row.Problem != "":
		return p.badRow(row, report.StatusInvalid, row.Cell, row.Problem)
	case row.WebhookURL == "" && p.cfg.Action.needsWebhookURL():
		return p.badRow(row, report.StatusInvalid, row.ICCID, "no webhook URL: fill the webhook_url column or give --webhook-url")
	}
	if p.cfg.Action == Unregister {
		e.webhookURL = p.cfg.OnlyURL // a SIM that was looked at for another URL is not done
	}
	sight, state := p.journal.Look(row.ICCID, e.webhookURL)
	if p.past != nil && p.past != p.journal {
		p.past.Look(row.ICCID, e.webhookURL)
	}
	switch sight {
	case simset.Repeated:
		return p.badRow(row, report.StatusDuplicate, row.ICCID, "the ICCID stands on an earlier line too")
	case simset.Conflicting:
		return p.badRow(row, report.StatusInvalid, row.ICCID, "the ICCID stands on an earlier line with another webhook URL: keep one of the two")
	}
	e.done, e.again = state == results.Done, state == results.Again
	if !e.done {
		e.labels = p.labels(row)
	}
	return e
}

func (p *planner) badRow(row sourceRow, status report.Status, iccid, problem string) entry {
	bad := p.cfg.newRow(row.Line, iccid, row.WebhookURL)
	bad.Status, bad.Error, bad.Labels, bad.URLFrom = status, problem, p.labels(row), row.urlFrom
	return entry{bad: &bad, recorded: p.journal.LookBad(&bad)}
}

// labels are those of a row of the fleet.
func (p *planner) labels(row sourceRow) []report.Label {
	if len(row.Labels) == 0 {
		return nil
	}
	labels := make([]report.Label, len(row.Labels))
	for i, name := range p.cfg.Fleet.Labels() {
		labels[i] = report.Label{Name: name, Value: row.Labels[i]}
	}
	return labels
}

// checkUsable refuses a fleet that has no SIM to call for, for this shard or another. A shard without SIMs of its own
// has nothing to do, which is no error.
func (p *planner) checkUsable(plan Plan, firstBad *report.Row) error {
	bad := plan.Rows + p.others.bad
	var err error
	switch {
	case plan.ToDo()+plan.Done+p.others.sims > 0 || p.cfg.Steps != nil:
		return nil
	case bad == 0:
		err = errors.New("has no row below its header")
	case firstBad == nil:
		err = fmt.Errorf("none of its %d rows is valid: shard 0 tells why", bad)
	default:
		err = fmt.Errorf("none of its %d rows is valid; the first: line %d: %s", bad, firstBad.Line, firstBad.Error)
	}
	return &fleet.Error{Name: p.cfg.sourceName(), Err: err}
}

// maxBacklog is how many entries are kept from planning to calling: enough for a small fleet, and for what an earlier
// run has left in most cases.
const maxBacklog = 1024

// backlog holds the entries that are still to be done, as long as they are few: going over a large fleet once more
// would delay the first call.
type backlog struct {
	entries []entry
	tooMany bool
}

func (b *backlog) add(e entry) {
	switch {
	case e.done || e.recorded || b.tooMany:
	case len(b.entries) == maxBacklog:
		b.entries, b.tooMany = nil, true
	default:
		b.entries = append(b.entries, e)
	}
}

// remaining yields what the plan has left to do, and perhaps more.
func (p *planner) remaining(ctx context.Context) iter.Seq2[entry, error] {
	if p.backlog.tooMany {
		return p.pass(ctx)
	}
	return func(yield func(entry, error) bool) {
		for _, e := range p.backlog.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// recall adds to a SIM what an earlier run achieved for it. Where another run changed the SIM since, and in a new sweep,
// which reads all SIMs again, only the webhooks count that the earlier run removed without getting any further.
func (p *planner) recall(s *sim, again bool) error {
	row, found, err := p.journal.Earlier(s.iccid, s.webhookURL)
	if t := p.cfg.ownOfOthers(&row); err == nil && !found && t != "" {
		return &OtherTypeError{Type: t, ICCID: s.iccid, Why: "has another webhook URL in the fleet file than in the results"}
	}
	if err != nil || !found {
		return err
	}
	for i := range row.Calls {
		call := &row.Calls[i]
		ours := slices.Contains(p.cfg.Types, api.NotificationType(call.Type))
		if ours && !again || p.changes != nil && p.changes.After(s.iccid, call.Run()) {
			*call = report.Call{Type: call.Type, PreviousURL: call.PreviousURL}
		}
	}
	earlier := row // which takes memory only here: most SIMs have none
	s.earlier = &earlier
	return nil
}
