package main

import (
	"context"
	"errors"
	"io/fs"

	"simhook/api"
	"simhook/batch"
	"simhook/batch/fleet"
	"simhook/cmd/simhook/internal/listen"
	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/file"
	"simhook/report/results"
)

// The exit codes: those of sysexits.h, which systemd and people know, and 3 and 4. 2 is never used, since a
// Go panic uses it.
const (
	exitOK          = 0  // every SIM has its outcome and all are ok
	exitBug         = 1  // unexpected
	exitDiffers     = 3  // --detailed-exitcode: a plan found differences
	exitTimeOver    = 4  // --max-duration is over and SIMs remain
	exitUsage       = 64 // the command line
	exitRows        = 65 // finished; some rows are refused or invalid, and running again will not help
	exitFleet       = 66 // the fleet file is missing, unreadable or without a valid row
	exitAPI         = 69 // the API kept failing: run again later
	exitResults     = 74 // the results cannot be written
	exitAgain       = 75 // stopped, or another run holds the results: run again
	exitCredentials = 77 // refused
	exitSettings    = 78 // missing settings, results of another run, --max-failures reached
)

// exitCode is the table of exit codes: what kind of error ends the program with which. Where an error
// is several at once, the first line that fits counts.
func exitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case is[*usageError](err):
		return exitUsage
	case is[*file.WriteError](err), is[*outputError](err), is[*listen.PrintError](err):
		return exitResults
	case is[*batch.PanicError](err):
		return exitBug
	case is[*fleet.Error](err), is[*fileError](err):
		return exitFleet
	case is[*settingError](err), is[*file.MismatchError](err), is[*results.MergeError](err), is[*batch.TooManyFailures](err), is[*batch.TooManyDeletes](err):
		return exitSettings
	case is[*api.CredentialsError](err):
		return exitCredentials
	case is[*file.LockedError](err), errors.Is(err, batch.ErrStopped), errors.Is(err, context.Canceled):
		return exitAgain
	case errors.Is(err, batch.ErrMaxDuration):
		return exitTimeOver
	case is[*batch.GoneError](err), is[*batch.VerifyError](err):
		return exitAPI
	case is[*differencesError](err):
		return exitDiffers
	}
	if rows, ok := errors.AsType[*rowsError](err); ok {
		return rows.exitCode()
	}
	return exitBug
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// rowsError says that a run went through the whole fleet, and that not all rows came out well.
type rowsError struct {
	failed bool // for the time being: running again helps
	text   string
}

// judge is nil where all rows are as they should be.
func judge(s report.Summary) error {
	const helps = ": running again helps only once the reasons above are mended"
	switch {
	case s.PrunedNot > 0:
		return &rowsError{true, output.Counted(s.PrunedNot, "SIM") + " that left the fleet could not be dealt with: run the same command again later"}
	case s.Failed > 0:
		return &rowsError{true, output.Counted(s.Failed, "SIM") + " failed for the time being: run the same command again later"}
	case s.Refused > 0 && s.Invalid > 0:
		return &rowsError{false, output.Counted(s.Refused, "SIM") + " refused, " + output.Counted(s.Invalid, "row") + " invalid" + helps}
	case s.Refused > 0:
		return &rowsError{false, output.Counted(s.Refused, "SIM") + " refused" + helps}
	case s.Invalid > 0:
		return &rowsError{false, output.Counted(s.Invalid, "row") + " invalid" + helps}
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

// differences is nil where a plan found none.
func differences(s report.Summary) error {
	count := 0
	for _, outcomes := range []map[report.Outcome]int{s.SubscriptionEnd, s.UsageThreshold, s.PrunedOutcomes} {
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

// advice is what to do next, where the error itself does not say it; "": it does.
func advice(err error) string {
	switch {
	case err == nil:
		return ""
	case is[*file.WriteError](err):
		return "make room, or name another file with --results; the same command again goes on"
	case errors.Is(err, batch.ErrStopped), errors.Is(err, batch.ErrMaxDuration):
		return "the same command again goes on from here"
	case is[*batch.GoneError](err):
		return "the same command again goes on: run it later"
	case exitCode(err) == exitBug:
		return "this is a bug of simhook: please report it with its log"
	}
	if usage, ok := errors.AsType[*usageError](err); ok {
		return usage.reference()
	}
	return ""
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
