package sandbox

import (
	"crypto/tls"
	"net"
	"net/http"
)

// Fault is the name under which [Stats] counts a fault. Rules have names of their own.
type Fault string

// The faults of [Options] and [Sandbox.SetDown].
const (
	FaultErrorBefore Fault = "error_before" // 5xx, and the call was not carried out
	FaultErrorAfter  Fault = "error_after"  // 5xx, although the call was carried out
	FaultReset       Fault = "reset"        // the connection breaks
	FaultHang        Fault = "hang"         // no answer comes
	FaultTruncate    Fault = "truncate"     // the answer is cut off
	FaultDown        Fault = "down"         // the API is down
)

// cutOff is added to the announced length of a truncated answer, so an empty body is cut off too. In bytes.
const cutOff = 64

// draw chooses a fault for a call, or "" for none, at the rates of the options.
func (s *Sandbox) draw(write bool) Fault {
	share := s.random.Float64()
	drawn := func(rate float64) bool {
		share -= rate
		return share < 0
	}
	switch {
	case drawn(s.opts.ErrorRate):
		// The statuses repeat after four errors. The shift by one in each round of four gives every status both kinds.
		if n := s.errors; (n+n/4)%2 == 0 {
			return FaultErrorBefore
		}
		return FaultErrorAfter
	case write && drawn(s.opts.ResetRate):
		return FaultReset
	case drawn(s.opts.HangRate):
		return FaultHang
	case drawn(s.opts.TruncateRate):
		return FaultTruncate
	default:
		return ""
	}
}

// passingError returns the four temporary errors in turn.
func (s *Sandbox) passingError() reply {
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

// answers reports whether the client gets a status.
func (f Fault) answers() bool { return f != FaultReset && f != FaultHang }

// send writes the reply, or breaks it.
func (o outcome) send(w http.ResponseWriter, r *http.Request) {
	switch o.breaks {
	case FaultReset:
		reset(w)
	case FaultHang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case FaultTruncate:
		truncate(w, o.reply)
	default:
		o.write(w)
	}
}

// truncate sends the header and half of the body. A 204 cannot announce a body, so it becomes a 200.
func truncate(w http.ResponseWriter, reply reply) {
	if reply.status == http.StatusNoContent {
		reply.status, reply.media = http.StatusOK, "application/json"
	}
	reply.writeHeader(w, len(reply.body)+cutOff)
	_, _ = w.Write(reply.body[:len(reply.body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// reset breaks the connection. Over TCP the client sees a reset.
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
