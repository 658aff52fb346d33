package listen

import (
	"context"
	"encoding/json"
	"io"
	"sync"
	"time"

	"simhook/api"
)

// maxWaitingLines is how many lines may wait for the reader of standard output before senders have to wait too.
const maxWaitingLines = 1024

// PrintError says that standard output takes no more lines.
type PrintError struct{ Err error }

func (e *PrintError) Error() string { return "writing to standard output: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *PrintError) Unwrap() error { return e.Err }

// lines prints notifications, one line of JSON each. All methods of a nil one do nothing.
type lines struct {
	waiting chan []byte
	closing chan struct{}
	ended   chan struct{}
	failed  chan error // holds one
	end     func()     // closes closing
}

// printLines prints to out until it is closed.
func printLines(out io.Writer) *lines {
	l := &lines{
		waiting: make(chan []byte, maxWaitingLines),
		closing: make(chan struct{}), ended: make(chan struct{}), failed: make(chan error, 1),
	}
	l.end = sync.OnceFunc(func() { close(l.closing) })
	go func() {
		defer close(l.ended)
		for line := range l.each {
			if _, err := out.Write(line); err != nil {
				l.failed <- &PrintError{err}
				return
			}
		}
	}()
	return l
}

// each yields the lines until it is closed and none wait.
func (l *lines) each(yield func([]byte) bool) {
	for {
		select {
		case line := <-l.waiting:
			if !yield(line) {
				return
			}
			continue
		default:
		}
		select {
		case line := <-l.waiting:
			if !yield(line) {
				return
			}
		case <-l.closing:
			return
		}
	}
}

// print waits if the reader of standard output is far behind, even after the request has been given up: the
// notification is in the file already, and would be a repeat when sent again. Fields of the notification keep their
// names; received_at stands before them.
func (l *lines) print(n api.Notification, at time.Time) {
	if l == nil {
		return
	}
	text, err := json.Marshal(n)
	if err != nil {
		panic("a notification that was read cannot be written: " + err.Error())
	}
	line := append([]byte(`{"received_at":"`+at.UTC().Format("2006-01-02T15:04:05.000Z")+`",`), text[1:]...)
	select {
	case l.waiting <- append(line, '\n'):
	case <-l.ended:
	}
}

// broken receives the error that ended the printing.
func (l *lines) broken() <-chan error {
	if l == nil {
		return nil
	}
	return l.failed
}

// close waits until all lines are printed, or ctx ends.
func (l *lines) close(ctx context.Context) error {
	if l == nil {
		return nil
	}
	l.end()
	select {
	case <-l.ended:
		return nil
	case <-ctx.Done():
		return &PrintError{context.Cause(ctx)}
	}
}
