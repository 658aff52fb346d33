package batch

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

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
	return fmt.Sprintf("of %d SIMs that were read back, %d do not have the webhooks that were registered, and are failed now: run again", e.Of, e.Mismatches)
}

func (e *VerifyError) Unwrap() error { return e.Failed }

// sample is a random choice of SIMs, each equally likely whatever their number
// (reservoir sampling, algorithm R).
type sample struct {
	offered    int
	rows       []report.Row
	verified   int
	mismatches []report.Mismatch
}

func (s *sample) offer(row *report.Row, size int) {
	if size == 0 || row.Status != report.StatusOK {
		return
	}
	s.offered++
	if len(s.rows) < size {
		s.rows = append(s.rows, *row)
	} else if n := rand.IntN(s.offered); n < size {
		s.rows[n] = *row
	}
}

// verify reads the sample back and compares. SIMs that are not as their rows say get another row, which is failed.
func (r *Run) verify(calls contexts) error {
	var group errgroup.Group
	group.SetLimit(r.cfg.Workers)
	for _, row := range r.record.sample.rows {
		group.Go(func() error {
			v := r.newVisit(calls, sim{line: row.Line, iccid: row.ICCID, webhookURL: row.WebhookURL, labels: row.Labels, urlFrom: row.URLFrom})
			v.calls.reads = v.calls.begin("V")
			if err := v.calls.read(); err != nil {
				return fmt.Errorf("SIM %s: %s", row.ICCID, explain(err))
			}
			return r.record.compare(row, v.calls.found)
		})
	}
	err := group.Wait()
	if err == nil && len(r.record.sample.mismatches) == 0 {
		return nil
	}
	return &VerifyError{Mismatches: len(r.record.sample.mismatches), Of: len(r.record.sample.rows), Failed: err}
}

// compare compares what was read back with the row, and writes a failed one where they differ. Its error is a
// *file.WriteError.
func (c *recorder) compare(row report.Row, found api.Preferences) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sample.verified++
	said := row
	row.Calls = slices.Clone(row.Calls)
	for _, t := range c.cfg.Types {
		if fleet.SameURL(found[t], row.WebhookURL) {
			continue
		}
		c.sample.mismatches = append(c.sample.mismatches, report.Mismatch{
			ICCID: row.ICCID, Type: string(t), Want: shownURL(row.WebhookURL), Found: shownURL(found[t]),
		})
		call := row.Call(string(t))
		call.Outcome, call.Error = report.Failed, "read back at the end: "+orNone(shownURL(found[t]))+" is there"
		row.Status, row.Error = report.StatusFailed, cmp.Or(row.Error, call.Error)
	}
	if row.Status == said.Status {
		return nil
	}
	if err := c.journal.Append([]report.Row{row}); err != nil {
		return err
	}
	c.tally.Replace(&said, &row)
	return nil
}

// shownURL is a webhook URL as people may see it outside the results.
func shownURL(url string) string { return cell.Clean(api.MaskURLs(url), fleet.MaxWebhookURL) }
