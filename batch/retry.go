package batch

import (
	"errors"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"

	"simhook/api"
)

// Backoff between the attempts of a call: a random wait between nothing and twice the interval, which doubles
// ("full jitter"), so that no wait is longer than 30 s.
const (
	firstInterval   = 500 * time.Millisecond
	longestInterval = 15 * time.Second
)

// retryBudget is how often, and until when, a call may still be repeated.
type retryBudget struct {
	left      int
	until     time.Time
	intervals *backoff.ExponentialBackOff // nil: the call has not failed yet
}

func (o *CallOptions) retryBudget() retryBudget {
	return retryBudget{left: max(o.Retries, 0), until: time.Now().Add(o.RetryMaxTime)}
}

// spend takes one retry, and says how long to wait before it. It reports false where the call is to be given up.
func (b *retryBudget) spend() (wait time.Duration, ok bool) {
	if b.intervals == nil {
		b.intervals = backoff.NewExponentialBackOff(
			backoff.WithInitialInterval(firstInterval),
			backoff.WithRandomizationFactor(1),
			backoff.WithMultiplier(2),
			backoff.WithMaxInterval(longestInterval),
			backoff.WithMaxElapsedTime(0), // until says it
		)
	}
	wait = b.intervals.NextBackOff()
	if b.left == 0 || time.Now().Add(wait).After(b.until) {
		return 0, false
	}
	b.left--
	return wait, true
}

// maxReasons bounds the number of reasons, whatever the network puts in its messages.
const maxReasons = 20

// retryCounts count attempts after a passing failure, by the reason of the failure.
type retryCounts struct {
	mu sync.Mutex
	by map[string]int64
}

// add counts one attempt that follows err.
func (r *retryCounts) add(err error) {
	reason := retryReason(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[string]int64{}
	}
	if _, known := r.by[reason]; !known && len(r.by) >= maxReasons {
		reason = "other"
	}
	r.by[reason]++
}

// byReason returns a copy of the counts.
func (r *retryCounts) byReason() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.by)
}

// retryReason is a short name for a passing failure: http_503, timeout, connection refused.
func retryReason(err error) string {
	if answer, ok := errors.AsType[*api.Error](err); ok {
		return "http_" + strconv.Itoa(answer.Status)
	}
	return api.Cause(err)
}
