package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// defaultPageSize is how many subscriptions a page has where the call does not say it, and maxPageSize is what it may say.
const (
	defaultPageSize = 100
	maxPageSize     = 1000
)

// list answers with one page of the account's subscriptions.
func (s *Sandbox) list(c call) reply {
	filter, err := newPlanFilter(c.URL.Query())
	if err != nil {
		return invalid(err.Error())
	}
	size, page, err := s.pageOf(c.URL.Query())
	if err != nil {
		return invalid(err.Error())
	}
	chosen := s.account.plans
	if filter != (planFilter{}) {
		chosen = s.plansWhere(filter)
	}
	first := min((page-s.opts.FirstPage)*size, len(chosen))
	last := min(first+size, len(chosen))
	r := jsonReply(http.StatusOK, s.entries(chosen[first:last]))
	r.header = http.Header{}
	if last < len(chosen) {
		r.header.Set("X-Next-Page", s.linkTo(c, page+1))
	}
	if page > s.opts.FirstPage {
		r.header.Set("X-Previous-Page", s.linkTo(c, page-1))
	}
	s.account.shift(s.opts.ShiftPages, time.Now())
	return r
}

// pageOf reads which page is asked for.
func (s *Sandbox) pageOf(query url.Values) (size, page int, err error) {
	size, err = strconv.Atoi(cmp.Or(query.Get("size"), strconv.Itoa(defaultPageSize)))
	if err != nil || size < 1 {
		return 0, 0, fmt.Errorf("size must be a number from 1 to %d", maxPageSize)
	}
	page, err = strconv.Atoi(cmp.Or(query.Get("page"), strconv.Itoa(s.opts.FirstPage)))
	if err != nil || page < s.opts.FirstPage || page > 1<<20 {
		return 0, 0, fmt.Errorf("page must be a number from %d on", s.opts.FirstPage)
	}
	return min(size, maxPageSize), page, nil
}

// linkTo is the URL of another page, with the same filters.
func (s *Sandbox) linkTo(c call, page int) string {
	base := s.opts.NextPageBase
	if base == "" {
		scheme := "http"
		if c.TLS != nil {
			scheme = "https"
		}
		base = scheme + "://" + c.Host + BasePath
	}
	query := c.URL.Query()
	query.Set("page", strconv.Itoa(page))
	return base + "/v1/subscription?" + query.Encode()
}

// planFilter is what a call for subscriptions asks for. "" and zero times ask for all.
type planFilter struct {
	iccid, email, product string
	after, before         time.Time
}

func newPlanFilter(query url.Values) (f planFilter, err error) {
	f = planFilter{iccid: query.Get("iccid"), email: query.Get("email"), product: query.Get("product-id")}
	for name, to := range map[string]*time.Time{"after": &f.after, "before": &f.before} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		if *to, err = time.Parse(time.RFC3339, text); err != nil {
			return f, fmt.Errorf("%s must be a date such as 2024-10-14T04:05:38Z", name)
		}
	}
	return f, nil
}

func (s *Sandbox) plansWhere(filter planFilter) []plan {
	var chosen []plan
	for _, p := range s.account.plans {
		if filter.takes(p, s.account.sims[p.sim].iccid) {
			chosen = append(chosen, p)
		}
	}
	return chosen
}

// takes reports whether a plan is asked for. It was created at or after the one time, and at or before the other.
func (f planFilter) takes(p plan, iccid string) bool {
	return (f.iccid == "" || f.iccid == iccid) &&
		(f.email == "" || f.email == p.email()) &&
		(f.product == "" || f.product == p.product().ID) &&
		(f.after.IsZero() || !p.created.Before(f.after)) &&
		(f.before.IsZero() || !p.created.After(f.before))
}

// listOf answers with the subscriptions of one SIM.
func (s *Sandbox) listOf(c call) reply {
	if !s.account.has(c.iccid) {
		return unknownSIM()
	}
	return jsonReply(http.StatusOK, s.entries(s.plansWhere(planFilter{iccid: c.iccid})))
}

// sim answers with what the account has of one SIM. Every fourth is no eSIM, and has no profile.
func (s *Sandbox) sim(c call) reply {
	if !s.account.has(c.iccid) {
		return unknownSIM()
	}
	number := s.account.numbers[c.iccid]
	sim := map[string]string{"iccid": c.iccid, "last_modified": s.start.UTC().Format(time.RFC3339)}
	if number%4 != 3 {
		sim["status"] = []string{"Installed", "Downloaded", "Released"}[number%3]
		sim["eid"] = fmt.Sprintf("89049032%024d", number)
	}
	return jsonReply(http.StatusOK, sim)
}

func unknownSIM() reply { return failure(http.StatusNotFound, "NOT_FOUND", "the SIM is unknown") }

// entry is a subscription as the API writes it.
type entry struct {
	ID             string  `json:"id"`
	Status         string  `json:"status"`
	ICCID          string  `json:"iccid"`
	ActivationDate string  `json:"activationDate"`
	ExpirationDate string  `json:"expirationDate"`
	CreatedDate    string  `json:"createdDate"`
	InitialBalance string  `json:"initialBalance"`
	SpentBalance   string  `json:"spentBalance"`
	Product        product `json:"product"`
	AutoRenew      bool    `json:"auto_renew"`
}

type product struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	PlanID string `json:"plan_id"`
}

func (s *Sandbox) entries(plans []plan) []entry {
	list := make([]entry, len(plans))
	for i, p := range plans {
		list[i] = s.entry(p)
	}
	return list
}

// entry agrees with the status: nothing is left of what is depleted, and what has expired has a date in the past.
func (s *Sandbox) entry(p plan) entry {
	const size = 1 << 30
	activation, expiration, spent := p.created, s.start.Add(planLife), size/4
	switch p.status {
	case "EXPIRED":
		if expiration = p.created.Add(planLife); !expiration.Before(s.start) {
			expiration = p.created
		}
	case "DEPLETED":
		spent = size
	case "PENDING":
		activation, spent = s.start.Add(24*time.Hour), 0
	}
	text := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	return entry{
		ID: p.id(), Status: p.status, ICCID: s.account.sims[p.sim].iccid,
		ActivationDate: text(activation), ExpirationDate: text(expiration), CreatedDate: text(p.created),
		InitialBalance: strconv.Itoa(size), SpentBalance: strconv.Itoa(spent),
		Product: product(p.product()),
	}
}
