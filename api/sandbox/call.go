package sandbox

import (
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
	iccid    string
	typeName string // as in the path; "": all preferences of the SIM
	body     []byte
}

func (s *Sandbox) servePreferences(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r, "")
}

func (s *Sandbox) serveWebhook(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r, r.PathValue("type"))
}

// serve carries out the call at once, and answers after the latency.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request, typeName string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		failure(http.StatusBadRequest, "INVALID_HTTP_MESSAGE", "the body cannot be read").write(w)
		return
	}
	s.enter(r.Method)
	defer s.leave()
	reply, fault, latency := s.decide(call{
		Request:  r,
		iccid:    strings.Clone(r.PathValue("iccid")), // the map of webhooks keeps it, and must not keep the whole path
		typeName: typeName,
		body:     body,
	})
	if !pause(r, latency) {
		panic(http.ErrAbortHandler)
	}
	fault.answer(w, r, reply)
}

// decide carries out the call under the lock and chooses its answer.
func (s *Sandbox) decide(c call) (reply, Fault, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reply, fault := s.admit(c)
	if fault.answers() {
		s.stats.Statuses[reply.status]++
	}
	if fault != "" {
		s.stats.Faults[fault]++
	}
	s.noteCall(c, reply.status, fault)
	latency := s.opts.LatencyMin
	if spread := s.opts.LatencyMax - s.opts.LatencyMin; spread > 0 {
		latency += time.Duration(s.random.Int64N(int64(spread) + 1))
	}
	return reply, fault, latency
}

// admit checks the token and the quota, then draws a fault and carries out the call.
func (s *Sandbox) admit(c call) (reply, Fault) {
	now := time.Now()
	if !s.authorised(c.Request, now) {
		return failure(http.StatusUnauthorized, "UNAUTHORISED", "the access token is missing, expired or revoked"), ""
	}
	quota := &s.writes
	if c.typeName == "" {
		quota = &s.reads
	}
	admitted := quota.take(now)
	header := http.Header{}
	if !s.opts.SilentQuota {
		quota.announce(header)
	}
	if !admitted {
		s.stats.RateLimited++
		if s.opts.RetryAfter {
			header.Set("Retry-After", itoa(quota.wait(now)))
		}
		return exceeded(quota.message()).with(header), ""
	}
	s.noteCorrelationID(c.Header.Get("X-Correlation-ID"))
	fault := s.draw(c.typeName != "")
	if fault == FaultErrorBefore {
		return s.passingError().with(header), fault
	}
	reply := s.perform(c)
	if fault == FaultErrorAfter {
		reply = s.passingError()
	}
	return reply.with(header), fault
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
