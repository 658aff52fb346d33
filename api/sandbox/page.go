package sandbox

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
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
	Registrations []registration
	Deliveries    []Delivery
	Calls         []callRecord
}

func (s *Sandbox) servePage(w http.ResponseWriter, _ *http.Request) {
	o := overview{Now: time.Now(), Types: api.AllNotificationTypes(), Stats: s.Stats(), Deliveries: s.Deliveries()}
	s.mu.Lock()
	o.Registrations, o.Calls = s.webhooks.sample(maxShown), s.calls.newestFirst()
	s.mu.Unlock()

	var page bytes.Buffer
	if err := s.page.Execute(&page, o); err != nil {
		failure(http.StatusInternalServerError, "INTERNAL_ERROR", err.Error()).write(w)
		return
	}
	header := http.Header{}
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	header.Set("Cache-Control", "no-store")
	reply{status: http.StatusOK, media: "text/html; charset=utf-8", body: page.Bytes()}.with(header).write(w)
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

func newPage() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"url":  withoutUserinfo,
		"time": func(t time.Time) string { return t.Format("15:04:05") },
	}).Parse(pageText))
}
