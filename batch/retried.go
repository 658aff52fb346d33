package batch

import (
	"errors"
	"maps"
	"strconv"
	"sync"

	"simhook/api"
)

// maxReasons bounds the number of reasons, whatever the network puts in its messages.
const maxReasons = 20

// retried counts attempts after a passing failure, by the reason of the failure.
type retried struct {
	mu sync.Mutex
	by map[string]int64
}

// add counts one attempt that follows err.
func (r *retried) add(err error) {
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

// reasons are a copy of the counts.
func (r *retried) reasons() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.by)
}

// retryReason is a short name for a passing failure: http_503, timeout, connection refused.
func retryReason(err error) string {
	var answer *api.Error
	if errors.As(err, &answer) {
		return "http_" + strconv.Itoa(answer.Status)
	}
	return api.Cause(err)
}
