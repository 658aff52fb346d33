package main

import (
	"errors"
	"fmt"
)

// usageError says that the command line cannot be understood. Nothing was opened or called.
type usageError struct {
	text    string
	command string // "": the program's own
}

func (e *usageError) Error() string { return e.text }

// reference says where to read on.
func (e *usageError) reference() string {
	if e.command == "" {
		return "see simhook --help"
	}
	return "see simhook " + e.command + " --help"
}

func usagef(format string, args ...any) error {
	return &usageError{text: fmt.Sprintf(format, args...)}
}

// in notes which command a usage error is about.
func in(command string, err error) error {
	if usage, ok := errors.AsType[*usageError](err); ok {
		usage.command = command
	}
	return err
}

// settingError says that something the run needs is missing or useless, although the command line is
// understood.
type settingError struct{ text string }

func (e *settingError) Error() string { return e.text }

func settingf(format string, args ...any) error {
	return &settingError{text: fmt.Sprintf(format, args...)}
}
