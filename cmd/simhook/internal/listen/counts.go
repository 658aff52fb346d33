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

// Stats is what a server has done since it was started.
type Stats struct {
	Received int         // notifications that were written down
	Repeated int         // of earlier ones, acknowledged and not written again
	Refused  map[int]int // requests that were not acknowledged, by HTTP status
	Bytes    int64       // of bodies that were read
}

// Refusals is the number of requests that were not acknowledged.
func (s Stats) Refusals() int {
	sum := 0
	for _, n := range s.Refused {
		sum += n
	}
	return sum
}

func (s Stats) String() string {
	var text strings.Builder
	text.WriteString(output.Counted(s.Received, "notification") + " received, " + output.Counted(s.Repeated, "repeat"))
	for _, status := range slices.Sorted(maps.Keys(s.Refused)) {
		fmt.Fprintf(&text, ", %s answered %d", report.Thousands(s.Refused[status]), status)
	}
	return text.String()
}

// counts counts for many requests at once.
type counts struct {
	mu       sync.Mutex
	stats    Stats
	logged   Stats
	failedAt time.Time // the last time that a notification could not be written
}

// now returns a copy that no longer changes.
func (c *counts) now() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.copied()
}

func (c *counts) copied() Stats {
	s := c.stats
	s.Refused = maps.Clone(s.Refused)
	return s
}

// changes returns the counts, and whether they have changed since it was last called.
func (c *counts) changes() (Stats, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, now := c.logged, c.copied()
	c.logged = now
	changed := before.Received != now.Received || before.Repeated != now.Repeated || before.Refusals() != now.Refusals()
	return now, changed
}

func (c *counts) accepted(repeated bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if repeated {
		c.stats.Repeated++
	} else {
		c.stats.Received++
	}
}

func (c *counts) refused(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stats.Refused == nil {
		c.stats.Refused = map[int]int{}
	}
	c.stats.Refused[status]++
}

func (c *counts) read(bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Bytes += int64(bytes)
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
