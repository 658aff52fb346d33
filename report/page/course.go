package page

import (
	"time"

	"simhook/report"
)

// course is what was done in each second, by Unix time.
type course map[int64]done

// done is what was done in a span of time.
type done struct {
	sims  int // that were finished
	bad   int // those that failed or were refused
	calls int // that were made for them
}

func (c course) add(row *report.Row, calls int) {
	second := row.FinishedAt.Unix()
	d := c[second]
	d.sims++
	d.calls += calls
	if row.Status != report.StatusOK {
		d.bad++
	}
	c[second] = d
}

// bounds are the first second and the last.
func (c course) bounds() (first, last int64) {
	started := false
	for second := range c {
		if !started {
			first, last, started = second, second, true
		}
		first, last = min(first, second), max(last, second)
	}
	return first, last
}

// maxBins is how many steps a chart has at most: as many as a phone's screen has room for.
const maxBins = 120

// binned sums the course up in steps of a round width. The first step begins at a multiple of the width.
func (c course) binned() (from time.Time, width time.Duration, bins []done) {
	if len(c) == 0 {
		return time.Time{}, 0, nil
	}
	first, last := c.bounds()
	step := roundStep(last-first+1, maxBins-1)
	begin := first - first%step
	bins = make([]done, (last-begin)/step+1)
	for second, d := range c {
		bin := &bins[(second-begin)/step]
		bin.sims += d.sims
		bin.bad += d.bad
		bin.calls += d.calls
	}
	return time.Unix(begin, 0).UTC(), time.Duration(step) * time.Second, bins
}

// roundStep is the smallest round number of seconds with which so many steps cover a span in seconds.
func roundStep(span, steps int64) int64 {
	const minute, hour, day = 60, 60 * 60, 24 * 60 * 60
	for _, step := range []int64{
		1, 2, 5, 10, 15, 30,
		minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
		hour, 2 * hour, 6 * hour, 12 * hour,
	} {
		if span <= steps*step {
			return step
		}
	}
	return (span/(steps*day) + 1) * day
}
