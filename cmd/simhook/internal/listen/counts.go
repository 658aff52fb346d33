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
	"simhook/report/inbox"
)

// refusalInterval is how often refused requests of one status are logged at most.
const refusalInterval = time.Second

// totals is what a server has done since it was started.
type totals struct {
	received int         // notifications that were written down
	changed  int         // of those received: with the id, type and ICCID of an earlier one and other content
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
	if s.changed > 0 {
		text.WriteString(", " + report.Thousands(s.changed) + " with other content than before")
	}
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
	told     map[int]told // by HTTP status
	failedAt time.Time    // the last time that a notification could not be written
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

func (c *counts) accepted(n inbox.Novelty) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n == inbox.Repeated {
		c.stats.repeated++
		return
	}
	c.stats.received++
	if n == inbox.Changed {
		c.stats.changed++
	}
}

// told is when a refusal was last logged, and how many were not logged since.
type told struct {
	at       time.Time
	unlogged int
}

// refused counts a request, and reports whether it should be logged and how many before it were not.
func (c *counts) refused(status int, now time.Time) (unlogged int, log bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stats.refused == nil {
		c.stats.refused, c.told = map[int]int{}, map[int]told{}
	}
	c.stats.refused[status]++
	last := c.told[status]
	if now.Sub(last.at) < refusalInterval {
		last.unlogged++
		c.told[status] = last
		return 0, false
	}
	c.told[status] = told{at: now}
	return last.unlogged, true
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
