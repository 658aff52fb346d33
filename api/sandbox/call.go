package sandbox

import (
	"cmp"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxRequestBody is the largest body the sandbox reads, in bytes.
const maxRequestBody = 64 << 10

// call is one request to the API itself.
type call struct {
	*http.Request
	number   int // among all calls, counted from 1
	iccid    string
	typeName string // as in the path; "": something is read
	what     string // is read
	read     func(call) reply
	body     []byte
	lost     bool // the call is checked and answered, but not carried out
}

// outcome is what happens to a call.
type outcome struct {
	reply
	fault   Fault // as Stats counts it; "": none
	breaks  Fault // what happens to the reply; "" and other faults: it is sent
	latency time.Duration
}

// addAPI adds the resources of the API itself.
func (s *Sandbox) addAPI() {
	for _, resource := range []struct {
		path, what string
		read       func(call) reply
	}{
		{"/v1/subscription", "subscriptions", s.list},
		{"/v1/sim/{iccid}", "SIM", s.sim},
		{"/v1/sim/{iccid}/subscriptions", "subscriptions", s.listOf},
		{"/v1/sim/{iccid}/preferences", "preferences", s.preferences},
		{"/v1/sim/{iccid}/preferences/notifications/{type}", "", nil},
	} {
		s.mux.HandleFunc(BasePath+resource.path, func(w http.ResponseWriter, r *http.Request) {
			s.serve(w, r, call{what: resource.what, read: resource.read})
		})
	}
}

// serve carries out the call at once, and answers after the latency.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request, c call) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		failure(http.StatusBadRequest, "INVALID_HTTP_MESSAGE", "the body cannot be read").write(w)
		return
	}
	c.Request, c.body, c.number = r, body, s.enter(r.Method)
	c.typeName = r.PathValue("type")
	c.iccid = strings.Clone(r.PathValue("iccid")) // the map of webhooks keeps it, and must not keep the whole path
	defer s.leave()
	s.tell(Received, c, outcome{})
	o := s.decide(c)
	s.tell(Decided, c, o)
	if !pause(r, o.latency) {
		panic(http.ErrAbortHandler)
	}
	o.send(w, r)
	s.tellAnswered(w, c, o)
}

// decide carries out the call under the lock and chooses its answer.
func (s *Sandbox) decide(c call) outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.admit(c)
	if o.breaks.answers() {
		s.stats.Statuses[o.status]++
	}
	if o.fault != "" {
		s.stats.Faults[o.fault]++
	}
	s.noteCall(c, o.status, o.fault)
	o.latency = s.opts.LatencyMin
	if spread := s.opts.LatencyMax - s.opts.LatencyMin; spread > 0 {
		o.latency += time.Duration(s.random.Int64N(int64(spread) + 1))
	}
	return o
}

// admit checks the token and the quota, then carries out the call by a rule or by chance.
func (s *Sandbox) admit(c call) outcome {
	now := time.Now()
	if !s.authorised(c.Request, now) {
		const message = "the access token is missing, expired or revoked"
		return outcome{reply: failure(http.StatusUnauthorized, "UNAUTHORISED", message)}
	}
	quota := s.quota(s.opts.QuotaPer.quota(c))
	admitted := quota.take(now)
	header := http.Header{}
	if !s.opts.SilentQuota {
		quota.announce(header, now)
	}
	if !admitted {
		s.stats.RateLimited++
		if s.opts.RetryAfter {
			header.Set("Retry-After", itoa(quota.wait(now)))
		}
		status := cmp.Or(s.opts.QuotaStatus, http.StatusTooManyRequests)
		return outcome{reply: gatewayFailure(status, quota.message()).with(header)}
	}
	s.noteCorrelationID(c.Header.Get("X-Correlation-ID"))
	var o outcome
	if rule := s.ruleFor(c); rule != nil {
		o = s.follow(rule, c)
	} else {
		o = s.chance(c)
	}
	o.reply = o.with(header)
	return o
}

// chance carries out a call with the fault that is drawn for it, if any.
func (s *Sandbox) chance(c call) outcome {
	fault := s.draw(c.typeName != "")
	o := outcome{fault: fault, breaks: fault}
	if fault != FaultErrorBefore {
		o.reply = s.perform(c)
	}
	if fault == FaultErrorBefore || fault == FaultErrorAfter {
		o.reply = s.passingError()
	}
	return o
}

// pause waits, and reports false if the client goes away first.
func pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
