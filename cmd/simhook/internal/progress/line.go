package progress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"simhook/batch"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
)

// part is one thing that a line tells, in forms from the longest to the shortest.
type part struct {
	forms []form
	alert bool // an operator may have to act
}

// form is one way to say it, in ASCII. Where the line is too long, the form with the lowest worth of all gives way to
// the next shorter form of its part, or to nothing.
type form struct {
	text  string
	worth int
}

// gap separates the parts of a line.
const gap = "  "

// The bar fills the room that is left on the line. Where that is too little there is none.
const (
	narrowestBar = 10
	widestBar    = 32
)

// Line tells how far a run is in one line of at most width columns. A narrow line says less: the count of SIMs done,
// that some are not ok, and a pause are kept longest. Escape sequences for colours are there only if wanted, and
// are not counted as columns.
func Line(s batch.Status, now time.Time, width int, colours bool) string {
	parts := fit(tell(s, now), width)
	var line strings.Builder
	line.WriteString(parts[0].forms[0].text)
	if room := width - lineWidth(parts) - len(gap); room >= narrowestBar {
		line.WriteString(gap + drawnBar(s, min(room, widestBar)))
	}
	for _, p := range parts[1:] {
		line.WriteString(gap + p.coloured(colours))
	}
	return line.String()
}

// tell is all that can be said of a run, in the order of the line. Nothing is claimed while nothing is answered: there is a rate
// and a time that is left only where calls are answered.
func tell(s batch.Status, now time.Time) []part {
	done := report.Thousands(s.Done())
	count := done + "/" + report.Thousands(s.Total())
	parts := []part{
		{forms: []form{{fmt.Sprintf("%s  %d %%", count, percent(s)), 6}, {count, 11}, {done, 12}}},
		{forms: rates(s)},
		{forms: []form{{report.Thousands(s.OK) + " ok", 0}}},
		{forms: troubles(s), alert: true},
		{forms: limits(s, now), alert: paused(s)},
		{forms: times(s)},
	}
	return slices.DeleteFunc(parts, func(p part) bool { return len(p.forms) == 0 })
}

// percent is how much of a run is done. It is 100 only when all is.
func percent(s batch.Status) int {
	if s.Total() == 0 {
		return 100
	}
	return 100 * s.Done() / s.Total()
}

// rates are the forms of how fast calls are answered now, and how fast they may be.
func rates(s batch.Status) []form {
	r := tightest(s)
	if paused(s) || r.now <= 0 {
		return nil
	}
	forms := []form{{fmt.Sprintf("%.1f %s/s", r.now, r.name), 1}, {fmt.Sprintf("%.1f/s", r.now), 2}}
	if r.allowed > 0 {
		forms = append([]form{{fmt.Sprintf("%.1f of %.1f %s/s", r.now, r.allowed, r.name), 1}}, forms...)
	}
	return forms
}

// pacedRate is how fast calls of a kind are answered, and how fast they may start.
type pacedRate struct {
	name         string
	now, allowed float64 // a second; allowed 0: nothing limits them
}

// tightest is the rate of reads, or of writes, which are paced apart: the one that is nearer to what is allowed. Where nothing
// limits them it is that of all calls.
func tightest(s batch.Status) pacedRate {
	reads := pacedRate{"reads", s.ReadsPerSecond, s.Reads.PerSecond}
	writes := pacedRate{"writes", s.WritesPerSecond, s.Writes.PerSecond}
	switch {
	case reads.allowed <= 0 || writes.allowed <= 0:
		return pacedRate{name: "calls", now: s.CallsPerSecond()}
	case reads.now/reads.allowed > writes.now/writes.allowed:
		return reads
	}
	return writes
}

// times are the forms of how long the run has taken, and how long it will.
func times(s batch.Status) []form {
	var forms []form
	left := s.Left > 0 && !paused(s)
	switch {
	case s.Elapsed > 0 && left:
		forms = append(forms, form{output.Roughly(s.Elapsed) + " gone, " + output.Roughly(s.Left) + " left", 0})
	case s.Elapsed > 0:
		forms = append(forms, form{output.Roughly(s.Elapsed) + " gone", 0})
	}
	if left {
		forms = append(forms, form{output.Roughly(s.Left) + " left", 3}, form{output.Roughly(s.Left), 7})
	}
	return forms
}

// limits are the forms of what limits the run. That it is paused is kept longest.
func limits(s batch.Status, now time.Time) []form {
	var forms []form
	for i, text := range limitWords(s, now) {
		forms = append(forms, form{text, 4 + 2*i})
	}
	if last := len(forms) - 1; last >= 0 {
		forms[last].worth = 8
		if paused(s) {
			forms[last].worth = 10
		}
	}
	return forms
}

// troubles counts the SIMs that are not ok, with the words and numbers of the last lines of the run.
func troubles(s batch.Status) []form {
	var each []string
	for _, one := range []struct {
		count int
		name  string
	}{{s.Failed, "failed"}, {s.Refused, "refused"}, {s.PrunedNot, "not pruned"}} {
		if one.count > 0 {
			each = append(each, report.Thousands(one.count)+" "+one.name)
		}
	}
	if len(each) == 0 {
		return nil
	}
	return []form{{strings.Join(each, ", "), 5}, {report.Thousands(s.Failed+s.Refused+s.PrunedNot) + " not ok", 9}}
}

// fit shortens parts, and leaves some out, until they fit into width columns. The first part always stays.
func fit(parts []part, width int) []part {
	for lineWidth(parts) > width {
		least := 0
		for i, p := range parts {
			if p.forms[0].worth < parts[least].forms[0].worth {
				least = i
			}
		}
		switch {
		case len(parts[least].forms) > 1:
			parts[least].forms = parts[least].forms[1:]
		case least > 0:
			parts = slices.Delete(parts, least, least+1)
		default:
			return parts
		}
	}
	return parts
}

func lineWidth(parts []part) int {
	width := (len(parts) - 1) * len(gap)
	for _, p := range parts {
		width += len(p.forms[0].text)
	}
	return width
}

func drawnBar(s batch.Status, width int) string {
	inside := width - len("[]")
	full := 0
	if s.Total() > 0 {
		full = min(inside*s.Done()/s.Total(), inside)
	}
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", inside-full) + "]"
}

func (p part) coloured(colours bool) string {
	const boldYellow, plain = "\x1b[1;33m", "\x1b[0m"
	if !colours || !p.alert {
		return p.forms[0].text
	}
	return boldYellow + p.forms[0].text + plain
}
