package progress_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simhook/batch"
	"simhook/batch/pace"
	"simhook/cmd/simhook/internal/progress"
)

// noon is when the statuses of these tests are looked at.
func noon() time.Time { return time.Date(2024, 5, 1, 12, 0, 0, 0, time.Local) }

func halfway() batch.Status {
	return batch.Status{
		Plan: batch.Plan{Rows: 40_000, New: 40_000}, OK: 12_300, Failed: 40, Refused: 5, Remaining: 27_655,
		Attempts: 24_800, ReadsPerSecond: 8.2, WritesPerSecond: 16.4, Reads: pace.Status{PerSecond: 16.67}, Writes: pace.Status{PerSecond: 16.67},
		Left: 28 * time.Minute, Elapsed: 12 * time.Minute, Workers: 32, Limit: batch.LimitQuota,
	}
}

func TestTheLineOfProgress(t *testing.T) {
	usedUp, outage, stopping, well := halfway(), halfway(), halfway(), halfway()
	usedUp.Limit, usedUp.Until = batch.LimitUsedUp, noon().Add(5*time.Second)
	outage.Limit, outage.Since = batch.LimitOutage, noon().Add(-12*time.Second)
	stopping.Limit, stopping.Busy = batch.LimitStopping, 3
	well.OK, well.Failed, well.Refused = 12_345, 0, 0
	reading, silent, pruned := well, well, well
	reading.ReadsPerSecond, reading.WritesPerSecond = 16, .1
	silent.Limit, silent.Busy, silent.ReadsPerSecond, silent.WritesPerSecond, silent.Left = batch.LimitLatency, 32, 0, 0, 0
	pruned.OK, pruned.Pruned, pruned.PrunedNot = 12_340, 5, 5
	for name, c := range map[string]struct {
		status batch.Status
		width  int
		want   string
	}{
		"tells all where there is room":                     {halfway(), 140, "12,345/40,000  30 %  [########....................]  16.4 of 16.7 writes/s  12,300 ok  40 failed, 5 refused  quota  12 min gone, 28 min left"},
		"leaves the good ones to be reckoned at 72 columns": {halfway(), 72, "12,345/40,000  30 %  16.4/s  40 failed, 5 refused  quota  28 min left"},
		"tells what matters at 40 columns":                  {halfway(), 40, "12,345/40,000  45 not ok  quota  28 min"},
		"keeps the count to the last":                       {halfway(), 14, "12,345/40,000"},
		"fits anything":                                     {halfway(), 7, "12,345"},
		"tells of no trouble where there is none":           {well, 80, "12,345/40,000  30 %  16.4 of 16.7 writes/s  quota  12 min gone, 28 min left"},
		"shows the rate of reads where they are the tight":  {reading, 80, "12,345/40,000  30 %  16.0 of 16.7 reads/s  quota  12 min gone, 28 min left"},
		"claims no rate and no end while nothing answers":   {silent, 90, "12,345/40,000  30 %  [######..............]  12,345 ok  no answer to 32 calls  12 min gone"},
		"counts SIMs that left the fleet by themselves":     {pruned, 90, "12,350/40,000  30 %  16.4 of 16.7 writes/s  5 not pruned  quota  12 min gone, 28 min left"},
		"says how long a pause is":                          {usedUp, 90, "12,345/40,000  30 %  40 failed, 5 refused  paused until 12:00:05: quota used up"},
		"says how long a pause is at 40 columns":            {usedUp, 40, "12,345/40,000  45 not ok  until 12:00:05"},
		"says that the API is failing":                      {outage, 90, "12,345/40,000  30 %  40 failed, 5 refused  paused: the API has been failing for 12s"},
		"says that the API is failing at 40 columns":        {outage, 40, "12,345/40,000  45 not ok  paused"},
		"says that it is stopping":                          {stopping, 80, "12,345/40,000  30 %  40 failed, 5 refused  stopping: 3 in flight  12 min gone"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := progress.Line(c.status, noon(), c.width, false); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestTheLineOfProgressNeverOverflows(t *testing.T) {
	limits := []batch.Limit{batch.LimitNone, batch.LimitLatency, batch.LimitRate, batch.LimitQuota, batch.LimitUsedUp, batch.LimitOutage, batch.LimitStopping}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(0, 9_999_999)
		s := batch.Status{
			Plan: batch.Plan{New: number.Draw(t, "new"), Done: number.Draw(t, "done")}, OK: number.Draw(t, "ok"),
			Failed: number.Draw(t, "failed"), Refused: number.Draw(t, "refused"), WritesPerSecond: float64(number.Draw(t, "rate")), ReadsPerSecond: float64(number.Draw(t, "reads")),
			Writes: pace.Status{PerSecond: float64(number.Draw(t, "allowed"))}, Reads: pace.Status{PerSecond: float64(number.Draw(t, "allowed"))},
			Elapsed: time.Duration(number.Draw(t, "elapsed")) * time.Second,
			Left:    time.Duration(number.Draw(t, "left")) * time.Second, Limit: rapid.SampledFrom(limits).Draw(t, "limit"),
		}
		width := rapid.IntRange(10, 200).Draw(t, "width")
		if line := progress.Line(s, noon(), width, false); len(line) > width {
			t.Errorf("%d columns in %d: %s", len(line), width, line)
		}
	})
}

func TestColoursOnlyAlertAndOnlyWhereTheyAreWanted(t *testing.T) {
	s := halfway()
	for _, wanted := range []bool{true, false} {
		line := progress.Line(s, noon(), 80, wanted)
		if got := strings.Contains(line, "\x1b[1;33m40 failed, 5 refused\x1b[0m"); got != wanted {
			t.Errorf("colours wanted: %t, but the line is %q", wanted, line)
		}
	}
	s.Failed, s.Refused = 0, 0
	if line := progress.Line(s, noon(), 80, true); strings.Contains(line, "\x1b") {
		t.Errorf("nothing is wrong, and yet there are colours: %q", line)
	}
}

func TestTheStatusInWords(t *testing.T) {
	s := halfway()
	s.Retries, s.Throttled, s.Tokens, s.Busy = map[string]int64{"timeout": 2, "http_503": 10}, 3, 4, 7
	s.Writes = pace.Status{Quota: 1000, Remaining: 850, PerSecond: 16.67}
	want := `12,345 of 40,000 SIMs done: 12,300 ok, 40 failed, 5 refused
  24,800 attempts, 24.6 calls/s answered in the last 10 s, 3 answered 429, 4 access tokens
  12 retries (10 http_503, 2 timeout)
  7 of 32 workers busy, limited by the quota
  quota of writes: 850 of 1,000 left
  running for 12 min, about 28 min left`
	if got := progress.Text(s, noon()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
