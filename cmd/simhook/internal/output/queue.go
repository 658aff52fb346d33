package output

import (
	"io"
	"sync"
	"time"
)

const (
	// maxQueued is how many bytes may wait for a reader that does not read. What is said after that is lost.
	maxQueued = 1 << 20
	// patience is how long Close waits for a reader that does not read.
	patience = time.Second
)

// Queue writes to a stream from one goroutine, so that a terminal that is stopped or a full pipe holds up nothing else.
// Once the stream takes no more, for example because the reader of a pipe has gone, everything is discarded. It may be
// used by several goroutines at once.
type Queue struct {
	out   io.Writer
	wake  chan struct{}
	moved chan struct{} // after each write
	ended chan struct{}

	mu      sync.Mutex
	waiting [][]byte
	size    int // bytes waiting or being written
	closed  bool
}

// NewQueue writes to out. It must be closed.
func NewQueue(out io.Writer) *Queue {
	q := &Queue{
		out: out, wake: make(chan struct{}, 1), moved: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	go q.run()
	return q
}

// Write never waits and never fails.
func (q *Queue) Write(text []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(text) > 0 && !q.closed && q.size+len(text) <= maxQueued {
		q.waiting = append(q.waiting, append([]byte(nil), text...))
		q.size += len(text)
		signalTo(q.wake)
	}
	return len(text), nil
}

// Busy reports whether much waits for the reader, so that progress should not be added to it.
func (q *Queue) Busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.size > maxQueued/256 // a few frames of progress
}

// Close waits until all is written, but no longer than a second for a reader that does not read.
func (q *Queue) Close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signalTo(q.wake)
	for {
		timer := time.NewTimer(patience)
		select {
		case <-q.ended:
			timer.Stop()
			return
		case <-q.moved:
			timer.Stop()
		case <-timer.C:
			return
		}
	}
}

func (q *Queue) run() {
	defer close(q.ended)
	broken := false
	for {
		text, closed := q.next()
		if text == nil {
			if closed {
				return
			}
			<-q.wake
			continue
		}
		if !broken {
			_, err := q.out.Write(text)
			broken = err != nil
		}
		q.mu.Lock()
		q.size -= len(text)
		q.mu.Unlock()
		signalTo(q.moved)
	}
}

// next takes the oldest text; nil: none waits.
func (q *Queue) next() (text []byte, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil, q.closed
	}
	text, q.waiting = q.waiting[0], q.waiting[1:]
	return text, q.closed
}

func signalTo(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
