package progress

import (
	"fmt"
	"time"

	"simhook/batch"
	"simhook/batch/pace"
	"simhook/cmd/simhook/internal/output"
)

// limitWords say what keeps a run from going faster: the longest form first, then shorter ones for narrow terminals.
// There is none while nothing is being called.
func limitWords(s batch.Status, now time.Time) []string {
	switch s.Limit {
	case batch.LimitOutage:
		since := now.Sub(s.Since).Round(time.Second).String()
		return []string{"paused: the API has been failing for " + since, "API failing for " + since, "paused"}
	case batch.LimitUsedUp:
		until := "until " + s.Until.Local().Format(time.TimeOnly)
		why := "quota used up"
		if s.Asked > 0 {
			why = fmt.Sprintf("a %d asked for it", s.Asked)
		}
		return []string{"paused " + until + ": " + why, "paused " + until, until, "paused"}
	case batch.LimitStopping:
		return []string{fmt.Sprintf("stopping: %d in flight", s.Busy), "stopping"}
	case batch.LimitNone:
		return nil
	case batch.LimitLatency:
		if s.CallsPerSecond() <= 0 && s.Elapsed > silence {
			return []string{"no answer to " + output.Counted(s.Busy, "call"), "no answers"}
		}
	case batch.LimitQuota:
		return append(learned(s), string(s.Limit))
	}
	return []string{string(s.Limit)}
}

// silence is how long nothing may be answered before that is said. It is the time over which the rate is taken.
const silence = 10 * time.Second

// learned says how the quota is kept, where that is not in fixed windows that all calls share, and from what this was learned.
func learned(s batch.Status) (words []string) {
	for _, p := range []pace.Status{s.Writes, s.Reads} {
		switch {
		case p.Model != "":
			return []string{"quota, spread evenly since " + p.Model, "quota, spread evenly"}
		case p.Sharing != "":
			words = []string{"quota: there is " + p.Sharing}
		}
	}
	return words
}

// paused reports whether no new calls are made now.
func paused(s batch.Status) bool {
	switch s.Limit {
	case batch.LimitOutage, batch.LimitUsedUp, batch.LimitStopping:
		return true
	}
	return false
}
