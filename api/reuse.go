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

// lane is what attempts that follow one another have in common, so that not each makes it anew: a context
// with a timer, a request and a buffer. net/http lets a request be used again once the body of its answer
// is closed (see http.RoundTripper); after any other end the lane is given up.
type lane struct {
	parent  context.Context // the caller's
	ctx     context.Context // of an attempt: the caller's, ended by the timer
	end     context.CancelCauseFunc
	timer   *time.Timer
	request *http.Request
	root    url.URL // the base URL

	token         string // that authorization holds
	authorization []string
	correlationID []string

	webhookURL string // that payload holds
	payload    []byte
	sending    bytes.Reader  // what is left of the payload
	body       io.ReadCloser // the same for net/http

	asked, got atomic.Bool // whether a connection was asked for, and was there
	reading    io.LimitedReader
	answer     bytes.Buffer
}

// maxKept is how large a buffer for answers may be to be kept.
const maxKept = 16 << 10

// lane returns one whose time has begun to run.
func (c *Client) lane(ctx context.Context) (*lane, error) {
	select {
	case l := <-c.lanes:
		if l.parent == ctx {
			l.asked.Store(false)
			l.got.Store(false)
			l.timer.Reset(c.timeout)
			return l, nil
		}
		l.end(nil)
	default:
	}
	return c.newLane(ctx)
}

func (c *Client) newLane(parent context.Context) (*lane, error) {
	l := &lane{parent: parent, authorization: []string{""}, correlationID: []string{""}}
	l.ctx, l.end = context.WithCancelCause(parent)
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { l.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { l.got.Store(true) },
	}
	var err error
	if l.request, err = http.NewRequestWithContext(httptrace.WithClientTrace(l.ctx, trace), "", c.base, nil); err != nil {
		l.end(nil)
		return nil, fmt.Errorf("building the request: %w", err)
	}
	l.root = *l.request.URL
	l.request.Header = c.headers.with(l.authorization, l.correlationID)
	l.body = io.NopCloser(&l.sending)
	l.timer = time.AfterFunc(c.timeout, func() { l.end(errTimeout) })
	return l, nil
}

// release keeps a lane for the next attempt, if this one came to its end in time.
func (c *Client) release(l *lane, over bool) {
	if l.timer.Stop() && over {
		select {
		case c.lanes <- l:
			return
		default:
		}
	}
	l.end(nil)
}

// endLanes gives up those that are not in use.
func (c *Client) endLanes() {
	for {
		select {
		case l := <-c.lanes:
			l.end(nil)
		default:
			return
		}
	}
}

// read reads an answer's body, which is valid until the lane is released.
func (l *lane) read(body io.Reader) ([]byte, error) {
	if l.answer.Cap() > maxKept {
		l.answer = bytes.Buffer{}
	}
	l.answer.Reset()
	l.reading = io.LimitedReader{R: body, N: maxBody}
	_, err := l.answer.ReadFrom(&l.reading)
	return l.answer.Bytes(), err
}

// mayHaveSent reports whether the attempt got a connection to send its request on. It is true for a
// transport that does not tell.
func (l *lane) mayHaveSent() bool { return l.got.Load() || !l.asked.Load() }
