package api

import (
	"cmp"
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
	started := time.Now()
	resp, err := c.transport.RoundTrip(req.request)
	if err != nil {
		failure := transportFailure(ctx, req.attempt, err, req.mayHaveSent(), call.correlationID)
		failure.hopeless = cannotPass(err, c.reached.Load())
		return Answer{}, failure
	}
	c.reached.Store(true)
	answer := readAnswer(resp, time.Now())
	c.http1.Store(resp.ProtoMajor == 1)
	body, err := req.read(resp.Body, cmp.Or(call.maxBody, maxBody))
	_ = resp.Body.Close() // the body is read already
	if err != nil && (ctx.Err() != nil || !answer.decidedByStatus()) {
		return answer, transportFailure(ctx, req.attempt, err, true, call.correlationID)
	}
	finished = true
	failure := failureIn(call, resp, body, token)
	if failure == nil {
		c.answered(token)
		return answer, nil
	}
	answer.Status = failure.Status
	if failure.Status == http.StatusTooManyRequests {
		answer.addQuotaFromText(failure.Messages)
	}
	return answer, c.afterRefusal(failure, token, started)
}

// answered notes that the API itself has answered, and so has accepted the token.
func (c *Client) answered(token string) {
	c.tokens401.accept(token)
	c.proven.Store(true)
}

// afterRefusal invalidates the access token after a 401, unless another call has been accepted with it meanwhile. It
// returns a *CredentialsError where nothing but 401 came for too long. Any other error of the API itself, but not of a
// gateway, proves that the token was accepted.
func (c *Client) afterRefusal(failure *Error, token string, started time.Time) error {
	if failure.Status != http.StatusUnauthorized {
		if !failure.Gateway {
			c.answered(token)
		}
		return failure
	}
	if failure.OthersAccepted = c.tokens401.acceptedSince(token, started); failure.OthersAccepted {
		return failure
	}
	c.tokens.Invalidate(token)
	if n, lasted := c.tokens401.refuse(token); n >= maxRefusals && lasted >= refusalPatience {
		return &CredentialsError{
			Problem: fmt.Sprintf("the API refused %d fresh tokens in a row for %s (%s)", n, lasted.Round(time.Second), failure.Error()),
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
