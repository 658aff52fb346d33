package batch

import "time"

// How far back is looked: for the time that is left a minute, which is the window of the documented quota, in which calls may
// be spread unevenly; for the rate of now less, so that it falls soon when nothing is answered.
const (
	minute  = time.Minute
	justNow = 10 * time.Second
)

// lastMinute remembers, second by second, how far a run was in the last minute.
type lastMinute struct {
	begun time.Time
	marks [int(minute/time.Second) + 2]mark // a ring
	last  int
}

// mark is how far a run was at one moment.
type mark struct {
	at      time.Time
	calls   answers
	handled int // SIMs
}

// answers counts calls that got an answer.
type answers struct{ reads, writes int64 }

func (a answers) perSecond(before answers, seconds float64) (reads, writes float64) {
	return float64(a.reads-before.reads) / seconds, float64(a.writes-before.writes) / seconds
}

// begin starts the first minute.
func (m *lastMinute) begin(now time.Time) {
	*m = lastMinute{begun: now}
	m.marks[0] = mark{at: now}
}

// add remembers how far the run is. Of several times within a second the last one stays.
func (m *lastMinute) add(now time.Time, calls answers, handled int) {
	if m.second(now) != m.second(m.marks[m.last].at) {
		m.last = (m.last + 1) % len(m.marks)
	}
	m.marks[m.last] = mark{now, calls, handled}
}

func (m *lastMinute) second(moment time.Time) int {
	return int((moment.Sub(m.begun) + time.Second - 1) / time.Second) // the beginning has one of its own
}

// rate is how many calls a second were answered just now, or since the last mark before that: calls may be answered while no row
// is written.
func (m *lastMinute) rate(now time.Time, calls answers) (reads, writes float64) {
	base := m.before(now.Add(-justNow))
	span := now.Sub(base.at)
	if span <= 0 {
		return 0, 0
	}
	return calls.perSecond(base.calls, span.Seconds())
}

// needed is how long the SIMs that are left will take at the rate of the last minute; 0: not known.
func (m *lastMinute) needed(now time.Time, handled, left int) time.Duration {
	base, span := m.since(now, minute)
	done := handled - base.handled
	if span <= 0 || done <= 0 {
		return 0
	}
	return time.Duration(span.Seconds() / float64(done) * float64(left) * float64(time.Second))
}

// since is how far the run was so long ago, or at its beginning, and how long ago that is.
func (m *lastMinute) since(now time.Time, length time.Duration) (base mark, span time.Duration) {
	begin := now.Add(-length)
	base = m.before(begin)
	if base.at.After(begin) {
		begin = base.at // the run is younger
	}
	return base, now.Sub(begin)
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
