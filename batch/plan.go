package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"simhook/api"
	"simhook/report"
)

// Plan is what a run is about to do.
type Plan struct {
	Rows      int // of the fleet file
	New       int // SIMs without a result
	Again     int // SIMs whose result is not as it should be
	Done      int // SIMs that earlier runs have done
	Invalid   int
	Duplicate int
	Calls     int // at least
}

// ToDo is the number of SIMs that calls are to be made for.
func (p Plan) ToDo() int { return p.New + p.Again }

// Plan goes over the fleet once and says what is to be done. It makes no call.
// Its error is a *FleetError if the fleet is of no use.
func (r *Run) Plan(ctx context.Context) (Plan, error) {
	var firstBad *report.Row
	err := r.pass(ctx, func(e entry) error {
		r.plan.Rows++
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
		r.plan.Calls += len(r.cfg.Types)
		return nil
	})
	if err != nil {
		return Plan{}, err
	}
	if r.plan.ToDo()+r.plan.Done == 0 {
		err := errors.New("has no row below its header")
		if firstBad != nil {
			err = fmt.Errorf("none of its %d rows is valid; the first: line %d: %s", r.plan.Rows, firstBad.Line, firstBad.Error)
		}
		return Plan{}, &FleetError{Name: r.cfg.Fleet.Name(), Err: err}
	}
	return r.plan, nil
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
	perSecond := r.writes.PerSecond()
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
	rows, err := r.cfg.Fleet.Rows()
	if err != nil {
		return err
	}
	r.cfg.Journal.Begin()
	for n := 0; ; n++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && n%1024 == 0 {
			err = context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		if err := show(r.classify(row)); err != nil {
			return err
		}
	}
}

// classify tells what is to be done about a row.
func (r *Run) classify(row FleetRow) entry {
	e := entry{sim: sim{line: row.Line, iccid: row.ICCID, webhookURL: row.WebhookURL}}
	switch {
	case row.Problem != "":
		return r.badRow(row, report.StatusInvalid, row.Cell, row.Problem)
	case row.WebhookURL == "" && r.cfg.Action.needsWebhookURL():
		return r.badRow(row, report.StatusInvalid, row.ICCID, "no webhook URL: fill the webhook_url column or give --webhook-url")
	}
	if !r.cfg.Action.needsWebhookURL() {
		e.webhookURL = ""
	}
	sight, state := r.cfg.Journal.Sight(row.ICCID, e.webhookURL)
	switch sight {
	case report.Repeated:
		return r.badRow(row, report.StatusDuplicate, row.ICCID, "the ICCID stands on an earlier line too")
	case report.Conflicting:
		return r.badRow(row, report.StatusInvalid, row.ICCID, "the ICCID stands on an earlier line with another webhook URL: keep one of the two")
	}
	e.done, e.again = state == report.Done, state == report.Again
	return e
}

func (r *Run) badRow(row FleetRow, status report.Status, iccid, problem string) entry {
	now := time.Now()
	bad := &report.Row{
		ICCID: iccid, Line: row.Line, Action: string(r.cfg.Action), Status: status, WebhookURL: row.WebhookURL,
		Error: problem, StartedAt: now, FinishedAt: now, BaseURL: r.cfg.APIName,
	}
	return entry{bad: bad, recorded: r.cfg.Journal.Bad(bad)}
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
			if again {
				if err := r.recall(&e.sim); err != nil {
					return err
				}
			}
			select {
			case <-r.stopping:
				return errStopped
			default:
			}
			select {
			case sims <- e.sim:
				return nil
			case <-r.stopping:
				return errStopped
			}
		}
	}
	if err := r.pass(ctx, send(false)); err != nil || r.plan.Again == 0 {
		return err
	}
	return r.pass(ctx, send(true))
}

// recall adds what an earlier run achieved for a SIM.
func (r *Run) recall(s *sim) error {
	row, found, err := r.cfg.Journal.Earlier(s.iccid, s.webhookURL)
	if found {
		s.earlier = &row
	}
	return err
}

// needsWebhookURL reports whether the action sets a webhook.
func (a Action) needsWebhookURL() bool { return a == Register }

// typesOf says which types a run is about, as the results do.
func typesOf(types []api.NotificationType) (want report.Types) {
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
