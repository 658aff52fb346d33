package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"simhook/report"
)

//go:embed page.html style.css search.js
var pageFiles embed.FS

// Render writes the page. Its errors are the writer's.
func (p *Page) Render(w io.Writer) error {
	style, script := pagePart("style.css"), pagePart("search.js")
	hash := sha256.Sum256([]byte(script))
	view := p.view()
	view.Style, view.Script = template.CSS(style), template.JS(script)
	view.ScriptHash = base64.StdEncoding.EncodeToString(hash[:])
	page := template.Must(template.New("page").Funcs(template.FuncMap{"n": report.Thousands}).Parse(pagePart("page.html")))
	if err := page.Execute(w, view); err != nil {
		return fmt.Errorf("drawing the page: %w", err)
	}
	return nil
}

func pagePart(name string) string {
	text, err := pageFiles.ReadFile(name)
	if err != nil {
		panic("a file that is part of the program: " + err.Error())
	}
	return string(text)
}

// pageView is what the template shows.
type pageView struct {
	Style      template.CSS
	Script     template.JS
	ScriptHash string

	Title      string
	Files      []string
	Kinds      []pageKind
	From, To   string
	Rows       int
	NotOK      int
	Unfinished bool // a run that has not ended writes one of Files
	Writes     int
	Verdict    string
	Good       bool     // nothing is left to do
	Runs       []string // up to maxRuns
	MoreRuns   bool
	Glossary   []term
	Printed    int // rows of Listed that are printed on paper
	Statuses   []share
	Types      []typeShares
	Causes     []report.Cause
	Charts     []chart
	Spans      []percentile
	Labels     []string
	Listed     []listedRow
	Unlisted   int
	Generated  string
}

// share is how many of all there are of one kind.
type share struct {
	Name    string
	Count   int
	Percent string
	X, Wide string // of its part of a bar that is 1,000 units wide
}

// typeShares are the outcomes of one notification type.
type typeShares struct {
	Name     string
	Outcomes []share
}

func (p *Page) view() pageView {
	v := pageView{
		Files: p.files, Rows: p.tally.Rows(), Writes: p.writes, Runs: p.runs, Printed: printedRows, Causes: p.causes(),
		Labels: p.labels, Listed: p.listed, Unlisted: p.unlisted, Spans: p.spans.percentiles(),
		Generated: stamp(time.Now()),
	}
	for _, name := range p.files {
		v.Unfinished = v.Unfinished || strings.HasSuffix(name, report.PartialSuffix)
	}
	v.Verdict, v.Good = p.verdict()
	if v.MoreRuns = len(v.Runs) > maxRuns; v.MoreRuns {
		v.Runs = v.Runs[:maxRuns]
	}
	v.NotOK = v.Rows - p.tally.Statuses[report.StatusOK]
	v.Statuses = shares(p.tally.Statuses,
		report.StatusOK, report.StatusFailed, report.StatusRefused, report.StatusInvalid, report.StatusDuplicate)
	for _, one := range p.tally.Outcomes {
		if len(one.Counts) > 0 {
			v.Types = append(v.Types, typeShares{one.Type, shares(one.Counts, slices.Sorted(maps.Keys(one.Counts))...)})
		}
	}
	var actions []string
	for kind := range p.kinds {
		kind.BaseURL = p.mask(kind.BaseURL)
		v.Kinds = append(v.Kinds, kind)
	}
	slices.SortFunc(v.Kinds, func(a, b pageKind) int { return strings.Compare(a.Action+a.BaseURL, b.Action+b.BaseURL) })
	for _, kind := range v.Kinds {
		actions = append(actions, kind.Action)
	}
	v.Title = strings.TrimSpace(strings.Join(slices.Compact(actions), ", ") + " report")
	if first, last := p.course.bounds(); len(p.course) > 0 {
		v.From, v.To = stamp(time.Unix(first, 0)), stamp(time.Unix(last, 0))
		from, width, bins := p.course.binned()
		v.Charts = []chart{
			progressChart(from, width, bins), callsChart(from, width, bins), durationChart(p.spans.histogram()),
		}
	}
	v.Glossary = glossary(&v)
	return v
}

// printedRows is how many rows of the table are printed on paper, so that the page takes less than five sheets: style.css hides the
// others there.
const printedRows = 45

func (p *Page) causes() []report.Cause {
	causes := p.tally.Causes()
	for i := range causes {
		causes[i].Error = p.mask(causes[i].Error)
	}
	return causes
}

// shares are the shares of the given kinds, in this order.
func shares[K ~string](numbers map[K]int, order ...K) []share {
	total := 0
	for _, key := range order {
		total += numbers[key]
	}
	var parts []share
	at := 0.0
	for _, key := range order {
		part := share{Name: string(key), Count: numbers[key]}
		if total > 0 {
			width := float64(part.Count) / float64(total) * 1000
			part.Percent = percent(part.Count, total)
			part.X, part.Wide = pixels(at), pixels(width)
			at += width
		}
		parts = append(parts, part)
	}
	return parts
}

// percent never rounds to 0 % or 100 % unless it is exact.
func percent(count, of int) string {
	p := float64(count) / float64(of) * 100
	switch {
	case count > 0 && p < .1:
		return "< 0.1 %"
	case count < of && p > 99.9:
		return "> 99.9 %"
	}
	return fmt.Sprintf("%.1f %%", p)
}
