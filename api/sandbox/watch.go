package sandbox

import (
	"net/http"

	"simhook/api"
)

// Stage is how far a call is.
type Stage string

// The stages of a call, in order.
const (
	Received Stage = "received" // the request has arrived; nothing has been checked or carried out
	Decided  Stage = "decided"  // the call was carried out, or not; the answer is chosen but not sent
	Answered Stage = "answered" // the whole answer is sent; a call whose answer breaks does not get here
)

// Event is what [Options.Watch] is told of a call.
type Event struct {
	Stage  Stage
	Number int // of the call among all calls of the API, counted from 1 in the order of their arrival

	Method string
	ICCID  string
	Type   api.NotificationType // as in the path; "": all preferences of the SIM

	Status int   // of the answer; 0 when Received, and if no answer will come
	Fault  Fault // as Stats counts it; "": none, or not yet known
}

// tell tells Watch, if there is one, how far a call is.
func (s *Sandbox) tell(stage Stage, c call, o outcome) {
	if s.opts.Watch == nil {
		return
	}
	e := Event{
		Stage: stage, Number: c.number, Method: c.Method, ICCID: c.iccid, Type: api.NotificationType(c.typeName),
		Fault: o.fault,
	}
	if o.breaks.answers() {
		e.Status = o.status
	}
	s.opts.Watch(e)
}

// tellAnswered flushes the answer and tells Watch about it.
func (s *Sandbox) tellAnswered(w http.ResponseWriter, c call, o outcome) {
	if s.opts.Watch == nil || !o.breaks.answers() {
		return
	}
	_ = http.NewResponseController(w).Flush() // an error means that the client has gone
	s.tell(Answered, c, o)
}
