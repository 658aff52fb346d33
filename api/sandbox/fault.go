package sandbox

import (
	"crypto/tls"
	"net"
	"net/http"
)

// Fault is one way of going wrong.
type Fault string

// The faults, as Stats counts them.
const (
	FaultErrorBefore Fault = "error_before" // 5xx, without effect
	FaultErrorAfter  Fault = "error_after"  // 5xx, although the call took effect
	FaultReset       Fault = "reset"
	FaultHang        Fault = "hang"
	FaultTruncate    Fault = "truncate"
	FaultDown        Fault = "down" // by SetDown
)

// cutOff is how many bytes a truncated answer lacks.
const cutOff = 64

// draw decides what is to go wrong with a call, if anything.
func (s *Sandbox) draw(write bool) Fault {
	share := s.random.Float64()
	happens := func(rate float64) bool {
		share -= rate
		return share < 0
	}
	switch {
	case happens(s.opts.ErrorRate):
		// Shifting by one in every round of four gives each status both kinds.
		if n := s.errors; (n+n/4)%2 == 0 {
			return FaultErrorBefore
		}
		return FaultErrorAfter
	case write && happens(s.opts.ResetRate):
		return FaultReset
	case happens(s.opts.HangRate):
		return FaultHang
	case happens(s.opts.TruncateRate):
		return FaultTruncate
	default:
		return ""
	}
}

// outage returns the four passing errors in turn.
func (s *Sandbox) outage() reply {
	n := s.errors
	s.errors++
	switch n % 4 {
	case 0:
		return failure(http.StatusInternalServerError, "INTERNAL_ERROR", "an internal error occurred")
	case 1:
		return page(http.StatusBadGateway)
	case 2:
		return failure(http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE", "try again later")
	default:
		return page(http.StatusGatewayTimeout)
	}
}

// answers reports whether a status reaches the client.
func (f Fault) answers() bool { return f != FaultReset && f != FaultHang }

// answer writes the reply, or what the fault makes of it.
func (f Fault) answer(w http.ResponseWriter, r *http.Request, reply reply) {
	switch f {
	case FaultReset:
		reset(w)
	case FaultHang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case FaultTruncate:
		truncate(w, reply)
	default:
		reply.write(w)
	}
}

// truncate sends the headers and half of the body. A reply without a body becomes one that announces it.
func truncate(w http.ResponseWriter, reply reply) {
	if reply.status == http.StatusNoContent {
		reply.status, reply.media = http.StatusOK, "application/json"
	}
	reply.writeHeader(w, len(reply.body)+cutOff)
	_, _ = w.Write(reply.body[:len(reply.body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// reset breaks the connection such that the client sees a TCP reset, where there is TCP.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if secure, ok := conn.(*tls.Conn); ok {
		raw = secure.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}
