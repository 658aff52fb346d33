package main

import (
	"context"
	"encoding/json"
	"io"
	"sync"
	"time"

	"simhook/api"
)

// maxWaitingLines is how far the reader of standard output may be behind before senders have to wait.
const maxWaitingLines = 1024

// jsonLines prints notifications, one line of JSON each. All methods of a nil one do nothing.
type jsonLines struct {
	waiting chan []byte
	closing chan struct{}
	ended   chan struct{}
	failed  chan error // holds one
	end     func()     // closes closing
}

// printLines prints to out until it is closed.
func printLines(out io.Writer) *jsonLines {
	l := &jsonLines{
		waiting: make(chan []byte, maxWaitingLines),
		closing: make(chan struct{}), ended: make(chan struct{}), failed: make(chan error, 1),
	}
	l.end = sync.OnceFunc(func() { close(l.closing) })
	go func() {
		defer close(l.ended)
		for line := range l.each {
			if _, err := out.Write(line); err != nil {
				l.failed <- err
				return
			}
		}
	}()
	return l
}

// each yields the lines until it is closed and none wait.
func (l *jsonLines) each(yield func([]byte) bool) {
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

// print waits for the reader of standard output if it is far behind, whatever becomes of the request: the
// notification is written down already and would be a repeat the next time. Other fields of the
// notification keep their names, save for received_at.
func (l *jsonLines) print(n api.Notification, at time.Time) {
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
func (l *jsonLines) broken() <-chan error {
	if l == nil {
		return nil
	}
	return l.failed
}

// close waits until all lines are printed, or ctx ends.
func (l *jsonLines) close(ctx context.Context) error {
	if l == nil {
		return nil
	}
	l.end()
	select {
	case <-l.ended:
		return nil
	case <-ctx.Done():
		return &outputError{"to standard output", context.Cause(ctx)}
	}
}
