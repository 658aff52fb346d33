package batch

import (
	"context"
	"iter"
	"time"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/results"
	"simhook/report/simset"
)

// Plan is what a run is about to do.
type Plan struct {
	Rows      int // of the fleet file
	New       int // SIMs without a result
	Again     int // SIMs whose result is not as it should be
	Done      int // SIMs that earlier runs have done
	Invalid   int
	Duplicate int
	Calls     int // where all is as expected
	Gone      int // SIMs that have left the fleet and are to lose their webhooks
}

// ToDo is the number of SIMs that calls are to be made for.
func (p Plan) ToDo() int { return p.New + p.Again + p.Gone }

// Plan goes over the fleet once and says what is to be done. It makes no call.
// Its error is a *FleetError if the fleet is of no use.
func (r *Run) Plan(ctx context.Context) (Plan, error) {
	var firstBad *report.Row
	r.left = left{}
	err := r.pass(ctx, func(e entry) error {
		r.plan.Rows++
		r.left.note(e)
		switch {
		case e.bad != nil:
			r.plan.note(e.bad)
			r.tally.Add(e.bad)
			if firstBad == nil {
				firstBad = e.bad
			}
			return nil
		case e.done:
			r.plan.Done++
			return nil
		case e.again:
			r.plan.Again++
		default:
			r.plan.New++
		}
		r.plan.Calls += r.callsFor(e.sim)
		return nil
	})
	if err != nil {
		return Plan{}, err
	}
	if err := r.cfg.Journal.Err(); err != nil {
		return Plan{}, &fleet.Error{Name: r.sourceName(), Err: err}
	}
	if err := r.planPruning(); err != nil {
		return Plan{}, err
	}
	if err := r.useless(firstBad); err != nil {
		return Plan{}, err
	}
	return r.plan, nil
}

// callsFor is how many calls a SIM costs where all is as expected.
func (r *Run) callsFor(s sim) int {
	types := len(r.handler.typesOf(s))
	switch {
	case r.cfg.Action == Reconcile:
		return 1
	case r.cfg.Action == Restore, r.cfg.OnlyURL != "", r.cfg.RecordPrevious:
		return 1 + types
	}
	return types
}

func (p *Plan) note(bad *report.Row) {
	if bad.Status == report.StatusDuplicate {
		p.Duplicate++
	} else {
		p.Invalid++
	}
}

// Expected is how long the calls will take at the rate they may be made, as far
// as it is known before the first answer. Zero: nothing limits them.
func (r *Run) Expected() time.Duration {
	perSecond := r.writes.PerSecond() // reads have a quota of their own, as large
	if perSecond == 0 {
		return 0
	}
	return time.Duration(float64(r.plan.Calls) / perSecond * float64(time.Second))
}

// entry is a row of the fleet, and what is known of it.
type entry struct {
	sim
	bad      *report.Row // the row's result, if it names no SIM to call for
	recorded bool        // that result is written already
	done     bool        // by an earlier run
	again    bool        // an earlier run has a result, but not as it should be
}

// pass goes over the fleet and shows each of its rows.
func (r *Run) pass(ctx context.Context, show func(entry) error) error {
	r.cfg.Journal.Begin()
	r.elsewhere = elsewhere{}
	n := 0
	for row, err := range r.rows() {
		if n++; err == nil && n%1024 == 0 {
			err = context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		if !r.takes(row) {
			continue
		}
		if err := show(r.classify(row)); err != nil {
			return err
		}
	}
	return nil
}

// rows are the fleet's, or those of the results that are to be undone.
func (r *Run) rows() iter.Seq2[sourceRow, error] {
	if r.cfg.Undo != nil {
		return r.cfg.Undo.rows(r.cfg.Types)
	}
	return fleetRows(r.cfg.Fleet)
}

// sourceName is the file that the rows come from.
func (r *Run) sourceName() string {
	if r.cfg.Undo != nil {
		return r.cfg.Undo.Name()
	}
	return r.cfg.Fleet.Name()
}

// classify tells what is to be done about a row.
func (r *Run) classify(row sourceRow) entry {
	e := entry{sim: sim{line: row.Line, iccid: row.ICCID, webhookURL: row.WebhookURL, undos: row.undos}}
	switch {
	case row.Problem != "":
		return r.badRow(row, report.StatusInvalid, row.Cell, row.Problem)
	case row.WebhookURL == "" && r.cfg.Action.needsWebhookURL():
		return r.badRow(row, report.StatusInvalid, row.ICCID, "no webhook URL: fill the webhook_url column or give --webhook-url")
	}
	if r.cfg.Action == Unregister {
		e.webhookURL = ""
	}
	sight, state := r.cfg.Journal.Look(row.ICCID, e.webhookURL)
	switch sight {
	case simset.Repeated:
		return r.badRow(row, report.StatusDuplicate, row.ICCID, "the ICCID stands on an earlier line too")
	case simset.Conflicting:
		return r.badRow(row, report.StatusInvalid, row.ICCID, "the ICCID stands on an earlier line with another webhook URL: keep one of the two")
	}
	e.done, e.again = state == results.Done, state == results.Again
	return e
}

func (r *Run) badRow(row sourceRow, status report.Status, iccid, problem string) entry {
	now := time.Now()
	bad := &report.Row{
		ICCID: iccid, Line: row.Line, Action: string(r.cfg.Action), Status: status, WebhookURL: row.WebhookURL,
		Error: problem, StartedAt: now, FinishedAt: now, BaseURL: r.cfg.APIName,
	}
	return entry{bad: bad, recorded: r.cfg.Journal.LookBad(bad)}
}

// read hands out the SIMs that are to be called for, and the results of rows
// that name none. SIMs that earlier runs have failed on come last: were the API
// to stumble over them, the others would still be done.
func (r *Run) read(ctx context.Context, sims chan<- sim, results chan<- result) error {
	send := func(again bool) func(entry) error {
		return func(e entry) error {
			switch {
			case e.bad != nil && !e.recorded && !again:
				results <- result{row: *e.bad}
				return nil
			case e.bad != nil || e.done || e.again != again:
				return nil
			}
			if err := r.recall(&e.sim, again); err != nil {
				return err
			}
			return r.handOut(sims, e.sim)
		}
	}
	if err := r.entriesLeft(ctx, send(false)); err != nil {
		return err
	}
	if r.plan.Again > 0 {
		if err := r.entriesLeft(ctx, send(true)); err != nil {
			return err
		}
	}
	return r.prune(sims)
}

// handOut gives a SIM to a worker, unless the run is to end.
func (r *Run) handOut(sims chan<- sim, s sim) error {
	select {
	case <-r.stopping:
		return errStopped
	default:
	}
	select {
	case sims <- s:
		return nil
	case <-r.stopping:
		return errStopped
	}
}

// recall adds what an earlier run achieved for a SIM. A new sweep looks at all
// SIMs again: of the last one counts only which webhooks it has removed without
// getting any further.
func (r *Run) recall(s *sim, again bool) error {
	row, found, err := r.cfg.Journal.Earlier(s.iccid, s.webhookURL)
	if err != nil || !found {
		return err
	}
	if !again {
		row.SubscriptionEnd = report.Call{PreviousURL: row.SubscriptionEnd.PreviousURL}
		row.UsageThreshold = report.Call{PreviousURL: row.UsageThreshold.PreviousURL}
	}
	earlier := row // which takes memory only here: for most SIMs there is none
	s.earlier = &earlier
	return nil
}

// typesOf says which types a run is about, as the results do.
func typesOf(types []api.NotificationType) (want results.Types) {
	for _, t := range types {
		switch t {
		case api.SubscriptionEnd:
			want.SubscriptionEnd = true
		case api.UsageThreshold:
			want.UsageThreshold = true
		}
	}
	return want
}
