package batch

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v4"

	"simhook/api"
	"simhook/batch/pace"
)

// Backoff between the attempts of a call: a random wait between nothing and
// twice the interval, which doubles ("full jitter"), so that no wait is longer
// than 30 s.
const (
	firstInterval   = 500 * time.Millisecond
	longestInterval = 15 * time.Second
)

// phase is how far a run may still go. When calling on is pointless, waits are
// over at once, while calls in flight may finish: what they did would otherwise
// not be known.
type phase struct {
	waits context.Context
	calls context.Context
}

// caller makes calls that outlast passing faults.
type caller struct {
	client  *api.Client
	writes  *pace.Pacer
	reads   *pace.Pacer
	breaker *breaker
	retries int           // further attempts of a call after a passing failure
	maxTime time.Duration // spent on one call, waiting included
	run     string        // the run's part of the correlation IDs
	counts  *counts
	abort   func(error) // ends the run: calling on is pointless
}

// counts are of a whole run.
type counts struct {
	attempts  atomic.Int64
	retried   retried      // attempts after a passing failure
	busy      atomic.Int64 // calls in flight
	throttled atomic.Int64 // 429s
}

// thread is the series of attempts that one SIM's results account for together.
type thread struct {
	iccid     string
	kind      string // in the correlation IDs
	attempts  int
	id        string // correlation ID of the last attempt
	status    int    // of its answer; 0: none
	ambiguous bool   // an attempt failed but may have taken effect
}

// thread begins a series of attempts; kind is SE, UT or P.
func (c *caller) thread(iccid, kind string) *thread { return &thread{iccid: iccid, kind: kind} }

// attempt is one try at a call.
type attempt func(ctx context.Context, correlationID string) (api.Answer, error)

// do makes a call. Each attempt waits for the API to be there, for a valid
// token and for a permit, in this order, so that the permit is not held while
// waiting for something else. Passing failures are retried after a backoff.
// Neither a 429 nor a 401 counts as one: the first closes the pacer's gate, the
// second renews the token. The error is the last attempt's.
func (c *caller) do(p phase, pacer *pace.Pacer, t *thread, try attempt) error {
	started := time.Now()
	verdict, err := c.attempts(p, pacer, t, try, func() { started = time.Now() })
	if verdict != repeatLater {
		return err
	}
	return c.retry(p, pacer, t, try, started, err)
}

// retry goes on with a call that began at some time, and whose first attempt has
// failed.
func (c *caller) retry(p phase, pacer *pace.Pacer, t *thread, try attempt, started time.Time, failure error) error {
	left := c.maxTime - time.Since(started)
	if left <= 0 {
		return failure
	}
	intervals := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstInterval),
		backoff.WithRandomizationFactor(1),
		backoff.WithMultiplier(2),
		backoff.WithMaxInterval(longestInterval),
		backoff.WithMaxElapsedTime(left),
	)
	limited := backoff.WithMaxRetries(intervals, uint64(c.retries))
	afresh := func() {
		intervals.MaxElapsedTime = c.maxTime
		limited.Reset()
	}
	operation := func() error {
		if first := failure; first != nil {
			failure = nil
			return first
		}
		verdict, err := c.attempts(p, pacer, t, try, afresh)
		if verdict == final {
			return backoff.Permanent(err)
		}
		return err
	}
	err := backoff.RetryNotify(operation, backoff.WithContext(limited, p.waits), func(err error, _ time.Duration) { c.counts.retried.add(err) })
	if err != nil && p.waits.Err() != nil && err == p.waits.Err() {
		return errStopped // while backing off
	}
	return err
}

// attempts tries a call until what follows is not to try again at once. It calls
// afresh where the API had to be waited for: failures until then were not the
// call's own.
func (c *caller) attempts(p phase, pacer *pace.Pacer, t *thread, try attempt, afresh func()) (verdict, error) {
	for {
		held, err := c.ready(p.waits)
		if held {
			afresh()
		}
		if err == nil {
			err = c.attempt(p, pacer, t, try)
		}
		if v := c.judge(err); v != repeatNow {
			return v, err
		}
	}
}

// errStopped says that the run ended before a call was answered.
var errStopped = errors.New("stopped before it was done: run again")

// ready waits until the API may be called with a valid token.
func (c *caller) ready(waits context.Context) (held bool, err error) {
	if held, err = c.breaker.enter(waits); err == nil {
		err = c.client.Ready(waits)
	}
	if waits.Err() != nil {
		c.breaker.abandoned()
		return held, errStopped
	}
	return held, err
}

func (c *caller) attempt(p phase, pacer *pace.Pacer, t *thread, try attempt) error {
	permit, err := pacer.Acquire(p.waits)
	if err != nil {
		c.breaker.abandoned()
		return errStopped
	}
	t.attempts++
	t.id = c.run + "-" + t.iccid + "-" + t.kind + "-" + strconv.Itoa(t.attempts)
	c.counts.attempts.Add(1)
	c.counts.busy.Add(1)
	answer, err := try(p.calls, t.id)
	c.counts.busy.Add(-1)
	permit.Done(answer)
	t.status = answer.Status
	t.ambiguous = t.ambiguous || err != nil && api.Ambiguous(err)
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

// judge says what follows from the outcome of an attempt, and tells the breaker.
func (c *caller) judge(err error) verdict {
	if err == nil {
		c.breaker.succeeded()
		return done
	}
	var refused *api.CredentialsError
	switch {
	case errors.Is(err, errStopped):
		return final
	case errors.As(err, &refused):
		c.abort(err)
		return final
	case api.Untrusted(err):
		c.abort(&GoneError{Last: err})
		return final
	case throttled(err):
		c.counts.throttled.Add(1)
		c.breaker.succeeded()
		return repeatNow
	case api.Unauthorised(err):
		c.breaker.succeeded()
		return repeatNow
	case api.Temporary(err):
		if c.breaker.failed(err) {
			return repeatNow // after waiting for the API
		}
		return repeatLater
	case errors.Is(err, context.Canceled):
		c.breaker.abandoned()
		return final
	}
	c.breaker.succeeded()
	return final
}

// throttled reports whether an attempt was answered 429, by whomever.
func throttled(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Status == http.StatusTooManyRequests
}

// answered reports whether an attempt was answered with this status, by the API
// itself: a gateway's 404 only says that the base URL is wrong.
func answered(err error, status int) bool {
	if err == nil {
		return false
	}
	var e *api.Error
	return errors.As(err, &e) && e.Status == status && !e.Gateway
}
