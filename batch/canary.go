package batch

import (
	"fmt"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
)

// CanaryError says that the first SIMs of a run are not as they should be. No other SIM was changed.
type CanaryError struct {
	SIMs  int
	ICCID string // of the first SIM that is not as it should be
	Why   string
}

func (e *CanaryError) Error() string {
	return fmt.Sprintf("the first %d SIMs (--canary) are not all as they should be, and no other was changed: SIM %s: %s", e.SIMs, e.ICCID, e.Why)
}

// canary are the first SIMs of a run, which are read back before any other is changed.
type canary struct {
	sims []sim
	rows chan report.Row // of the SIMs, once they are written down

	checked bool
}

// passCanary reads the first SIMs back, once, and stops the run if they are not as they should be.
func (r *Run) passCanary(calls contexts) error {
	c := &r.record.canary
	if c.checked || len(c.sims) == 0 {
		return nil
	}
	c.checked = true
	err := r.checkCanary(calls)
	if is[*CanaryError](err) {
		r.stop(err)
		return errStopped
	}
	return err
}

// offer takes the row of one of the first SIMs. While there are fewer rows than the canary waits for, all rows are.
func (c *canary) offer(row report.Row) {
	if row.Status == report.StatusInvalid || row.Status == report.StatusDuplicate {
		return
	}
	select {
	case c.rows <- row:
	default: // there are enough, or there is no canary
	}
}

// checkCanary waits for the rows of the first SIMs, and reads the SIMs back. Its error is a *CanaryError, or errStopped.
func (r *Run) checkCanary(calls contexts) error {
	c := &r.record.canary
	for range c.sims {
		select {
		case row := <-c.rows:
			if row.Status != report.StatusOK {
				return &CanaryError{SIMs: len(c.sims), ICCID: row.ICCID, Why: string(row.Status) + ": " + row.Error}
			}
		case <-r.stopping:
			return errStopped
		}
	}
	for _, s := range c.sims {
		if err := r.readBack(calls, s); err != nil {
			return err
		}
	}
	r.cfg.Log.Info("the first SIMs are as they should be: going on with the others", "sims", len(c.sims))
	return nil
}

// readBack compares what a SIM has with what it is to have. Webhooks that are left because they are not ours, and are
// counted as foreign, do not differ.
func (r *Run) readBack(calls contexts, s sim) error {
	v := r.newVisit(calls, s)
	v.calls.reads = v.calls.begin("V")
	if err := v.calls.read(); err != nil {
		return &CanaryError{SIMs: len(r.record.canary.sims), ICCID: s.iccid, Why: "reading it back: " + explain(err)}
	}
	for _, t := range r.cfg.typesOf(&s) {
		if found, want := v.calls.found[t], v.want(t); !fleet.SameURL(found, want) && !v.mayStay(t, found) {
			return &CanaryError{
				SIMs: len(r.record.canary.sims), ICCID: s.iccid,
				Why: fmt.Sprintf("%s is %s, and should be %s", t, orNone(shownURL(found)), orNone(shownURL(want))),
			}
		}
	}
	return nil
}

// mayStay reports whether a webhook is one that the action leaves alone.
func (v *visit) mayStay(t api.NotificationType, found string) bool {
	switch v.cfg.Action {
	case Unregister:
		return v.cfg.OnlyURL != "" && !fleet.SameURL(found, v.cfg.OnlyURL)
	case Restore:
		step, _ := v.sim.steps.of(t)
		return found != "" && !fleet.SameURL(found, step.from)
	}
	return false
}

func orNone(url string) string {
	if url == "" {
		return "no webhook"
	}
	return url
}
