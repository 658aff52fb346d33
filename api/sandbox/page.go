package sandbox

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"simhook/api"
)

// maxShown is how many SIMs the page shows at most.
const maxShown = 100

// callRecord is what the page shows of a call.
type callRecord struct {
	At            time.Time
	Method        string
	ICCID         string
	What          string // type, or what was read
	CorrelationID string
	Status        int
	Fault         Fault
}

// registration is what the page shows of a SIM.
type registration struct {
	ICCID string
	URLs  []string // by type; "": none
}

// overview is everything the page shows.
type overview struct {
	Now           time.Time
	Types         []api.NotificationType
	Stats         Stats
	Calls, Faults int
	Methods       []methodCount
	Quotas        []quotaView
	Recent        []callRecord
	Registrations []registration
	Deliveries    []Delivery
	Script        template.JS
}

// methodCount is how many calls had a method.
type methodCount struct {
	Name  string
	Count int
}

// quotaView is what the page shows of a quota in fixed windows.
type quotaView struct {
	Name        string
	Used, Limit int
	Left        int // seconds until the window's end
}

//go:embed page.html page.js
var pageFiles embed.FS

func (s *Sandbox) servePage(w http.ResponseWriter, _ *http.Request) {
	script := pageFile("page.js")
	o := overview{
		Now: time.Now(), Types: api.AllNotificationTypes(), Stats: s.Stats(), Deliveries: s.Deliveries(), Script: template.JS(script),
	}
	for _, method := range slices.Sorted(maps.Keys(o.Stats.Calls)) {
		o.Methods = append(o.Methods, methodCount{method, o.Stats.Calls[method]})
		o.Calls += o.Stats.Calls[method]
	}
	for _, n := range o.Stats.Faults {
		o.Faults += n
	}
	s.mu.Lock()
	o.Registrations, o.Recent, o.Quotas = s.webhooks.sample(maxShown), s.calls.newestFirst(), s.quotaViews(o.Now)
	s.mu.Unlock()

	var page bytes.Buffer
	if err := s.page.Execute(&page, o); err != nil {
		failure(http.StatusInternalServerError, "INTERNAL_ERROR", err.Error()).write(w)
		return
	}
	hash := sha256.Sum256([]byte(script))
	header := http.Header{}
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; script-src 'sha256-"+
		base64.StdEncoding.EncodeToString(hash[:])+"'")
	header.Set("Cache-Control", "no-store")
	reply{status: http.StatusOK, media: "text/html; charset=utf-8", body: page.Bytes()}.with(header).write(w)
}

// quotaViews are the quotas that are kept in fixed windows.
func (s *Sandbox) quotaViews(now time.Time) []quotaView {
	var views []quotaView
	for _, name := range slices.Sorted(maps.Keys(s.quotas)) {
		w := s.quotas[name]
		if w.advance(now); !w.active() || w.limiter != nil {
			continue
		}
		views = append(views, quotaView{name, w.used, w.quota, int((w.end().Sub(now) + time.Second - 1) / time.Second)})
	}
	return views
}

func pageFile(name string) string {
	text, err := pageFiles.ReadFile(name)
	if err != nil {
		panic("a file that is part of the program: " + err.Error())
	}
	return string(text)
}

// noteCall keeps a call for the page.
func (s *Sandbox) noteCall(c call, status int, fault Fault) {
	s.calls.add(callRecord{
		At: time.Now(), Method: c.Method, ICCID: c.iccid, What: cmp.Or(strings.Clone(c.typeName), c.what),
		CorrelationID: strings.Clone(c.Header.Get("X-Correlation-ID")), Status: status, Fault: fault,
	})
}

// sample returns up to n SIMs that have a webhook, ordered by ICCID.
func (w *webhooks) sample(n int) []registration {
	var list []registration
	if w.count == 0 {
		return nil
	}
	for iccid, number := range w.sims {
		if len(list) == n {
			break
		}
		urls := w.urlsOf(number)
		if slices.Max(urls) == 0 {
			continue
		}
		r := registration{ICCID: iccid}
		for _, url := range urls {
			r.URLs = append(r.URLs, w.urls[url])
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b registration) int { return cmp.Compare(a.ICCID, b.ICCID) })
	return list
}

// withoutUserinfo hides the user and password of a URL.
func withoutUserinfo(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "(not a URL)"
	}
	if u.User != nil {
		u.User = url.User("hidden")
	}
	return u.String()
}

// tone is the class of a status.
func tone(status int) string {
	if status >= 200 && status < 300 {
		return "good"
	}
	return "bad"
}

// thousands writes a number with commas.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func newPage() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"url": withoutUserinfo, "tone": tone, "n": thousands,
		"time": func(t time.Time) string { return t.Format(time.TimeOnly) },
	}).Parse(pageFile("page.html")))
}
