package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
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
	iccid     string // "": they are about the account
	kind      string // in the correlation IDs: the Code of a type, or P, V, S, B or L
	run       string // in the correlation IDs
	made      int
	lastID    string // correlation ID of the last attempt
	status    int    // of its answer; 0: none
	maybeDone bool   // an attempt failed, but may have taken effect

	refused     int // answers 401
	ownRefusals int // those to tokens that the API accepted for other SIMs
}

// attempt is one try at a call.
type attempt func(ctx context.Context, correlationID string) (api.Answer, error)

// errStopped says that the run ended before a call was answered.
var errStopped = errors.New("stopped before it was done: run again")

// do makes a call. Each attempt waits for the API to be there, for a valid token and for a permit, in this order, so
// that no permit is held while waiting for something else. Passing failures are retried after a backoff. Neither a
// 429 nor a first 401 counts as one: the first closes the pacer's gate, the second renews the token. The error is the
// last attempt's.
//
// settled looks whether a write that was answered doubtfully has taken effect; nil: the call is no write.
func (c *Caller) do(ctx contexts, r route, a *attempts, try attempt, settled func() bool) error {
	budget := c.options.retryBudget()
	for {
		held, err := c.ready(ctx, r, a)
		if held { // until now the API failed as a whole, and not this call
			budget = c.options.retryBudget()
		}
		if err == nil {
			err = c.attempt(ctx, r, a, try)
		}
		if settled != nil && doubtful(err) && settled() {
			err = nil
		}
		verdict, err := c.judge(ctx, r, a, err)
		wait := time.Duration(0)
		switch verdict {
		case done, final:
			return err
		case repeatNow:
			continue
		case repeatLater:
			var ok bool
			if wait, ok = budget.spend(); !ok {
				return err
			}
			c.counts.retries.add(err)
		case renewed:
			wait = refusalWait(a.refused)
		}
		if !sleep(ctx.wait, wait) {
			return errStopped
		}
	}
}

// maxOwnRefusals is how often a SIM may be answered 401 with tokens that the API accepts for others.
const maxOwnRefusals = 3

// refusalWait is the pause before a call that was answered 401 so many times: a new token may take a moment until all of
// the API knows it.
func refusalWait(refusals int) time.Duration {
	if refusals <= 1 {
		return 0
	}
	return min(time.Second<<(refusals-2), 8*time.Second)
}

// doubtful reports whether a write was answered 2xx by something that is not the API, or with an error: only a look at
// the SIM tells whether it was carried out.
func doubtful(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && e.Status >= 200 && e.Status < 300
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
func (c *Caller) ready(ctx contexts, r route, a *attempts) (held bool, err error) {
	if held, err = c.enter(ctx, r.breaker, a); err != nil {
		return held, err
	}
	tokenless, err := c.enter(ctx, c.tokens, a)
	held = held || tokenless
	if err == nil {
		err = c.options.Client.Ready(ctx.wait)
		switch {
		case ctx.wait.Err() != nil:
		case err == nil:
			c.tokens.succeeded()
		case api.Temporary(err) && !api.Hopeless(err):
			failing, gone := c.tokens.failed(a.iccid, err)
			err = cmp.Or(gone, error(&noTokenError{err, failing}))
		}
	}
	if err != nil {
		r.breaker.abandoned()
	}
	if ctx.wait.Err() != nil {
		c.tokens.abandoned()
		return held, errStopped
	}
	return held, err
}

// enter waits until a breaker lets a call through. Where it is in doubt whether the API fails or a few SIMs do, another SIM
// is read first.
func (c *Caller) enter(ctx contexts, b *breaker, a *attempts) (held bool, err error) {
	for {
		admitted, err := b.enter(ctx.wait)
		held = held || admitted.held
		switch {
		case ctx.wait.Err() != nil:
			b.abandoned()
			return held, errStopped
		case err != nil, !admitted.probes, !admitted.doubted:
			return held, err
		}
		known, err := c.askAnother(ctx, a)
		switch {
		case !known:
			return held, nil // this call is the probe
		case errors.Is(err, errStopped), ctx.wait.Err() != nil:
			b.abandoned()
			return held, errStopped
		case err == nil:
			b.absolved()
		default:
			if gone := b.otherFailed(err); gone != nil {
				return held, gone
			}
		}
	}
}

func (c *Caller) attempt(ctx contexts, r route, a *attempts, try attempt) error {
	permit, err := r.quotas.Acquire(ctx.wait, r.paced(a))
	if err != nil {
		r.breaker.abandoned()
		return errStopped
	}
	a.made++
	a.lastID = a.run + "-" + cmp.Or(a.iccid, "account") + "-" + a.kind + "-" + strconv.Itoa(a.made)
	c.counts.attempts.Add(1)
	c.counts.busy.Add(1)
	answer, err := try(ctx.call, a.lastID)
	c.counts.busy.Add(-1)
	permit.Done(answer)
	c.counts.add(answer, r.method)
	a.status = answer.Status
	a.maybeDone = a.maybeDone || err != nil && api.Ambiguous(err)
	return err
}

// noTokenError says that there was no token for an attempt.
type noTokenError struct {
	error
	failing bool // the token endpoint fails as a whole: all calls wait for it
}

func (e *noTokenError) Unwrap() error { return e.error }

// verdict is what follows from an attempt.
type verdict int

const (
	done verdict = iota
	repeatNow
	repeatLater
	renewed // repeat with another token
	final
)

// judge says what follows from the outcome of an attempt, and tells the breaker. The error is the one to go on with.
func (c *Caller) judge(ctx contexts, r route, a *attempts, err error) (verdict, error) {
	noToken, isTokens := errors.AsType[*noTokenError](err)
	switch {
	case err == nil:
		c.knows(a.iccid)
		r.breaker.succeeded()
		return done, nil
	case errors.Is(err, errStopped), is[*GoneError](err):
		return final, err
	case is[*api.CredentialsError](err):
		c.giveUp(err)
		return final, err
	case api.Hopeless(err):
		c.giveUp(&GoneError{Last: err})
		return final, err
	case isTokens && noToken.failing:
		return repeatNow, noToken.error // after waiting for the token endpoint
	case isTokens:
		return repeatLater, noToken.error
	case throttled(err):
		c.counts.throttled.Add(1)
		if gone := r.breaker.refused429(err); gone != nil {
			return final, gone
		}
		return repeatNow, err
	case api.Unauthorised(err):
		return c.judgeRefusal(ctx, r, a, err)
	case api.Temporary(err):
		if wrong := c.wrongBaseURL(cmp.Or(a.iccid, a.lastID), err); wrong != nil {
			c.giveUp(wrong)
			return final, wrong
		}
		switch failing, gone := r.breaker.failed(a.iccid, err); {
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

// judgeRefusal says what follows from a 401. It is the SIM's own where the API accepts the same token for others. When no
// other call is under way, another SIM is read to tell.
func (c *Caller) judgeRefusal(ctx contexts, r route, a *attempts, err error) (verdict, error) {
	r.breaker.succeeded()
	a.refused++
	e, _ := errors.AsType[*api.Error](err)
	own := e.OthersAccepted
	if !own && a.refused > 1 {
		known, otherErr := c.askAnother(ctx, a)
		own = known && otherErr == nil
	}
	if own {
		a.ownRefusals++
	}
	if a.ownRefusals >= maxOwnRefusals {
		return final, err
	}
	return renewed, err
}

// strangersAtMost is for how many SIMs, or in answer to how many calls about the account, something else than the API may answer
// with 404 or a redirect before the base URL is taken to be wrong, as long as the API itself has never answered.
const strangersAtMost = 5

// WrongBaseURLError says that there is no API at the base URL: something else answers that it knows no such path, or
// redirects.
type WrongBaseURLError struct {
	BaseURL string
	Last    error
}

func (e *WrongBaseURLError) Error() string {
	hint := "compare it with the documentation"
	switch {
	case strings.HasSuffix(e.BaseURL, "/v1"):
		hint = "leave out the /v1 at its end, which simhook adds"
	case !strings.Contains(e.BaseURL, "/connect-api"):
		hint = "it usually ends in /connect-api"
	}
	return fmt.Sprintf("there is no Connect API at the base URL %s (%s): %s", e.BaseURL, api.Cause(e.Last), hint)
}

func (e *WrongBaseURLError) Unwrap() error { return e.Last }

// wrongBaseURL is not nil once all answers so far were a 404 or a redirect by something that is not the API.
func (c *Caller) wrongBaseURL(about string, err error) error {
	e, ok := errors.AsType[*api.Error](err)
	elsewhere := ok && e.Gateway && (e.Status == http.StatusNotFound || e.Status >= 300 && e.Status < 400)
	if !elsewhere || c.options.Client.Proven() {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.strangers == nil {
		c.strangers = map[string]bool{}
	}
	if c.strangers[about] = true; len(c.strangers) < strangersAtMost {
		return nil
	}
	return &WrongBaseURLError{BaseURL: c.options.Client.BaseURL(), Last: err}
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

// answered reports whether an attempt was answered with this status, by the API or by anything before it.
func answered(err error, status int) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && e.Status == status
}
