package main

import (
	"errors"
	"fmt"
	"io/fs"

	"simhook/cmd/simhook/internal/output"
	"simhook/report"
)

// usageError says that the command line is wrong. Nothing was opened or called.
type usageError struct {
	text    string
	command string // "": the program's own
}

func (e *usageError) Error() string { return e.text }

// reference says where the command line is explained.
func (e *usageError) reference() string {
	if e.command == "" {
		return "see simhook --help"
	}
	return "see simhook " + e.command + " --help"
}

func usagef(format string, args ...any) error {
	return &usageError{text: fmt.Sprintf(format, args...)}
}

// in adds to a usage error which command it is about.
func in(command string, err error) error {
	if usage, ok := errors.AsType[*usageError](err); ok {
		usage.command = command
	}
	return err
}

// settingError says that the command line is right, but something that the run needs is missing or unusable.
type settingError struct{ text string }

func (e *settingError) Error() string { return e.text }

func settingf(format string, args ...any) error {
	return &settingError{text: fmt.Sprintf(format, args...)}
}

// asSetting is another package's error as a *settingError; nil stays nil.
func asSetting(err error) error {
	if err == nil {
		return nil
	}
	return settingf("%v", err)
}

// outputError says that something besides the results could not be written.
type outputError struct {
	what string
	err  error
}

func (e *outputError) Error() string { return "writing " + e.what + ": " + e.err.Error() }
func (e *outputError) Unwrap() error { return e.err }

// fileError says that a file other than the fleet cannot be read.
type fileError struct{ err error }

func (e *fileError) Error() string {
	if path, ok := errors.AsType[*fs.PathError](e.err); ok {
		return "reading " + path.Path + ": " + path.Err.Error()
	}
	return "reading " + e.err.Error()
}

func (e *fileError) Unwrap() error { return e.err }

// rowsError says that a run went through the whole fleet, and not all rows are ok.
type rowsError struct {
	failed bool // passing failures: running again helps
	text   string
}

// badRows is a *rowsError, or nil where all rows are ok.
func badRows(s report.Summary) error {
	const again, fixed = ": run the same command again later", ": running again helps only once the reasons above are fixed"
	fresh := s.Refused - s.Accepted
	refused, invalid := output.Counted(fresh, "SIM")+" refused", output.Counted(s.Invalid, "row")+" invalid"
	switch {
	case s.PrunedNot > 0:
		gone := output.Counted(s.PrunedNot, "SIM") + " that left the fleet could not be dealt with"
		return &rowsError{true, gone + again}
	case s.Failed > 0:
		return &rowsError{true, output.Counted(s.Failed, "SIM") + " failed for the time being" + again}
	case fresh > 0 && s.Invalid > 0:
		return &rowsError{false, refused + ", " + invalid + fixed}
	case fresh > 0:
		return &rowsError{false, refused + fixed}
	case s.Invalid > 0:
		return &rowsError{false, invalid + fixed}
	}
	return nil
}

func (e *rowsError) Error() string { return e.text }

func (e *rowsError) exitCode() int {
	if e.failed {
		return exitAPI
	}
	return exitRows
}

// differencesError says that a plan found what a run would change.
type differencesError struct{ count int }

func (e *differencesError) Error() string {
	return "the plan has " + output.Counted(e.count, "difference") + ": the same command without --dry-run repairs them"
}

// differences is a *differencesError, or nil where the plan found none.
func differences(s report.Summary) error {
	count := 0
	for _, outcomes := range []map[report.Outcome]int{s.Outcomes.All(), s.PrunedOutcomes} {
		for outcome, n := range outcomes {
			if outcome.Planned() {
				count += n
			}
		}
	}
	if count == 0 {
		return nil
	}
	return &differencesError{count}
}
