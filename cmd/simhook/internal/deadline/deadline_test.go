package deadline_test

import (
	"strings"
	"testing"
	"time"

	"simhook/cmd/simhook/internal/deadline"
)

func TestADeadlineIsSecondsATimeOrAMoment(t *testing.T) {
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"86400": 24 * time.Hour, "6h": 6 * time.Hour, "2026-05-01T06:00:00Z": 6 * time.Hour, "2026-05-01T06:00:00+02:00": 4 * time.Hour,
		"2026-04-30T23:00:00Z": -time.Hour,
	} {
		if at, err := deadline.Parse(text, now); err != nil || at.Sub(now) != want {
			t.Errorf("%q is in %v, %v", text, at.Sub(now), err)
		}
	}
	for _, text := range []string{"0", "-5", "-1h", "tomorrow", "0s", "99999999999"} {
		if at, err := deadline.Parse(text, now); err == nil {
			t.Errorf("%q is %v", text, at)
		}
	}
	if at, err := deadline.Parse("", now); err != nil || !at.IsZero() {
		t.Errorf("none is %v, %v", at, err)
	}
}

func TestWorkThatOutlastsItsDeadlineTellsHowManyRunsItTakes(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Now()
	for name, c := range map[string]struct {
		work deadline.Work
		left time.Duration
		want string // "": nothing is said
	}{
		"in time":                   {deadline.Work{Expected: 23 * time.Hour}, day, ""},
		"just in time":              {deadline.Work{Expected: day}, day, ""},
		"not known":                 {deadline.Work{}, day, ""},
		"a little more":             {deadline.Work{Expected: day + time.Minute}, day, "the deadline in 24 h 0 min comes first: this takes about 24 h 1 min, so 2 runs of that length."},
		"much more":                 {deadline.Work{Expected: 20 * day}, day, "this takes about 20 days 0 h, so 20 runs"},
		"shards in two rounds":      {deadline.Work{Expected: 13 * time.Hour, Shards: 8, AtOnce: 4}, day, "the 8 shards, 4 at once, take about 26 h 0 min, so 2 runs"},
		"shards at once":            {deadline.Work{Expected: 13 * time.Hour, Shards: 8, AtOnce: 8}, day, ""},
		"shards with own accounts":  {deadline.Work{Expected: 13 * time.Hour, Shards: 8, AtOnce: 1}, day, ""},
		"a deadline that is over":   {deadline.Work{Expected: time.Hour}, -time.Second, "the deadline is over"},
		"a round that is not whole": {deadline.Work{Expected: 9 * time.Hour, Shards: 9, AtOnce: 4}, day, "take about 27 h 0 min, so 2 runs"},
	} {
		t.Run(name, func(t *testing.T) {
			got := deadline.Warning(c.work, now, now.Add(c.left))
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("it says %q", got)
			}
		})
	}
	if got := deadline.Warning(deadline.Work{Expected: 99 * day}, now, time.Time{}); got != "" {
		t.Errorf("without a deadline it says %q", got)
	}
}
