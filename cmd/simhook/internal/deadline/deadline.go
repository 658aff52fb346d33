// Package deadline tells whether a run ends before whoever started it ends it, as Kubernetes does after a Job's
// activeDeadlineSeconds.
package deadline

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"simhook/cmd/simhook/internal/output"
)

// Parse reads a deadline: seconds from now, as a Job has them, a time from now such as 6h, or a moment such as
// 2026-05-01T06:00:00Z. "" is none, the zero time.
func Parse(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil && seconds > 0 {
		return now.Add(time.Duration(seconds) * time.Second), nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Time{}, errors.New("use seconds such as 86400, a time such as 6h, or a moment such as 2026-05-01T06:00:00Z")
}

// Work is what is to be done before a deadline.
type Work struct {
	Expected time.Duration // of this process; 0: not known
	Shards   int           // that the fleet is divided into
	AtOnce   int           // of these; 1: each has an account of its own, and all run at once
}

// all is how long all shards take.
func (w Work) all() time.Duration {
	if w.AtOnce <= 1 || w.Shards <= w.AtOnce {
		return w.Expected
	}
	rounds := (w.Shards + w.AtOnce - 1) / w.AtOnce
	return w.Expected * time.Duration(rounds)
}

// Warning says that the work does not end before the deadline, and how many runs it takes; "": it ends before, or there
// is no deadline.
func Warning(w Work, now, at time.Time) string {
	needed, left := w.all(), at.Sub(now)
	switch {
	case at.IsZero() || needed <= left && left > 0:
		return ""
	case left <= 0:
		return "the deadline is over: this run may be ended at any moment, and the next one continues"
	}
	runs := int((needed + left - 1) / left)
	takes := "this takes about " + output.Roughly(needed)
	if needed > w.Expected {
		takes = fmt.Sprintf("the %d shards, %d at once, take about %s", w.Shards, w.AtOnce, output.Roughly(needed))
	}
	return fmt.Sprintf("the deadline in %s comes first: %s, so %s of that length. Each continues where the one before was ended; "+
		"with a later deadline it takes one", output.Roughly(left), takes, output.Counted(runs, "run"))
}
