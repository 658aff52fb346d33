package batch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Reasons for a run to end before all SIMs were called for.
var (
	ErrStopped     = errors.New("stopped")
	ErrMaxDuration = errors.New("--max-duration is over")
)

// stopper ends a run in three steps: it takes no new SIM, then waits of calls end, then calls in flight are cut.
type stopper struct {
	stopping chan struct{} // closed: no new SIM
	once     sync.Once
	cause    error // set before stopping is closed

	endWaits context.CancelFunc // set before the first call
}

// stop lets no new SIM begin. The first cause counts.
func (s *stopper) stop(cause error) {
	s.once.Do(func() {
		s.cause = cause
		close(s.stopping)
	})
}

// abort is stop, and ends waits too: calling on is pointless.
func (s *stopper) abort(cause error) {
	s.stop(cause)
	s.endWaits()
}

// stopped reports whether the run is to end, and why.
func (s *stopper) stopped() (cause error, stopped bool) {
	select {
	case <-s.stopping:
		return s.cause, true
	default:
		return nil, false
	}
}

// contexts are those of the run's calls. end frees them.
func (s *stopper) contexts(ctx context.Context) (calls contexts, cut context.CancelCauseFunc, end func()) {
	call, cut := context.WithCancelCause(ctx)
	wait, endWaits := context.WithCancel(call)
	s.endWaits = endWaits
	return contexts{wait: wait, call: call}, cut, func() {
		endWaits()
		cut(nil)
	}
}

// idlePause is for how long no call may be in flight until a run that is to end waits no longer: its SIMs wait for the API
// to be there again, or for the quota to be renewed.
const idlePause = 200 * time.Millisecond

// watch stops the run when its time is over or the context ends, and cuts calls that take longer than the grace
// period. The function it returns ends the watch.
func (s *stopper) watch(ctx context.Context, cut context.CancelCauseFunc, maxDuration, grace time.Duration, idle func() bool) (end func()) {
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		var over <-chan time.Time
		if maxDuration > 0 {
			timer := time.NewTimer(maxDuration)
			defer timer.Stop()
			over = timer.C
		}
		select {
		case <-over:
			s.stop(ErrMaxDuration)
		case <-ctx.Done():
			s.stop(ErrStopped)
		case <-s.stopping:
		case <-done:
			return
		}
		timer, looks := time.NewTimer(grace), time.NewTicker(idlePause/2)
		defer timer.Stop()
		defer looks.Stop()
		for wasIdle := false; ; {
			select {
			case <-looks.C:
				isIdle := idle()
				if isIdle && wasIdle {
					s.endWaits()
				}
				wasIdle = isIdle
				continue
			case <-timer.C:
				cut(ErrStopped)
			case <-ctx.Done():
			case <-done:
			}
			return
		}
	})
	return func() {
		close(done)
		watching.Wait()
	}
}
