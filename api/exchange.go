package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// do makes one attempt and reports it to OnAttempt.
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

// exchange sends the request and reads the answer, including its body, within the timeout of one attempt.
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
	_ = resp.Body.Close() // the body is read already
	if err != nil && (ctx.Err() != nil || !answer.decidedByStatus()) {
		return answer, transportFailure(ctx, req.attempt, err, true, call.correlationID)
	}
	finished = true
	failure := failureIn(call, resp, body, token)
	if failure == nil {
		c.refusals.clear()
		return answer, nil
	}
	answer.Status = failure.Status
	if failure.Status == http.StatusTooManyRequests {
		answer.addQuotaFromText(failure.Messages)
	}
	return answer, c.afterRefusal(failure, token)
}

// afterRefusal invalidates the access token after a 401, and returns a *CredentialsError after too many.
// Any other error of the API itself, but not of a gateway, proves that the token was accepted.
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

// token asks the source, and wraps an error that does not say what it is about.
func (c *Client) token(ctx context.Context) (string, error) {
	token, err := c.tokens.Token(ctx)
	if err == nil {
		return token, nil
	}
	if _, ok := errors.AsType[fault](err); ok {
		return "", err
	}
	return "", fmt.Errorf("waiting for an access token: %w", err)
}
