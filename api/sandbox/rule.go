package sandbox

import (
	"net/http"
	"strconv"

	"simhook/api"
)

// Rule makes exactly chosen calls fail. It applies to calls that the token and the quota allow. Of several rules
// that choose the same call, the first one applies. No random fault happens to that call.
//
// A call that a rule chooses is not carried out, unless Effect is set. So Rule{Method: "POST"} loses all
// registrations: the API answers them as ever and does nothing.
type Rule struct {
	// Name is how Stats.Faults counts the rule. "": the method and what happens, such as POST=503.
	Name Fault

	// A call matches the rule if it has this method and type and is for one of these SIMs. SIMs must not use the
	// sandbox.
	Method string                  // "": any
	Type   api.NotificationType    // "": any, also reads, which have no type
	SIMs   func(iccid string) bool // nil: all

	// From and To are the first and the last matching call that the rule chooses, counted from 1. From 0 means 1,
	// and To 0 has no end. Calls that another rule chooses count too.
	From, To int

	Answer Answer // the zero Answer: what the API answers
	Break  Fault  // FaultReset, FaultHang or FaultTruncate: what happens to the answer; "": it is sent
	Effect bool   // the call is carried out
}

// SetRules replaces all rules. Each new rule counts its matching calls from 1.
func (s *Sandbox) SetRules(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = newRules(rules)
}

// rule is a Rule in use.
type rule struct {
	Rule
	reply   reply // of Answer
	matched int   // calls so far
}

func newRules(given []Rule) []rule {
	rules := make([]rule, len(given))
	for i, r := range given {
		if r.Name == "" {
			r.Name = r.description()
		}
		rules[i] = rule{Rule: r, reply: r.Answer.reply()}
	}
	return rules
}

// description is the method and what happens.
func (r Rule) description() Fault {
	method, what := r.Method, Fault("lost")
	if method == "" {
		method = "ANY"
	}
	switch {
	case r.Break != "":
		what = r.Break
	case r.Answer.Status != 0:
		what = Fault(strconv.Itoa(r.Answer.Status))
	case r.Effect:
		what = "ok"
	}
	return Fault(method) + "=" + what
}

// chooses counts a call that matches, and reports whether the rule applies to it.
func (r *rule) chooses(c call) bool {
	if r.Method != "" && r.Method != c.Method ||
		r.Type != "" && string(r.Type) != c.typeName ||
		r.SIMs != nil && !r.SIMs(c.iccid) {
		return false
	}
	r.matched++
	return r.matched >= r.From && (r.To == 0 || r.matched <= r.To)
}

// ruleFor returns the rule that applies to a call; nil: none. All rules count the call.
func (s *Sandbox) ruleFor(c call) *rule {
	var first *rule
	for i := range s.rules {
		if r := &s.rules[i]; r.chooses(c) && first == nil {
			first = r
		}
	}
	return first
}

// follow carries out a call by a rule.
func (s *Sandbox) follow(r *rule, c call) outcome {
	o := outcome{reply: r.reply, fault: r.Name, breaks: r.Break}
	c.lost = !r.Effect
	switch {
	case r.Answer.Status == 0:
		o.reply = s.perform(c)
	case r.Effect:
		s.perform(c)
	}
	return o
}

// Answer is what a rule answers instead of the API.
type Answer struct {
	Status int         // from 200 to 599; 0: the API's own answer
	Header http.Header // a body is application/json, unless the Content-Type says otherwise
	Body   string
}

func (a Answer) reply() reply {
	r := reply{status: a.Status, header: a.Header, media: a.Header.Get("Content-Type"), body: []byte(a.Body)}
	if r.media == "" && a.Body != "" {
		r.media = "application/json"
	}
	return r
}

func (r reply) answer() Answer {
	return Answer{Status: r.status, Header: http.Header{"Content-Type": {r.media}}, Body: string(r.body)}
}

// APIError is an error of the API itself, with the documented type and messages.
func APIError(status int) Answer {
	return failure(status, errorType(status), "a rule of the sandbox chose this answer").answer()
}

// GatewayError is an error of the gateway in front of the API: JSON with message and http_status_code.
func GatewayError(status int) Answer { return gatewayFailure(status, http.StatusText(status)).answer() }

// GatewayPage is an error of the gateway as a page of HTML.
func GatewayPage(status int) Answer { return page(status).answer() }
