package batch

import "time"

// minute is how far back the current rate looks: the window of the documented quota, in which calls may be spread
// unevenly.
const minute = time.Minute

// lastMinute remembers, second by second, how far a run was in the last minute.
type lastMinute struct {
	begun time.Time
	marks [int(minute/time.Second) + 2]mark // a ring
	last  int
}

// mark is how far a run was at one moment.
type mark struct {
	at       time.Time
	attempts int64
	handled  int // SIMs
}

// begin starts the first minute.
func (m *lastMinute) begin(now time.Time) {
	*m = lastMinute{begun: now}
	m.marks[0] = mark{at: now}
}

// add remembers how far the run is. Of several times within a second the last one stays.
func (m *lastMinute) add(now time.Time, attempts int64, handled int) {
	if m.second(now) != m.second(m.marks[m.last].at) {
		m.last = (m.last + 1) % len(m.marks)
	}
	m.marks[m.last] = mark{now, attempts, handled}
}

func (m *lastMinute) second(moment time.Time) int {
	return int((moment.Sub(m.begun) + time.Second - 1) / time.Second) // the beginning has one of its own
}

// rates are the calls a second since the beginning of the minute that ends now, and how long the SIMs that are left
// will take at their rate; 0: not known.
func (m *lastMinute) rates(now time.Time, attempts int64, handled, left int) (callsPerSecond float64, needed time.Duration) {
	begin := now.Add(-minute)
	base := m.before(begin)
	if base.at.After(begin) {
		begin = base.at // the run is younger
	}
	span := now.Sub(begin).Seconds()
	if span <= 0 {
		return 0, 0
	}
	if done := handled - base.handled; done > 0 {
		needed = time.Duration(span / float64(done) * float64(left) * float64(time.Second))
	}
	return float64(attempts-base.attempts) / span, needed
}

// before is the latest mark that is not after a moment, or the first one.
func (m *lastMinute) before(moment time.Time) mark {
	oldest := m.marks[m.last]
	for i := range m.marks {
		one := m.marks[(m.last+len(m.marks)-i)%len(m.marks)]
		if one.at.IsZero() {
			break
		}
		oldest = one
		if !one.at.After(moment) {
			break
		}
	}
	return oldest
}
