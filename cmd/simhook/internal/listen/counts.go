package listen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"simhook/cmd/simhook/internal/output"
	"simhook/report"
)

// totals is what a server has done since it was started.
type totals struct {
	received int         // notifications that were written down
	repeated int         // of earlier ones, acknowledged and not written again
	refused  map[int]int // requests that were not acknowledged, by HTTP status
	bytes    int64       // of bodies that were read
}

// refusals is the number of requests that were not acknowledged.
func (s totals) refusals() int {
	sum := 0
	for _, n := range s.refused {
		sum += n
	}
	return sum
}

func (s totals) String() string {
	var text strings.Builder
	text.WriteString(output.Counted(s.received, "notification") + " received, " + output.Counted(s.repeated, "repeat"))
	for _, status := range slices.Sorted(maps.Keys(s.refused)) {
		fmt.Fprintf(&text, ", %s answered %d", report.Thousands(s.refused[status]), status)
	}
	return text.String()
}

// counts counts for many requests at once.
type counts struct {
	mu       sync.Mutex
	stats    totals
	logged   totals
	failedAt time.Time // the last time that a notification could not be written
}

// now returns a copy that no longer changes.
func (c *counts) now() totals {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.copied()
}

func (c *counts) copied() totals {
	s := c.stats
	s.refused = maps.Clone(s.refused)
	return s
}

// changes returns the counts, and whether they have changed since it was last called.
func (c *counts) changes() (totals, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, now := c.logged, c.copied()
	c.logged = now
	changed := before.received != now.received || before.repeated != now.repeated || before.refusals() != now.refusals()
	return now, changed
}

func (c *counts) accepted(repeated bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if repeated {
		c.stats.repeated++
	} else {
		c.stats.received++
	}
}

func (c *counts) refused(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stats.refused == nil {
		c.stats.refused = map[int]int{}
	}
	c.stats.refused[status]++
}

func (c *counts) read(bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.bytes += int64(bytes)
}

func (c *counts) failed(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failedAt = at
}

func (c *counts) failing(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.failedAt.IsZero() && now.Sub(c.failedAt) < unhealthyFor
}
