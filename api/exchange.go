package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// do makes the attempt and tells the observer.
func (c *Client) do(ctx context.Context, call call) (Answer, error) {
	start := time.Now()
	answer, err := c.exchange(ctx, call)
	if c.onAttempt != nil {
		c.onAttempt(Attempt{
			Method:        call.method,
			ICCID:         call.iccid,
			Type:          call.notification,
			CorrelationID: call.correlationID,
			Status:        answer.Status,
			Duration:      time.Since(start),
			Err:           err,
		})
	}
	return answer, err
}

// exchange sends the request and reads the answer, body included, in the time of one attempt.
func (c *Client) exchange(ctx context.Context, call call) (Answer, error) {
	token, err := c.token(ctx)
	if err != nil {
		return Answer{}, err
	}
	attempt, cancel := context.WithTimeoutCause(ctx, c.timeout, errTimeout)
	defer cancel()
	var line line
	req, err := c.request(httptrace.WithClientTrace(attempt, line.trace()), call, token)
	if err != nil {
		return Answer{}, err
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return Answer{}, broken(ctx, attempt, err, line.mayHaveSent(), call.correlationID)
	}
	defer resp.Body.Close()
	c.http1.Store(resp.ProtoMajor == 1)

	answer := readAnswer(resp, time.Now())
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil && (ctx.Err() != nil || !answer.speaksForItself()) {
		return answer, broken(ctx, attempt, err, true, call.correlationID)
	}
	failure := examine(call, resp, body, token)
	if failure == nil {
		c.refusals.clear()
		return answer, nil
	}
	if failure.Status == http.StatusTooManyRequests {
		answer.addQuotaFromText(failure.Messages)
	}
	return answer, c.heed(failure, token)
}

// heed draws the conclusions for the access token from an answer that was no success.
func (c *Client) heed(failure *Error, token string) error {
	if failure.Status != http.StatusUnauthorized {
		if !failure.Gateway {
			c.refusals.clear()
		}
		return failure
	}
	c.tokens.Invalidate(token)
	if n := c.refusals.add(token); n >= maxRefusals {
		return &CredentialsError{
			Problem: fmt.Sprintf("the API refused %d fresh tokens in a row (%s)", n, failure.Error()),
			Advice:  "check that the base URL and the credentials belong to the same environment",
		}
	}
	return failure
}

// token returns the source's token.
func (c *Client) token(ctx context.Context) (string, error) {
	token, err := c.tokens.Token(ctx)
	var known fault
	if err != nil && !errors.As(err, &known) {
		return "", fmt.Errorf("waiting for an access token: %w", err)
	}
	return token, err
}

// line watches whether an attempt got a connection to send its request on.
type line struct {
	asked, got atomic.Bool
}

func (l *line) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { l.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { l.got.Store(true) },
	}
}

// mayHaveSent is true for a transport that reports neither.
func (l *line) mayHaveSent() bool { return l.got.Load() || !l.asked.Load() }
