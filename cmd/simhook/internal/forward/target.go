package forward

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"time"
)

// Target takes a notification as JSON. Its error may be an *Error.
type Target func(ctx context.Context, body []byte) error

// Error says why a target did not take a notification, and whether sending it again can help.
type Error struct {
	Err  error
	Down bool // the target as a whole does not work: nothing else is wrong with the notification
	Good bool // for good: sending it again does not help
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// timeout is how long a target may take for one notification.
const timeout = 30 * time.Second

// ToURL posts to a service. Every 2xx means that it took the notification.
func ToURL(url string) Target {
	client := &http.Client{Timeout: timeout}
	return func(ctx context.Context, body []byte) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return &Error{Err: err, Good: true}
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return &Error{Err: err, Down: true}
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection is kept
		return answered(resp.StatusCode)
	}
}

func answered(status int) error {
	err := fmt.Errorf("answered %d %s", status, http.StatusText(status))
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusUnauthorized,
		http.StatusForbidden, http.StatusNotFound, http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout: // a service that is being set up or restarted
		return &Error{Err: err, Down: true}
	}
	switch {
	case status/100 == 2:
		return nil
	case status >= 500:
		return &Error{Err: err}
	}
	return &Error{Err: err, Good: true}
}

// ToCommand runs a command of the shell for each notification, which it gets on its standard input. The exit code 0
// means that it took the notification.
func ToCommand(command string) Target {
	return func(ctx context.Context, body []byte) error {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		run := exec.CommandContext(ctx, "/bin/sh", "-c", command)
		run.Stdin = bytes.NewReader(append(body, '\n'))
		run.WaitDelay = time.Second // for what the command itself has started
		out, err := run.CombinedOutput()
		if err == nil || errors.Is(err, exec.ErrWaitDelay) {
			return nil
		}
		return &Error{Err: fmt.Errorf("%w: %.200s", err, bytes.TrimSpace(out))}
	}
}
