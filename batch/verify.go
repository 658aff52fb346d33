package batch

import (
	"fmt"
	"math/rand/v2"

	"golang.org/x/sync/errgroup"

	"simhook/api"
	"simhook/batch/fleet"
	"simhook/report"
	"simhook/report/cell"
)

// VerifyError says that what was read back at the end is not what was
// registered.
type VerifyError struct {
	Mismatches, Of int
	Failed         error // a read that failed for good; nil: none
}

func (e *VerifyError) Error() string {
	if e.Failed != nil {
		return fmt.Sprintf("reading back %d SIMs: %v", e.Of, e.Failed)
	}
	return fmt.Sprintf("of %d SIMs that were read back, %d do not have the webhooks that were registered: run again", e.Of, e.Mismatches)
}

func (e *VerifyError) Unwrap() error { return e.Failed }

// sample is a random choice of SIMs, each equally likely whatever their number
// (reservoir sampling, algorithm R).
type sample struct {
	offered    int
	sims       []sim
	verified   int
	mismatches []report.Mismatch
}

func (s *sample) offer(row *report.Row, size int) {
	if size == 0 || row.Status != report.StatusOK {
		return
	}
	s.offered++
	chosen := sim{line: row.Line, iccid: row.ICCID, webhookURL: row.WebhookURL}
	if len(s.sims) < size {
		s.sims = append(s.sims, chosen)
	} else if n := rand.IntN(s.offered); n < size {
		s.sims[n] = chosen
	}
}

// verify reads the sample back and compares.
func (r *Run) verify(calls contexts) error {
	var group errgroup.Group
	group.SetLimit(r.cfg.Workers)
	for _, s := range r.record.sample.sims {
		group.Go(func() error {
			v := r.newVisit(calls, s)
			v.calls.reads = v.calls.begin("V")
			if err := v.calls.read(); err != nil {
				return fmt.Errorf("SIM %s: %s", s.iccid, explain(err))
			}
			r.record.compare(s, v.calls.found)
			return nil
		})
	}
	err := group.Wait()
	if err == nil && len(r.record.sample.mismatches) == 0 {
		return nil
	}
	return &VerifyError{Mismatches: len(r.record.sample.mismatches), Of: len(r.record.sample.sims), Failed: err}
}

func (c *recorder) compare(s sim, found api.Preferences) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sample.verified++
	for _, t := range c.cfg.Types {
		if !fleet.SameURL(found[t], s.webhookURL) {
			c.sample.mismatches = append(c.sample.mismatches, report.Mismatch{
				ICCID: s.iccid, Type: string(t), Want: shownURL(s.webhookURL), Found: shownURL(found[t]),
			})
		}
	}
}

// shownURL is a webhook URL as people may see it outside the results.
func shownURL(url string) string { return cell.Clean(api.MaskURLs(url), fleet.MaxWebhookURL) }
