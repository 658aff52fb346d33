package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Subscription is a plan of one SIM. A SIM can have several. What the API did not send, or sent in a form that is not
// documented, is the zero value.
type Subscription struct {
	ID string

	// ICCID is the SIM's, exactly as the account has it: it can be one that a fleet file must not hold. It can be "" where
	// the subscriptions of one SIM were asked for, and where a subscription has no SIM yet.
	ICCID string

	Status         string    // ACTIVE, DEPLETED, EXPIRED or PENDING, or another one as it was sent
	ActivationDate time.Time // may be in the future
	ExpirationDate time.Time
	CreatedDate    time.Time
	InitialBalance *int64 // bytes in the plan; nil: not sent
	SpentBalance   *int64 // bytes used; nil: not sent
	Product        Product
	DeviceID       string
	AutoRenew      bool
}

// Product is the plan that was ordered.
type Product struct{ ID, Name, PlanID string }

// Errors of answers that are no list of subscriptions. They contain nothing of the answer.
var (
	errNoList      = errors.New("no list of subscriptions")
	errNoIdentity  = errors.New("a subscription has neither id nor iccid")
	errAnotherSIM  = errors.New("the answer is about another SIM")
	errTooLong     = errors.New("the list is too long: ask for smaller pages")
	errNotComplete = errors.New("the list is not complete")
)

// parseSubscriptions reads the body of a list. Every entry must be an object with an id or an iccid. If iccid is given,
// the entries must be this SIM's.
func parseSubscriptions(body []byte, iccid string) ([]Subscription, error) {
	var entries []map[string]json.RawMessage
	if err := json.Unmarshal(body, &entries); err != nil {
		switch _, syntax := errors.AsType[*json.SyntaxError](err); {
		case len(body) > maxList-1<<10: // what was read can end in spaces
			return nil, errTooLong
		case syntax:
			return nil, errNotComplete
		}
		return nil, errNoList
	}
	if entries == nil {
		return nil, errNoList
	}
	list := make([]Subscription, len(entries))
	for i, entry := range entries {
		list[i] = subscriptionOf(members(entry))
		switch s := &list[i]; {
		case s.ID == "" && s.ICCID == "":
			return nil, errNoIdentity
		case iccid != "" && s.ICCID != "" && !sameSIM(iccid, s.ICCID):
			return nil, errAnotherSIM
		}
	}
	return list, nil
}

func subscriptionOf(m members) Subscription {
	product := m.object("product")
	return Subscription{
		ID:             m.text("id"),
		ICCID:          m.text("iccid"),
		Status:         m.text("status"),
		ActivationDate: m.time("activationDate"),
		ExpirationDate: m.time("expirationDate"),
		CreatedDate:    m.time("createdDate"),
		InitialBalance: m.number("initialBalance"),
		SpentBalance:   m.number("spentBalance"),
		Product:        Product{ID: product.text("id"), Name: product.text("name"), PlanID: product.text("plan_id")},
		DeviceID:       m.text("device_id"),
		AutoRenew:      m.text("auto_renew") == "true",
	}
}

// SIM is one SIM as the account has it.
type SIM struct {
	ICCID        string
	Status       string    // of an eSIM profile: Released, Downloaded, Installed or Unavailable, or another one as it was sent
	EID          string    // of the eSIM's device; "": not sent
	LastModified time.Time // when the status changed; zero: not sent
}

// parseSIM reads the body of the answer about one SIM.
func parseSIM(body []byte, iccid string) (SIM, error) {
	var m members
	if err := json.Unmarshal(body, &m); err != nil {
		return SIM{}, err
	}
	sim := SIM{ICCID: m.text("iccid"), Status: m.text("status"), EID: m.text("eid"), LastModified: m.time("last_modified")}
	if !sameSIM(iccid, sim.ICCID) {
		return SIM{}, errAnotherSIM
	}
	return sim, nil
}

// sameSIM reports whether an answer is about the SIM that was asked for. One may write it without check digit, or with the
// filler F.
func sameSIM(asked, answered string) bool {
	return answered != "" && (strings.HasPrefix(asked, answered) || strings.HasPrefix(answered, asked)) &&
		max(len(asked), len(answered))-min(len(asked), len(answered)) <= 2
}

// members are the members of a JSON object. Each is read for itself, so an odd one does not hide the others.
type members map[string]json.RawMessage

// text is a string, or a whole number or a truth value as it was written. "": anything else.
func (m members) text(name string) string {
	raw := m[name]
	if len(raw) == 0 || raw[0] == '"' {
		return stringIn(raw)
	}
	if text := string(raw); strings.Trim(text, "0123456789") == "" || text == "true" || text == "false" {
		return text
	}
	return ""
}

func (m members) number(name string) *int64 {
	n, err := strconv.ParseInt(m.text(name), 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

// time reads RFC 3339, and the forms near it that ISO 8601 allows. Without a zone it is UTC, as the documentation says.
func (m members) time(name string) time.Time {
	text := m.text(name)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func (m members) object(name string) (object members) {
	_ = json.Unmarshal(m[name], &object) // another kind of value is none
	return object
}

// SubscriptionQuery chooses subscriptions of the account. The zero value chooses all, in pages of the API's own size.
type SubscriptionQuery struct {
	ICCID     string
	Email     string
	ProductID string
	After     time.Time // sent in whole seconds, rounded down
	Before    time.Time // sent in whole seconds, rounded up
	Size      int       // subscriptions on a page; 0: the API decides
	Page      int       // 0: not sent, and the API begins with the first one, whatever its number is

	// Next is that of an earlier page. The other fields are then not used. "": the first page.
	Next string
}

// Page is one page of the account's subscriptions.
type Page struct {
	Subscriptions []Subscription

	// Next is the path and query of the next page: /v1/subscription?… below the base URL. "": this is the last one. It can
	// be kept to go on later.
	Next string
}

// listPath is the path of the account's subscriptions, below the base URL.
const listPath = "/v1/subscription"

// target is the path and query of the page. Its error says that Next is no such thing.
func (q SubscriptionQuery) target() (string, error) {
	if q.Next != "" {
		next, err := parseNext(q.Next)
		if err == nil && next != q.Next {
			err = errNoNext
		}
		return next, err
	}
	values := url.Values{}
	for name, value := range map[string]string{
		"iccid": q.ICCID, "email": q.Email, "product-id": q.ProductID,
		"after": queryTime(q.After), "before": queryTime(q.Before.Add(time.Second - 1)),
		"size": queryNumber(q.Size), "page": queryNumber(q.Page),
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if len(values) == 0 {
		return listPath, nil
	}
	return listPath + "?" + values.Encode(), nil
}

// queryTime is the documented form of a time, which has whole seconds. "": the zero time, give or take a second.
func queryTime(t time.Time) string {
	if t.Before(time.Time{}.Add(time.Second)) {
		return ""
	}
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

func queryNumber(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// parsePage reads a page: the list in the body, and the link to the next page in the headers. asked is the target of this
// page.
func parsePage(header http.Header, body []byte, asked string) (page Page, err error) {
	if page.Subscriptions, err = parseSubscriptions(body, ""); err != nil {
		return Page{}, err
	}
	link := strings.TrimSpace(header.Get("X-Next-Page"))
	if link == "" {
		return page, nil
	}
	page.Next, err = parseNext(link)
	if err == nil && page.Next == asked {
		err = errSamePage
	}
	if err != nil {
		return Page{}, err
	}
	return page, nil
}
