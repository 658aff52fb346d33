package page

import (
	"fmt"
	"math"
	"strings"
	"time"

	"simhook/report"
)

// chart is a drawing of bars or lines over a common axis. All coordinates are those of the SVG.
type chart struct {
	Title string
	Alt   string // what it shows, in words
	Bars  []chartBar
	Lines []chartLine
	Rows  []chartMark // horizontal lines of the grid, with their values
	Marks []chartMark // labels below

	marked float64 // where the next label may begin on a phone
}

type chartBar struct {
	X, Y, Width, Height string
	Tip                 string
}

type chartLine struct{ Class, Points string }

type chartMark struct {
	At    string
	Label string
	Wide  bool // there is room for it on a wide screen only
}

// Sizes of a label below a chart on a phone, as style.css has it, in the units of the SVG.
const (
	phoneLetter = 21 * .6 // width of a letter
	phoneGap    = 24
	phoneRight  = 715
)

// mark adds a label below. One that would run into the one before, or out of the drawing, on a phone is not shown there.
func (c *chart) mark(x float64, label string) {
	half := phoneLetter * float64(len(label)) / 2
	wide := x+half > phoneRight || x-half < c.marked
	if !wide {
		c.marked = x + half + phoneGap
	}
	c.Marks = append(c.Marks, chartMark{pixels(x), label, wide})
}

// Size of a chart, and of the part of it that the axes enclose.
const (
	chartLeft, chartRight = 92.0, 690.0
	chartTop, chartBottom = 14.0, 250.0
)

func pixels(x float64) string { return fmt.Sprintf("%.1f", x) }

// scaled gives the height of a value, and draws the grid for the greatest one.
func (c *chart) scaled(greatest float64) (height func(value float64) float64) {
	step := niceStep(greatest)
	top := max(math.Ceil(greatest/step), 1) * step
	height = func(value float64) float64 { return value / top * (chartBottom - chartTop) }
	for value := 0.0; value <= top*1.001; value += step {
		label := report.Thousands(int(math.Round(value)))
		if step < 1 {
			label = fmt.Sprintf("%.1f", value)
		}
		c.Rows = append(c.Rows, chartMark{At: pixels(chartBottom - height(value)), Label: label})
	}
	return height
}

// niceStep divides an axis into at most five steps of 1, 2 or 5 times a power of ten.
func niceStep(greatest float64) float64 {
	if greatest <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(greatest/5)))
	for _, factor := range []float64{1, 2, 5} {
		if greatest <= 5*factor*power {
			return factor * power
		}
	}
	return 10 * power
}

// visible is the least height of a bar, so that few can be told from none.
const visible = 2

// barChart draws one bar for each value.
func barChart(values []float64, tip func(i int) string) chart {
	var c chart
	greatest := 0.0
	for _, v := range values {
		greatest = max(greatest, v)
	}
	height := c.scaled(greatest)
	slot := (chartRight - chartLeft) / float64(len(values))
	for i, v := range values {
		if v > 0 {
			c.Bars = append(c.Bars, chartBar{
				X: pixels(chartLeft + (float64(i)+.08)*slot), Width: pixels(slot * .84),
				Y: pixels(chartBottom - max(height(v), visible)), Height: pixels(max(height(v), visible)), Tip: tip(i),
			})
		}
	}
	return c
}

// timeMarks labels a few round times of a course.
func (c *chart) timeMarks(from time.Time, width time.Duration, bins int) {
	const most = 5
	whole := time.Duration(bins) * width
	every := time.Duration(roundStep(int64(whole/time.Second), most)) * time.Second
	layout := "15:04"
	switch {
	case every >= 24*time.Hour:
		layout = "01-02"
	case whole > 24*time.Hour:
		layout = "01-02 15:04"
	case every < time.Minute:
		layout = time.TimeOnly
	}
	end := from.Add(whole)
	for at := from.Add(every - 1).Truncate(every); at.Before(end); at = at.Add(every) {
		x := chartLeft + (chartRight-chartLeft)*float64(at.Sub(from))/float64(whole)
		c.mark(x, at.Format(layout))
	}
}

// progressChart shows the SIMs done so far, and those that failed or were refused.
func progressChart(from time.Time, width time.Duration, bins []done) chart {
	var c chart
	all, bad := 0, 0
	for _, b := range bins {
		all, bad = all+b.sims, bad+b.bad
	}
	height := c.scaled(float64(all))
	slot := (chartRight - chartLeft) / float64(len(bins))
	var sims, troubled strings.Builder
	point := func(line *strings.Builder, i, value int) {
		fmt.Fprintf(line, "%s,%s ", pixels(chartLeft+slot*float64(i)), pixels(chartBottom-height(float64(value))))
	}
	point(&sims, 0, 0)
	point(&troubled, 0, 0)
	doneSoFar, badSoFar := 0, 0
	for i, b := range bins {
		doneSoFar, badSoFar = doneSoFar+b.sims, badSoFar+b.bad
		point(&sims, i+1, doneSoFar)
		point(&troubled, i+1, badSoFar)
	}
	c.Lines = []chartLine{{"line", sims.String()}, {"line bad", troubled.String()}}
	c.Title = "Progress"
	c.Alt = fmt.Sprintf("%s SIMs were finished between %s and %s; %s of them failed or were refused.",
		report.Thousands(all), stamp(from), stamp(from.Add(time.Duration(len(bins))*width)), report.Thousands(bad))
	c.timeMarks(from, width, len(bins))
	return c
}

// callsChart shows the calls a minute.
func callsChart(from time.Time, width time.Duration, bins []done) chart {
	values, most := make([]float64, len(bins)), 0.0
	for i, b := range bins {
		values[i] = float64(b.calls) / width.Minutes()
		most = max(most, values[i])
	}
	c := barChart(values, func(i int) string {
		at := from.Add(time.Duration(i) * width).Format(time.TimeOnly)
		return fmt.Sprintf("%s: %s calls a minute", at, report.Thousands(int(math.Round(values[i]))))
	})
	c.Title = "Calls per minute that set or remove"
	c.Alt = fmt.Sprintf("Calls a minute in steps of %s; the most were %s.",
		inWords(width), report.Thousands(int(math.Round(most))))
	c.timeMarks(from, width, len(bins))
	return c
}

// durationChart shows how long SIMs took.
func durationChart(bars []stretch) chart {
	values := make([]float64, len(bars))
	for i, b := range bars {
		values[i] = float64(b.sims)
	}
	c := barChart(values, func(i int) string {
		return fmt.Sprintf("less than %s: %s SIMs", inWords(bars[i].below), report.Thousands(bars[i].sims))
	})
	c.Title = "Time per SIM"
	c.Alt = "How many SIMs took how long; each bar has those that took less than the time at its right, " +
		"and no less than the one at its left."
	slot := (chartRight - chartLeft) / float64(len(bars))
	every := (len(bars) + 7) / 8
	for i, b := range bars {
		if (len(bars)-1-i)%every == 0 {
			c.mark(chartLeft+float64(i+1)*slot, inWords(b.below))
		}
	}
	return c
}
