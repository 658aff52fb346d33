package batch

import "time"

// recentSpan is how far back the current rate looks: the window of the documented quota, in which
// calls may be spread unevenly.
const recentSpan = time.Minute

// recent remembers, second by second, how far a run was in the last minute.
type recent struct {
	begun time.Time
	marks [int(recentSpan/time.Second) + 2]mark // a ring
	last  int
}

// mark is how far a run was at one moment.
type mark struct {
	at       time.Time
	attempts int64
	handled  int // SIMs
}

// begin starts the first minute.
func (r *recent) begin(now time.Time) {
	*r = recent{begun: now}
	r.marks[0] = mark{at: now}
}

// note remembers how far the run is. Of several times within a second the last one stays.
func (r *recent) note(now time.Time, attempts int64, handled int) {
	if r.second(now) != r.second(r.marks[r.last].at) {
		r.last = (r.last + 1) % len(r.marks)
	}
	r.marks[r.last] = mark{now, attempts, handled}
}

func (r *recent) second(moment time.Time) int {
	return int((moment.Sub(r.begun) + time.Second - 1) / time.Second) // the beginning has one of its own
}

// rates are the calls a second since the beginning of the minute that ends now, and how long the SIMs
// that are left will take at their rate; 0: nobody knows.
func (r *recent) rates(now time.Time, attempts int64, handled, left int) (callsPerSecond float64, needed time.Duration) {
	begin := now.Add(-recentSpan)
	base := r.before(begin)
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
func (r *recent) before(moment time.Time) mark {
	oldest := r.marks[r.last]
	for i := range r.marks {
		m := r.marks[(r.last+len(r.marks)-i)%len(r.marks)]
		if m.at.IsZero() {
			break
		}
		oldest = m
		if !m.at.After(moment) {
			break
		}
	}
	return oldest
}
