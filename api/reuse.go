package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// reusedRequest is what one attempt hands on to the next: a context with a timer, a request whose trace
// tells whether it got a connection, and a buffer for the answer. It serves one attempt at a time.
//
// Reuse makes a call six times cheaper: 1 to 2 µs and 5 allocations, against 7 to 12 µs and 28 allocations
// when each attempt makes its own (BenchmarkRegister).
//
// net/http allows it as soon as the answer's body is closed (see http.RoundTripper). After any other end,
// the transport may still hold the request, so it is given up.
type reusedRequest struct {
	caller  context.Context // of the calls it serves
	attempt context.Context // the caller's, ended by the timer
	end     context.CancelCauseFunc
	timer   *time.Timer
	request *http.Request
	base    url.URL

	token         string // the one in authorization
	authorization []string
	correlationID []string

	webhookURL string // the one in payload
	payload    []byte
	unsent     bytes.Reader  // the rest of the payload
	body       io.ReadCloser // unsent, as net/http wants it

	wantedConn, gotConn atomic.Bool // told by the trace
	answerReader        io.LimitedReader
	answer              bytes.Buffer
}

// maxKeptBuffer is the largest buffer for answers that is kept, in bytes.
const maxKeptBuffer = 16 << 10

// takeRequest returns a request for one attempt and starts its timer.
func (c *Client) takeRequest(ctx context.Context) (*reusedRequest, error) {
	select {
	case r := <-c.idleRequests:
		if r.caller == ctx {
			r.wantedConn.Store(false)
			r.gotConn.Store(false)
			r.timer.Reset(c.timeout)
			return r, nil
		}
		r.end(nil)
	default:
	}
	return c.newRequest(ctx)
}

func (c *Client) newRequest(ctx context.Context) (*reusedRequest, error) {
	r := &reusedRequest{caller: ctx, authorization: []string{""}, correlationID: []string{""}}
	r.attempt, r.end = context.WithCancelCause(ctx)
	traced := httptrace.WithClientTrace(r.attempt, &httptrace.ClientTrace{
		GetConn: func(string) { r.wantedConn.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { r.gotConn.Store(true) },
	})
	var err error
	if r.request, err = http.NewRequestWithContext(traced, "", c.base, nil); err != nil {
		r.end(nil)
		return nil, fmt.Errorf("building the request: %w", err)
	}
	r.base = *r.request.URL
	r.request.Header = c.headers.with(r.authorization, r.correlationID)
	r.body = io.NopCloser(&r.unsent)
	r.timer = time.AfterFunc(c.timeout, func() { r.end(errTimeout) })
	return r, nil
}

// releaseRequest keeps a request for the next attempt if net/http has finished with it in time.
func (c *Client) releaseRequest(r *reusedRequest, finished bool) {
	if r.timer.Stop() && finished {
		select {
		case c.idleRequests <- r:
			return
		default:
		}
	}
	r.end(nil)
}

func (c *Client) dropIdleRequests() {
	for {
		select {
		case r := <-c.idleRequests:
			r.end(nil)
		default:
			return
		}
	}
}

// read reads an answer's body, at most limit bytes. The bytes are valid until the request is released.
func (r *reusedRequest) read(body io.Reader, limit int64) ([]byte, error) {
	if r.answer.Cap() > maxKeptBuffer {
		r.answer = bytes.Buffer{}
	}
	r.answer.Reset()
	r.answerReader = io.LimitedReader{R: body, N: limit}
	_, err := r.answer.ReadFrom(&r.answerReader)
	return r.answer.Bytes(), err
}

// mayHaveSent reports whether the attempt got a connection to send its request on. It is also true for a
// transport that does not report its connections.
func (r *reusedRequest) mayHaveSent() bool { return r.gotConn.Load() || !r.wantedConn.Load() }
