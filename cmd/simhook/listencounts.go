package main

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

// ListenStats is what a listener has done since it was started.
type ListenStats struct {
	Received int         // notifications that were written down
	Repeated int         // of earlier ones, acknowledged and not written again
	Refused  map[int]int // requests that were not acknowledged, by HTTP status
	Bytes    int64       // of bodies that were read
}

// Refusals is the number of requests that were not acknowledged.
func (s ListenStats) Refusals() int {
	sum := 0
	for _, n := range s.Refused {
		sum += n
	}
	return sum
}

func (s ListenStats) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s received, %s", output.Counted(s.Received, "notification"), output.Counted(s.Repeated, "repeat"))
	for _, status := range slices.Sorted(maps.Keys(s.Refused)) {
		fmt.Fprintf(&text, ", %s answered %d", report.Thousands(s.Refused[status]), status)
	}
	return text.String()
}

// listenCounts counts for many requests at once.
type listenCounts struct {
	mu       sync.Mutex
	stats    ListenStats
	told     ListenStats
	failedAt time.Time // the last time that a notification could not be written
}

// Stats returns a copy that no longer changes.
func (c *listenCounts) Stats() ListenStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.snapshot()
}

func (c *listenCounts) snapshot() ListenStats {
	s := c.stats
	s.Refused = maps.Clone(s.Refused)
	return s
}

// changes is Stats, and whether they have changed since it was last called.
func (c *listenCounts) changes() (ListenStats, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.told
	c.told = c.snapshot()
	return c.told, before.Received != c.told.Received || before.Repeated != c.told.Repeated || before.Refusals() != c.told.Refusals()
}

func (c *listenCounts) accepted(repeated bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if repeated {
		c.stats.Repeated++
	} else {
		c.stats.Received++
	}
}

func (c *listenCounts) refused(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stats.Refused == nil {
		c.stats.Refused = map[int]int{}
	}
	c.stats.Refused[status]++
}

func (c *listenCounts) read(bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Bytes += int64(bytes)
}

func (c *listenCounts) failed(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failedAt = at
}

func (c *listenCounts) failing(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.failedAt.IsZero() && now.Sub(c.failedAt) < unhealthyFor
}
