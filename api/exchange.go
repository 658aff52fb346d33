package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	req, err := c.takeRequest(ctx)
	if err != nil {
		return Answer{}, err
	}
	finished := false
	defer func() { c.releaseRequest(req, finished) }()
	if err := req.prepare(call, token, c.http1.Load()); err != nil {
		return Answer{}, err
	}
	resp, err := c.transport.RoundTrip(req.request)
	if err != nil {
		return Answer{}, transportFailure(ctx, req.attempt, err, req.mayHaveSent(), call.correlationID)
	}
	answer := readAnswer(resp, time.Now())
	c.http1.Store(resp.ProtoMajor == 1)
	body, err := req.read(resp.Body)
	_ = resp.Body.Close() // what matters of it has been read
	if err != nil && (ctx.Err() != nil || !answer.decidedByStatus()) {
		return answer, transportFailure(ctx, req.attempt, err, true, call.correlationID)
	}
	finished = true
	failure := failureIn(call, resp, body, token)
	if failure == nil {
		c.refusals.clear()
		return answer, nil
	}
	if failure.Status == http.StatusTooManyRequests {
		answer.addQuotaFromText(failure.Messages)
	}
	return answer, c.afterRefusal(failure, token)
}

// afterRefusal draws the conclusions for the access token from an answer that was no success.
func (c *Client) afterRefusal(failure *Error, token string) error {
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
	if err == nil {
		return token, nil
	}
	var known fault
	if errors.As(err, &known) {
		return "", err
	}
	return "", fmt.Errorf("waiting for an access token: %w", err)
}
