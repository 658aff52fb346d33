// Package quota keeps a quota of calls in the ways that gateways do, so that a client can be tried with each of them.
//
// Every model allows the same number of calls in the long run. They differ in when calls are allowed, and in what they
// announce of it.
package quota

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"simhook/api"
)

// Limiter keeps a quota. It is not safe for concurrent use.
type Limiter interface {
	// Take counts a call that arrives now, unless the quota is used up. It says what the answer announces; the zero Quota
	// is nothing. Times may not go back.
	Take(now time.Time) (allowed bool, announced api.Quota)
}

// Model is a way to keep a quota.
type Model struct {
	Name string
	Text string // what it does, for people

	new func(limit int, length time.Duration, random *rand.Rand) Limiter
}

// Models are all of them.
func Models() []Model {
	reset := func(announce func(now, end time.Time) time.Time) func(int, time.Duration, *rand.Rand) Limiter {
		return func(limit int, length time.Duration, _ *rand.Rand) Limiter {
			return &fixed{limit: limit, length: length, announce: announce}
		}
	}
	return []Model{
		{"window", "fixed windows on the clock", func(limit int, length time.Duration, _ *rand.Rand) Limiter {
			return &fixed{limit: limit, length: length, onClock: true}
		}},
		{"first-call", "fixed windows, each of which begins with a call", reset(nil)},
		{"bucket", "a token bucket as large as the quota; the reset is when the next token comes", func(limit int, length time.Duration, _ *rand.Rand) Limiter {
			return newBucket(limit, limit, length)
		}},
		{"small-bucket", "a token bucket of a twentieth of the quota", func(limit int, length time.Duration, _ *rand.Rand) Limiter {
			return newBucket(max(limit/20, 1), limit, length)
		}},
		{"sliding-log", "no more than the quota in any window; the reset is when the oldest call leaves it", func(limit int, length time.Duration, _ *rand.Rand) Limiter {
			return &sliding{limit: limit, length: length}
		}},
		{"sliding-window", "the same; the reset is a window from now", func(limit int, length time.Duration, _ *rand.Rand) Limiter {
			return &sliding{limit: limit, length: length, fromNow: true}
		}},
		{"two-nodes", "two nodes with half of the quota each, in windows of their own", newNodes},
		{"skewed", "fixed windows, whose reset differs by a second between two nodes", func(limit int, length time.Duration, random *rand.Rand) Limiter {
			return &fixed{limit: limit, length: length, announce: func(_, end time.Time) time.Time {
				return end.Add(time.Duration(random.IntN(2)) * time.Second)
			}}
		}},
		{"whole-seconds", "fixed windows; the reset is cut to whole seconds", reset(func(_, end time.Time) time.Time {
			return end.Truncate(time.Second)
		})},
		{"stale", "fixed windows; what remains is announced a twelfth of a window late", func(limit int, length time.Duration, _ *rand.Rand) Limiter {
			return &fixed{limit: limit, length: length, stale: length / 12}
		}},
		{"reset-now", "fixed windows; the reset is always now", reset(func(now, _ time.Time) time.Time { return now })},
		{"reset-past", "fixed windows; the reset is an hour ago", reset(func(now, _ time.Time) time.Time { return now.Add(-time.Hour) })},
		{"reset-10h", "fixed windows; the reset is 10 hours too late", reset(func(_, end time.Time) time.Time { return end.Add(10 * time.Hour) })},
		{"reset-2286", "fixed windows; the reset is in the year 2286", reset(func(time.Time, time.Time) time.Time {
			return time.UnixMilli(9_999_999_999_999)
		})},
	}
}

// New returns a Limiter of a model for limit calls in a length of time, both above zero.
func New(model string, limit int, length time.Duration, random *rand.Rand) (Limiter, error) {
	var names []string
	for _, m := range Models() {
		if m.Name == model {
			return m.new(limit, length, random), nil
		}
		names = append(names, m.Name)
	}
	return nil, fmt.Errorf("%q: use one of %s", model, strings.Join(names, ", "))
}
