package batch

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"simhook/api"
)

// contexts say how far calls may go on. When calling on is pointless, waits end at once, while calls in flight may
// finish: without their answers, what they did would not be known.
type contexts struct {
	wait context.Context
	call context.Context // outlives wait
}

// attempts are all attempts of one kind for one SIM, whose outcome is written down together.
type attempts struct {
	iccid     string
	kind      string // in the correlation IDs: SE, UT, P or V
	run       string // in the correlation IDs
	made      int
	lastID    string // correlation ID of the last attempt
	status    int    // of its answer; 0: none
	maybeDone bool   // an attempt failed, but may have taken effect
}

// attempt is one try at a call.
type attempt func(ctx context.Context, correlationID string) (api.Answer, error)

// errStopped says that the run ended before a call was answered.
var errStopped = errors.New("stopped before it was done: run again")

// do makes a call. Each attempt waits for the API to be there, for a valid token and for a permit, in this order, so
// that no permit is held while waiting for something else. Passing failures are retried after a backoff. Neither a
// 429 nor a 401 counts as one: the first closes the pacer's gate, the second renews the token. The error is the last
// attempt's.
func (c *Caller) do(ctx contexts, r route, a *attempts, try attempt) error {
	budget := c.options.retryBudget()
	for {
		held, err := c.ready(ctx.wait, r)
		if held { // until now the API failed as a whole, and not this call
			budget = c.options.retryBudget()
		}
		if err == nil {
			err = c.attempt(ctx, r, a, try)
		}
		verdict, err := c.judge(r, err)
		switch verdict {
		case done, final:
			return err
		case repeatNow:
			continue
		}
		wait, ok := budget.spend()
		if !ok {
			return err
		}
		c.counts.retries.add(err)
		if !sleep(ctx.wait, wait) {
			return errStopped
		}
	}
}

// sleep reports false if the context ended first.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// ready waits until the API may be called with a valid token. held reports that calls of this kind had to
// wait because the API was failing at them as a whole.
func (c *Caller) ready(ctx context.Context, r route) (held bool, err error) {
	if held, err = r.breaker.enter(ctx); err == nil {
		err = c.options.Client.Ready(ctx)
	}
	if ctx.Err() != nil {
		r.breaker.abandoned()
		return held, errStopped
	}
	return held, err
}

func (c *Caller) attempt(ctx contexts, r route, a *attempts, try attempt) error {
	permit, err := r.pacer.Acquire(ctx.wait)
	if err != nil {
		r.breaker.abandoned()
		return errStopped
	}
	a.made++
	a.lastID = a.run + "-" + a.iccid + "-" + a.kind + "-" + strconv.Itoa(a.made)
	c.counts.attempts.Add(1)
	c.counts.busy.Add(1)
	answer, err := try(ctx.call, a.lastID)
	c.counts.busy.Add(-1)
	permit.Done(answer)
	a.status = answer.Status
	a.maybeDone = a.maybeDone || err != nil && api.Ambiguous(err)
	return err
}

// verdict is what follows from an attempt.
type verdict int

const (
	done verdict = iota
	repeatNow
	repeatLater
	final
)

// judge says what follows from the outcome of an attempt, and tells the breaker. The error is the one to go on with.
func (c *Caller) judge(r route, err error) (verdict, error) {
	switch {
	case err == nil:
		r.breaker.succeeded()
		return done, nil
	case errors.Is(err, errStopped), is[*GoneError](err):
		return final, err
	case is[*api.CredentialsError](err):
		c.giveUp(err)
		return final, err
	case api.Untrusted(err):
		c.giveUp(&GoneError{Last: err})
		return final, err
	case throttled(err):
		c.counts.throttled.Add(1)
		r.breaker.succeeded()
		return repeatNow, err
	case api.Unauthorised(err):
		r.breaker.succeeded()
		return repeatNow, err
	case api.Temporary(err):
		switch failing, gone := r.breaker.failed(err); {
		case gone != nil:
			return final, gone
		case failing:
			return repeatNow, err // after waiting for the API
		}
		return repeatLater, err
	case errors.Is(err, context.Canceled):
		r.breaker.abandoned()
		return final, err
	}
	r.breaker.succeeded()
	return final, err
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// throttled reports whether an attempt was answered 429, by the API or by a gateway.
func throttled(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && e.Status == http.StatusTooManyRequests
}

// answered reports whether an attempt was answered with this status by the API itself. A gateway's 404 only says that
// the base URL is wrong.
func answered(err error, status int) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && e.Status == status && !e.Gateway
}
