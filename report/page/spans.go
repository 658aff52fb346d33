package page

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// spans counts SIMs by how long they took, in milliseconds.
type spans map[int64]int

func (s spans) add(d time.Duration) { s[max(d.Milliseconds(), 0)]++ }

// percentile is a share of the SIMs, and the time within which they were done.
type percentile struct {
	Name string
	Time string
}

// percentiles are exact: each is the shortest time within which at least its share of the SIMs was done.
func (s spans) percentiles() []percentile {
	times := slices.Sorted(maps.Keys(s))
	if len(times) == 0 {
		return nil
	}
	total := 0
	for _, n := range s {
		total += n
	}
	var found []percentile
	for _, p := range []struct {
		name  string
		share int
	}{{"50 %", 50}, {"90 %", 90}, {"95 %", 95}, {"99 %", 99}, {"all", 100}} {
		seen := 0
		for _, ms := range times {
			if seen += s[ms]; 100*seen >= p.share*total {
				found = append(found, percentile{p.name, inWords(time.Duration(ms) * time.Millisecond)})
				break
			}
		}
	}
	return found
}

// stretch is one bar of the histogram: the SIMs that took less than its bound, but not less than that of the bar
// before.
type stretch struct {
	below time.Duration
	sims  int
}

// histogram has bounds of 10, 20, 50, 100 ms and so on, from the first bar that holds a SIM to the last.
func (s spans) histogram() []stretch {
	var bars []stretch
	below := 10 * time.Millisecond
	for step := 0; ; step++ {
		bars = append(bars, stretch{below: below})
		if below > 24*time.Hour {
			break
		}
		if step%3 == 1 {
			below = below * 5 / 2
		} else {
			below *= 2
		}
	}
	for ms, n := range s {
		for i := range bars {
			if time.Duration(ms)*time.Millisecond < bars[i].below || i == len(bars)-1 {
				bars[i].sims += n
				break
			}
		}
	}
	empty := func(b stretch) bool { return b.sims == 0 }
	first := slices.IndexFunc(bars, func(b stretch) bool { return !empty(b) })
	if first < 0 {
		return nil
	}
	bars = bars[first:]
	for empty(bars[len(bars)-1]) {
		bars = bars[:len(bars)-1]
	}
	return bars
}

// inWords writes a time in the unit that suits it, with one digit behind the point at most from a minute on.
func inWords(d time.Duration) string {
	switch {
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
	case d < time.Hour:
		return strconv.FormatFloat(d.Round(6*time.Second).Minutes(), 'f', -1, 64) + " min"
	}
	return strconv.FormatFloat(d.Round(6*time.Minute).Hours(), 'f', -1, 64) + " h"
}
